"""What a page holds: filter, order, $top and $skip, over real HTTP."""

import pytest
import requests

from sandbox.simulator import Behavior, SimulatedDealer, Simulator, part

CMF, LOGIN = "12345678", ("12345678", "secret")


@pytest.fixture(scope="module")
def parts():
    return [part(code, f"{number:04d}", OnHand=number % 3) for code in ("TR", "PU") for number in range(600)]


@pytest.fixture
def simulator(parts):
    with Simulator([SimulatedDealer(CMF, *LOGIN, parts=parts)]) as running:
        yield running


def get(simulator, **options):
    named = {f"${name}": value for name, value in options.items()}
    return requests.get(f"{simulator.url}/Part/{CMF}", params=named, auth=LOGIN, timeout=10)


def page(simulator, **options):
    answer = get(simulator, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(rows):
    return [row["PartNumber"] for row in rows]


def test_it_answers_a_bare_array_of_whole_records(simulator):
    rows = page(simulator, filter="SupplierCode eq 'TR' and PartNumber eq '0007'")
    assert [row["PartNumber"] for row in rows] == ["0007"]
    assert rows[0]["Cmf"] == CMF
    assert set(part("TR", "1")) == set(rows[0])


def test_it_answers_an_empty_array_where_nothing_matches(simulator):
    assert page(simulator, filter="SupplierCode eq 'ZZ'") == []


def test_pages_make_up_the_whole_in_order(simulator):
    asked = {"filter": "SupplierCode eq 'TR' and OnHand gt 0", "orderby": "PartNumber", "top": 150}
    pages = [page(simulator, skip=skip, **asked) for skip in (0, 150, 300, 450)]
    assert [len(rows) for rows in pages] == [150, 150, 100, 0]
    whole = [row for rows in pages for row in rows]
    assert numbers(whole) == [f"{number:04d}" for number in range(600) if number % 3]
    assert {row["SupplierCode"] for row in whole} == {"TR"}


@pytest.mark.parametrize(("top_limit", "rows"), [("clamp", 500), ("serve_all", 1200)])
def test_the_largest_page(simulator, top_limit, rows):
    simulator.switches.top_limit = top_limit
    assert len(page(simulator)) == rows
    assert len(page(simulator, top=1200)) == rows
    assert len(page(simulator, top=7)) == 7
    assert page(simulator, top=0) == []


@pytest.mark.parametrize("option", ["select", "expand", "inlinecount", "format", "apply"])
def test_unsupported_options_are_ignored_or_refused(simulator, option):
    assert len(page(simulator, top=3, **{option: "x"})) == 3
    simulator.switches.unsupported_option = "error_500"
    refused = get(simulator, top=3, **{option: "x"})
    assert refused.status_code == 500
    assert f"${option}" in refused.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter": "OnHand gt"},
        {"filter": "lastupdatedate ge datetime'2026-02-31'"},
        {"filter": ""},
        {"top": "many"},
        {"top": "-1"},
        {"skip": "1.5"},
        {"skip": ""},
        {"orderby": ""},
        {"orderby": "PartNumber sideways"},
        {"orderby": "PartNumber,"},
        {"orderby": "Nonsense"},
        {"top": ["1", "2"]},
    ],
)
def test_an_unreadable_query_is_a_500_with_plain_text(simulator, wrong):
    answer = get(simulator, **wrong)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Exception" in answer.text


def test_it_orders_by_several_fields_either_way(simulator):
    rows = page(simulator, orderby="OnHand desc, SupplierCode,PartNumber desc", top=500)
    keys = [(-row["OnHand"], row["SupplierCode"], -int(row["PartNumber"])) for row in rows]
    assert keys == sorted(keys)
    assert rows[0]["SupplierCode"] == "PU"


def test_missing_values_come_first_in_an_order(simulator):
    simulator.dealers[CMF].set_parts([part("TR", "1", Retail=3), part("TR", "2", Retail=None)])
    assert numbers(page(simulator, orderby="Retail")) == ["2", "1"]


