import pickle
from typing import get_args

import pytest

from jobs.sources.lightspeed.errors import Fault, LightspeedError, error_for_fault, error_for_status

STATUSES = [204, 301, 302, 400, 401, 403, 404, 405, 408, 410, 429, 500, 502, 503, 504, 520]
JARGON = ["json", "http", "tls", "ssl", "socket", "array", "gzip", "exception", "null", "api", "none"]


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_sentence_for_a_dealer(status):
    refuse_jargon(error_for_status(status))


@pytest.mark.parametrize("fault", get_args(Fault))
def test_every_fault_has_a_sentence_for_a_dealer(fault):
    refuse_jargon(error_for_fault(fault))


def refuse_jargon(error: LightspeedError) -> None:
    assert str(error) == error.sentence
    assert "Lightspeed" in error.sentence or "3PA" in error.sentence
    assert error.sentence.endswith(".")
    words = error.sentence.lower().replace(".", " ").split()
    assert not set(words) & set(JARGON)


def test_every_result_that_a_dealer_can_distinguish_has_its_own_text():
    told = [error_for_status(status).sentence for status in (401, 403, 404, 429, 500, 503)]
    told += [error_for_fault(fault).sentence for fault in get_args(Fault)]

    assert len(set(told)) == len(told)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_of_the_account_concerns_all_codes(status):
    error = error_for_status(status)

    assert (error.kind, error.account_wide, error.status) == ("account", True, status)


@pytest.mark.parametrize("status", [429, 500, 503, 400, 302])
def test_other_statuses_concern_one_code(status):
    assert not error_for_status(status).account_wide


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, "rate_limited"),
        (500, "transient"),
        (502, "transient"),
        (503, "transient"),
        (504, "transient"),
        (408, "transient"),
        (400, "bad_answer"),
        (302, "bad_answer"),
        (204, "bad_answer"),
    ],
)
def test_statuses_have_their_kind(status, kind):
    assert error_for_status(status).kind == kind


def test_a_refused_password_says_where_to_make_a_new_one():
    sentence = error_for_status(401).sentence

    assert "LightspeedEVO" in sentence
    assert "System > Lists > Stores > (store) > Third Party Access" in sentence


def test_an_error_survives_being_pickled():
    error = error_for_status(429, 5.0)
    error.requests = 3
    copy = pickle.loads(pickle.dumps(error))

    assert vars(copy) == vars(error)
    assert str(copy) == str(error)
