"""The simulator's own reading of `$filter`."""

import operator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.simulator.evaluation import predicate
from sandbox.simulator.expressions import Comparison, Constant, Field, Junction, Negation, supplier_code_of
from sandbox.simulator.filters import FilterError, parse
from sandbox.simulator.parts import PART_KINDS, part

A_PART = part(
    "O'N",
    "12-3 and 4",
    OnHand=5,
    Avail=2.5,
    Retail=None,
    Description="a (b) or c",
    lastupdatedate="2026-02-25T13:45:10.1234567",
    LastSoldDate=None,
)


def holds(text, one=A_PART, **how):
    return predicate(parse(text, PART_KINDS), **how)(one)


@pytest.mark.parametrize(
    "text",
    [
        "SupplierCode eq 'O''N'",
        "PartNumber eq '12-3 and 4'",
        "Description eq 'a (b) or c'",
        "OnHand gt 0",
        "OnHand ge 5L",
        "OnHand le 5l and OnHand lt 6",
        "OnHand gt -1",
        "OnHand ne 4",
        "Avail gt 2 and Avail lt 3",
        "OnHand gt Avail",
        "0 lt OnHand",
        "Retail eq null",
        "null eq Retail",
        "Retail ne 5",
        "OnHand ne null",
        "not Retail gt 0",
        "not not OnHand eq 5",
        "lastupdatedate ge datetime'2026-02-25'",
        "lastupdatedate ge datetime'2026-02-25T13:45'",
        "lastupdatedate gt datetime'2026-02-25T13:45:10'",
        "lastupdatedate lt datetime'2026-02-25T13:45:10.9'",
        "lastupdatedate gt datetime'0001-01-01T00:00:00'",
        "LastSoldDate eq null",
        "ONHAND gt 0 and LastUpdateDate ge datetime'2026-02-25'",
        "  ( OnHand gt 0 )and(OnHand lt 9)  ",
        "SupplierCode lt 'P'",
    ],
)
def test_it_finds_the_part_with(text):
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "SupplierCode eq 'o''n'",
        "SupplierCode eq 'O''N '",
        "OnHand gt 5",
        "OnHand eq null",
        "Retail gt 0",
        "Retail lt 0",
        "Retail gt null",
        "LastSoldDate lt datetime'2026-01-01'",
        "not OnHand eq 5",
        "lastupdatedate ge datetime'2026-02-26'",
        "OnHand gt 0 and OnHand gt 100",
    ],
)
def test_it_leaves_the_part_out_with(text):
    assert not holds(text)


def test_and_binds_closer_than_or():
    assert holds("OnHand eq 5 or OnHand eq 6 and OnHand eq 7")
    assert not holds("(OnHand eq 5 or OnHand eq 6) and OnHand eq 7")


def test_not_binds_closer_than_and():
    assert not holds("not OnHand eq 6 and OnHand eq 7")
    assert holds("not (OnHand eq 6 and OnHand eq 7)")


def test_loose_text_ignores_case_and_trailing_blanks_but_not_leading_ones():
    assert holds("SupplierCode eq 'o''n  '", loose_text=True)
    assert not holds("SupplierCode eq ' O''N'", loose_text=True)


def test_a_value_that_is_not_of_its_kind_counts_as_missing():
    odd = part("TR", "1", OnHand="n/a", lastupdatedate="yesterday")
    assert holds("OnHand eq null and lastupdatedate eq null", odd)
    assert not holds("OnHand ge 0", odd)


def test_a_number_kept_as_text_is_compared_as_a_number():
    assert holds("OnHand gt 9", part("TR", "1", OnHand="10"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "OnHand",
        "OnHand gt",
        "gt 0",
        "OnHand > 0",
        "OnHand gt0",
        "OnHand GT 0",
        "OnHand gt 0 AND Avail gt 0",
        "OnHand gt 0 and",
        "and OnHand gt 0",
        "OnHand gt 0 Avail gt 0",
        "OnHand gt 0 or or Avail gt 0",
        "(OnHand gt 0",
        "OnHand gt 0)",
        "()",
        "not",
        "Nonsense eq 1",
        "OnHand gt '0'",
        "SupplierCode eq 5",
        "SupplierCode eq datetime'2026-01-01'",
        "lastupdatedate ge '2026-01-01'",
        "SupplierCode eq 'TR",
        "SupplierCode eq TR'",
        'SupplierCode eq "TR"',
        "SupplierCode eq 'O'N'",
        "SupplierCode eq 'TR'and OnHand gt 0",
        "lastupdatedate ge datetime'2026-02-31'",
        "lastupdatedate ge datetime'2026-2-1'",
        "lastupdatedate ge datetime'2026-01-01T00:00:00Z'",
        "lastupdatedate ge datetime'2026-01-01T00:00:00+02:00'",
        "lastupdatedate ge datetime'2026-01-01 00:00:00'",
        "lastupdatedate ge datetime'2026-01-01T25:00:00'",
        "lastupdatedate ge datetimeoffset'2026-01-01'",
        "OnHand gt 1.5",
        "OnHand gt 1m",
        "OnHand gt 99999999999999999999",
        "OnHand gt " + "9" * 5_000,
        "OnHand add 1 gt 2",
        "substringof('TR',SupplierCode)",
        "startswith(SupplierCode,'T') eq true",
        "OnHand eq true",
        "OnHand gt 0; drop table parts",
        "(" * 60 + "OnHand gt 0" + ")" * 60,
    ],
)
def test_it_refuses(text):
    with pytest.raises(FilterError):
        parse(text, PART_KINDS)