def test_the_order_without_orderby_is_stable_unless_it_is_shuffled(simulator):
    assert numbers(page(simulator)) == numbers(page(simulator))
    simulator.switches.order = "shuffled"
    first, second = page(simulator, top=1000), page(simulator, top=1000)
    assert numbers(first) != numbers(second)


def test_shuffling_keeps_a_requested_order(simulator):
    simulator.switches.order = "shuffled"
    asked = {"filter": "SupplierCode eq 'TR'", "orderby": "PartNumber"}
    whole = page(simulator, **asked) + page(simulator, skip=500, **asked)
    assert numbers(whole) == [f"{number:04d}" for number in range(600)]


def test_shuffling_shuffles_what_an_order_leaves_open(simulator):
    simulator.switches.order = "shuffled"
    codes = [row["SupplierCode"] for row in page(simulator, orderby="PartNumber")]
    assert codes[::2] != codes[:1] * 250


@pytest.mark.parametrize(("setting", "status"), [("insensitive", 200), ("sensitive", 500)])
def test_field_names_in_another_case(simulator, setting, status):
    simulator.switches.field_names = setting
    assert get(simulator, filter="suppliercode eq 'TR'").status_code == status
    assert get(simulator, orderby="partnumber").status_code == status
    assert get(simulator, filter="SupplierCode eq 'TR'", orderby="PartNumber").status_code == 200


def test_text_is_compared_loosely_if_configured(simulator):
    assert page(simulator, filter="SupplierCode eq 'tr '") == []
    simulator.switches.text_comparison = "loose"
    assert len(page(simulator, filter="SupplierCode eq 'tr '")) == 500


def test_a_filter_that_is_ignored_is_still_read(simulator):
    simulator.switches.filtering = "ignored"
    assert len(page(simulator, filter="SupplierCode eq 'TR' and OnHand gt 2")) == 500
    assert get(simulator, filter="OnHand gt").status_code == 500


def test_parts_change_while_it_runs(simulator):
    dealer = simulator.dealers[CMF]
    asked = {"filter": "SupplierCode eq 'TR' and PartNumber eq '0001'"}
    assert page(simulator, **asked)[0]["OnHand"] == 1
    dealer.update_parts([{"SupplierCode": "TR", "PartNumber": "0001", "OnHand": 40}])
    assert page(simulator, **asked)[0]["OnHand"] == 40
    dealer.remove_parts([{"SupplierCode": "TR", "PartNumber": "0001"}])
    assert page(simulator, **asked) == []
    dealer.add_parts([part("TR", "0001"), part("TR", "0001")])
    assert len(page(simulator, **asked)) == 2
    dealer.set_parts([])
    assert page(simulator) == []


def test_a_change_to_a_missing_part_changes_nothing(simulator):
    dealer = simulator.dealers[CMF]
    known = {"SupplierCode": "TR", "PartNumber": "0001", "OnHand": 40}
    with pytest.raises(KeyError, match="no part TR 9999"):
        dealer.update_parts([known, {"SupplierCode": "TR", "PartNumber": "9999", "OnHand": 1}])
    assert page(simulator, filter="OnHand eq 40") == []


def test_a_dealer_does_not_get_the_parts_of_another(parts):
    dealers = [SimulatedDealer(cmf, *LOGIN, parts=[part("TR", cmf)]) for cmf in (CMF, "999")]
    with Simulator(dealers) as simulator:
        assert numbers(page(simulator)) == [CMF]


def test_a_sparse_record_is_sent_as_it_is_stored(simulator):
    simulator.dealers[CMF].set_parts([{"SupplierCode": "TR", "PartNumber": "1"}])
    assert page(simulator) == [{"SupplierCode": "TR", "PartNumber": "1", "Cmf": CMF, "DealerId": CMF}]


def test_an_unknown_behavior_setting_is_refused(simulator):
    with pytest.raises(ValueError, match="order is one of stable, shuffled"):
        simulator.switches.order = "random"
    with pytest.raises(ValueError, match="no such switch: colour"):
        simulator.switches.colour = "red"
    with pytest.raises(ValueError, match="latency is a number"):
        Behavior(latency="slow")
