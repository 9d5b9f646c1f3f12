"""The state that a flow ends in, by what it returns; and what its caller gets."""

from __future__ import annotations

import pytest

from milliways import allow_failure, flow, task
from milliways.exceptions import CancelledRun, FailedRun
from milliways.states import Cancelled, Completed, Failed, State


@task
def good(x=1):
    return x


@task
def bad(x=1):
    raise ValueError("bad")


CASES = [
    ("nothing", lambda: None, "COMPLETED", None, None),
    ("a value", lambda: 5, "COMPLETED", None, 5),
    ("made: completed", lambda: Completed(message="hey", data=4), "COMPLETED", "hey", 4),
    ("made: failed", lambda: Failed(message="no"), "FAILED", "no", FailedRun),
    ("made: cancelled", lambda: Cancelled(message="stop"), "CANCELLED", "stop", CancelledRun),
    ("a future", lambda: good.submit(3), "COMPLETED", "all states are completed", State),
    ("a failed future", lambda: bad.submit(), "FAILED", "1 states: 1 failed", ValueError),
    ("good states", lambda: [good(return_state=True)] * 2, "COMPLETED", "all states are completed", list),
    (
        "mixed states",
        lambda: [good(return_state=True), bad(return_state=True)],
        "FAILED",
        "2 states: 1 completed, 1 failed",
        list,
    ),
    ("a map", lambda: good.map([1, 2]), "COMPLETED", "all states are completed", list),
    ("states and values", lambda: (good(return_state=True), 5), "COMPLETED", None, tuple),
    ("a dict of futures", lambda: {"a": good.submit(3)}, "COMPLETED", None, dict),
    ("an unused failure", lambda: bad.submit().wait(), "COMPLETED", None, None),
]


@pytest.mark.parametrize(("make", "type_", "message", "outcome"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_final_state(session, make, type_, message, outcome):
    @flow
    def returns():
        return make()

    if isinstance(outcome, type) and issubclass(outcome, Exception):
        with pytest.raises(outcome):
            returns()
    elif isinstance(outcome, type):
        assert isinstance(returns(), outcome)
    else:
        assert returns() == outcome
    state = returns(return_state=True)
    assert (state.type.value, state.message) == (type_, message)
    assert session.flow_runs[0].state.type == type_


def test_dict_of_futures_becomes_a_dict_of_states():
    @flow
    def returns():
        return {"a": good.submit(3), "b": 5}

    value = returns()
    assert value["a"].result() == 3
    assert value["b"] == 5


def test_failed_upstream_keeps_a_direct_call_from_running(session):
    @flow
    def chain():
        upstream = bad.submit()
        return good(upstream), good(1, wait_for=[upstream], return_state=True).name

    assert chain() == (None, "NotReady")
    assert [t.state.name for t in session.flow_runs[0].task_runs] == ["Failed", "NotReady", "NotReady"]


def test_allow_failure_hands_the_exception_on():
    @flow
    def chain():
        upstream = bad.submit()
        return good(allow_failure(upstream)), good(2, wait_for=[allow_failure(upstream)])

    exception, value = chain()
    assert isinstance(exception, ValueError)
    assert value == 2
