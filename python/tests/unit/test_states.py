"""States on their own."""

from __future__ import annotations

import pytest

from milliways import exceptions
from milliways.states import (
    AwaitingRetry,
    Cancelled,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    State,
    StateGroup,
    StateType,
    Suspended,
)


@pytest.mark.parametrize("type_", list(StateType))
def test_exactly_one_question_is_answered_by_yes(type_):
    state = State(type_)
    answers = {q for q in dir(state) if q.startswith("is_") and q != "is_final" and getattr(state, q)()}
    assert answers == {f"is_{type_.value.lower()}"}
    assert state.is_final() == (type_.value in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"))
    assert state.name == type_.value.capitalize()


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (Failed(), exceptions.FailedRun),
        (Failed(message="why"), exceptions.FailedRun),
        (Failed(data=KeyError("k")), KeyError),
        (Failed(data="text"), exceptions.FailedRun),
        (Failed(data=[Completed(), Failed(data=OSError("o"))]), OSError),
        (Crashed(message="boo"), exceptions.CrashedRun),
        (Cancelled(), exceptions.CancelledRun),
    ],
)
def test_result_of_an_ill_end(state, error):
    with pytest.raises(error):
        state.result()
    assert isinstance(state.result(raise_on_failure=False), error)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (Pending(), exceptions.UnfinishedRun),
        (Running(), exceptions.UnfinishedRun),
        (Scheduled(), exceptions.UnfinishedRun),
        (Paused(), exceptions.PausedRun),
    ],
)
def test_result_before_the_end_is_always_raised(state, error):
    for raise_on_failure in (True, False):
        with pytest.raises(error):
            state.result(raise_on_failure)


def test_text_forms():
    state = Completed(name="Done", message="all good", data=4)
    assert str(state) == "Done('all good')"
    assert str(Running()) == "Running()"
    assert repr(state) == "Done(message='all good', type=COMPLETED, result=4)"


def test_details_of_scheduled_and_paused_states():
    assert AwaitingRetry().name == "AwaitingRetry"
    assert Scheduled().state_details.scheduled_time is not None
    assert Suspended(timeout_seconds=5).state_details.pause_reschedule is True
    assert Paused(timeout_seconds=5).state_details.pause_timeout is not None
    with pytest.raises(ValueError, match="cannot take both"):
        Paused(timeout_seconds=1, pause_expiration_time=Scheduled().timestamp)


def test_a_group_counts():
    group = StateGroup([Completed(), Failed(), Crashed()])
    assert (group.fail_count, group.any_failed(), group.all_completed(), group.all_final()) == (2, True, False, True)
    assert group.counts_message() == "3 states: 1 completed, 1 failed, 1 crashed"


def test_copies_are_equal_and_fresh_copies_have_another_id():
    state = Completed(data=1)
    assert state.model_copy() == state
    assert state.fresh_copy().id != state.id
    assert state.model_copy(update={"message": "m"}).message == "m"
