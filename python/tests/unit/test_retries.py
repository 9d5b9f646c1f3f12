"""Retries of tasks and flows."""

from __future__ import annotations

import pytest

from milliways import flow, task
from milliways.states import Failed
from milliways.tasks import exponential_backoff


def failing(times, error=ValueError):
    """A function that fails some times and then gives how often it was called."""
    calls = []

    def function():
        calls.append(None)
        if len(calls) <= times:
            raise error("not yet")
        return len(calls)

    return function


def names(run):
    return [state.name for state in run.states]


@pytest.mark.parametrize(("failures", "retries", "ends"), [(0, 0, 1), (2, 2, 3), (3, 2, None)])
def test_task_is_retried(session, failures, retries, ends):
    function = task(failing(failures), name="t", retries=retries)

    @flow
    def main():
        return function(return_state=True)

    state = main(return_state=True).data
    run = session.flow_runs[0].task_runs[0]
    assert state.is_completed() == (ends is not None)
    again = ["AwaitingRetry", "Retrying"] * min(failures, retries)
    assert names(run) == ["Pending", "Running", *again, "Completed" if ends else "Failed"]


def test_submitted_and_async_tasks_are_retried_too():
    function = failing(1)

    async def later():
        return function()

    @flow
    def main():
        return task(failing(1), name="t", retries=1).submit().result(), task(later, retries=1).submit().result()

    assert main() == (2, 2)


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        (None, []),
        (2, [2.0]),
        ([1, 2, 3], [1.0, 2.0, 3.0]),
        (exponential_backoff(10), [10.0, 20.0, 40.0]),
        (lambda n: [n] * n, [3.0, 3.0, 3.0]),
    ],
)
def test_delays(delay, expected):
    assert task(lambda: 1, retries=3, retry_delay_seconds=delay)._delays == expected


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"retries": 1, "retry_delay_seconds": [1] * 51}, ValueError, "more than 50 delays"),
        ({"retries": -1}, ValueError, "must not be negative"),
        ({"retries": "1"}, TypeError, "whole number"),
        ({"retries": 1, "retry_jitter_factor": -0.5}, ValueError, "retry_jitter_factor"),
        ({"retry_condition_fn": 3}, TypeError, "retry_condition_fn"),
    ],
)
def test_options_are_checked(options, error, message):
    with pytest.raises(error, match=message):
        task(lambda: 1, **options)


def test_condition_decides(session):
    asked = []

    def condition(task, run, state):
        asked.append((task.name, run.name, state.type.value, run.run_count))
        return run.run_count < 2

    @task(retries=5, retry_condition_fn=condition, name="t")
    def always():
        raise ValueError("no")

    @flow
    def main():
        always(return_state=True)

    main()
    assert asked == [("t", "t-0", "FAILED", 1), ("t", "t-0", "FAILED", 2)]


def test_condition_may_be_async_and_a_failing_one_means_no():
    async def no(task, run, state):
        return False

    def broken(task, run, state):
        raise RuntimeError("broken")

    for condition in (no, broken):
        function = failing(1)
        with pytest.raises(ValueError, match="not yet"):
            task(function, name="t", retries=1, retry_condition_fn=condition)()


def test_failed_state_is_retried_like_an_exception(session):
    answers = [Failed(message="first"), 2]
    function = task(lambda: answers.pop(0), name="t", retries=1)

    @flow
    def main():
        return function()

    assert main() == 2


def test_flow_is_retried_and_its_tasks_keep_their_numbers(session):
    attempts = []

    @task
    def step():
        return len(attempts)

    @flow(retries=2)
    def main():
        attempts.append(None)
        if step() < 3:
            raise ValueError("again")
        return "done"

    assert main() == "done"
    (run,) = session.flow_runs
    assert names(run) == ["Pending", "Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying", "Completed"]
    assert [t.name for t in run.task_runs] == ["step-0"] * 3


def test_interrupts_are_never_retried(session):
    with pytest.raises(KeyboardInterrupt):
        task(failing(1, KeyboardInterrupt), name="t", retries=3)()
    assert names(session.task_runs[0]) == ["Pending", "Running", "Crashed"]


def test_defaults_come_from_settings(monkeypatch):
    monkeypatch.setenv("MILLIWAYS_TASKS_DEFAULT_RETRIES", "4")
    monkeypatch.setenv("PREFECT_FLOWS_DEFAULT_RETRIES", "2")
    assert task(lambda: 1).retries == 4
    assert flow(lambda: 1).retries == 2


def test_what_ends_the_wait_for_a_retry_ends_the_run(session):
    import asyncio

    from milliways.exceptions import FlowRunTimeoutError

    @task(retries=1, retry_delay_seconds=30)
    def fails():
        raise ValueError("no")

    @flow(timeout_seconds=0.1)
    def main():
        fails()

    @flow(timeout_seconds=0.1)
    async def amain():
        @task(retries=1, retry_delay_seconds=30)
        async def afails():
            raise ValueError("no")

        await afails()

    with pytest.raises(FlowRunTimeoutError):
        main()
    with pytest.raises(FlowRunTimeoutError):
        asyncio.run(amain())
    for run in session.flow_runs:
        assert run.state.name == "TimedOut"
        assert names(run.task_runs[0]) == ["Pending", "Running", "AwaitingRetry", "Crashed"]