def test_field_names_must_be_exact_where_the_service_is_strict():
    parse("lastupdatedate eq null", PART_KINDS, any_case=False)
    with pytest.raises(FilterError):
        parse("LastUpdateDate eq null", PART_KINDS, any_case=False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SupplierCode eq 'TR' and OnHand gt 0", "TR"),
        ("OnHand gt 0 and (Avail gt 0 and 'O''N' eq SupplierCode)", "O'N"),
        ("SupplierCode eq 'TR' or SupplierCode eq 'PU'", None),
        ("SupplierCode ne 'TR'", None),
        ("not SupplierCode eq 'TR'", None),
        ("PartNumber eq 'TR'", None),
        ("SupplierCode eq null", None),
    ],
)
def test_it_knows_which_supplier_code_a_filter_is_for(text, code):
    assert supplier_code_of(parse(text, PART_KINDS)) == code


COMPARE = {name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")}
texts = st.text(alphabet="Aa1' -éß日", max_size=4)
numbers = st.integers(-3, 3)
dates = st.datetimes(datetime(2025, 1, 1), datetime(2025, 1, 3)).map(lambda one: one.isoformat())
fields = {"SupplierCode": ("text", texts), "OnHand": ("number", numbers), "lastupdatedate": ("date", dates)}


@st.composite
def comparisons(draw):
    name = draw(st.sampled_from(sorted(fields)))
    kind, values = fields[name]
    constant = draw(
        st.one_of(st.just(Constant("null", None)), values.map(lambda value: Constant(kind, value)))
    )
    return Comparison(Field(name, kind), draw(st.sampled_from(sorted(COMPARE))), constant)


expressions = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map(Negation),
        st.builds(
            Junction, st.sampled_from(("and", "or")), st.lists(inner, min_size=2, max_size=3).map(tuple)
        ),
    ),
    max_leaves=8,
)
records = st.fixed_dictionaries({name: st.none() | values for name, (_, values) in fields.items()})


def written(expression):
    """The expression as filter text, with parentheses only where they are needed."""
    if isinstance(expression, Comparison):
        return f"{expression.left.name} {expression.operator} {literal(expression.right)}"
    if isinstance(expression, Negation):
        inner = written(expression.term)
        return f"not ({inner})" if isinstance(expression.term, Junction) else f"not {inner}"
    bracketed = [
        f"({written(term)})"
        if isinstance(term, Junction) and (expression.word == "and" or term.word == "or")
        else written(term)
        for term in expression.terms
    ]
    return f" {expression.word} ".join(bracketed)


def literal(constant):
    quoted = "'" + str(constant.value).replace("'", "''") + "'"
    return {"null": "null", "text": quoted, "number": f"{constant.value}L", "date": f"datetime{quoted}"}[
        constant.kind
    ]


def naive(expression, record):
    if isinstance(expression, Negation):
        return not naive(expression.term, record)
    if isinstance(expression, Junction):
        answers = [naive(term, record) for term in expression.terms]
        return all(answers) if expression.word == "and" else any(answers)
    left, right = record[expression.left.name], expression.right.value
    if expression.left.kind == "date":
        left, right = (datetime.fromisoformat(one) if one else None for one in (left, right))
    if left is None or right is None:
        return {"eq": left is right, "ne": left is not right}.get(expression.operator, False)
    return COMPARE[expression.operator](left, right)


@given(expressions, records)
def test_reading_and_asking_agree_with_a_naive_evaluation(expression, record):
    assert predicate(parse(written(expression), PART_KINDS))(record) == naive(expression, record)
