"""Timeouts: by signal in the main thread, by exception in other threads, by cancellation in event loops."""

from __future__ import annotations

import asyncio
import signal
import threading
import time

import pytest

from milliways import flow, task
from milliways.exceptions import FlowRunTimeoutError, TaskRunTimeoutError


def spin(seconds=30.0):
    """Works in Python until it is ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_task_in_the_main_thread_is_ended_even_in_a_system_call(session):
    @task(timeout_seconds=0.05)
    def sleepy():
        threading.Event().wait(30)

    @flow
    def main():
        return sleepy(return_state=True)

    state = main(return_state=True).data
    assert (state.name, state.type.value) == ("TimedOut", "FAILED")
    assert isinstance(state.result(raise_on_failure=False), TaskRunTimeoutError)
    assert session.flow_runs[0].task_runs[0].state.name == "TimedOut"


def test_submitted_task_is_ended():
    @flow
    def main():
        future = task(spin, timeout_seconds=0.05).submit()
        future.wait()
        return future.state.name

    assert main() == "TimedOut"


def test_flow_is_ended(session):
    with pytest.raises(FlowRunTimeoutError):
        flow(spin, timeout_seconds=0.05)()
    assert session.flow_runs[0].state.name == "TimedOut"


def test_user_code_cannot_swallow_it_by_accident():
    @task(timeout_seconds=0.05)
    def stubborn():
        while True:
            try:
                spin()
            except Exception:
                pass

    with pytest.raises(TaskRunTimeoutError):
        stubborn()


def test_flow_timeout_reaches_through_a_task(session):
    @flow(timeout_seconds=0.05)
    def main():
        task(spin, name="inner", timeout_seconds=30)()

    with pytest.raises(FlowRunTimeoutError):
        main()
    assert session.flow_runs[0].state.name == "TimedOut"
    assert session.flow_runs[0].task_runs[0].state.type == "CRASHED"


def test_inner_timeout_leaves_the_outer_one_running():
    @flow(timeout_seconds=0.3)
    def main():
        with pytest.raises(TaskRunTimeoutError):
            task(spin, timeout_seconds=0.02)()
        spin()

    with pytest.raises(FlowRunTimeoutError):
        main()


def test_async_task_and_flow_are_cancelled(session):
    @task(timeout_seconds=0.02)
    async def waits():
        await asyncio.sleep(30)

    @flow
    async def main():
        return (await waits(return_state=True)).name

    @flow(timeout_seconds=0.02)
    async def slow():
        await asyncio.sleep(30)

    assert asyncio.run(main()) == "TimedOut"
    with pytest.raises(FlowRunTimeoutError):
        asyncio.run(slow())
    assert session.flow_runs[1].state.name == "TimedOut"


def test_in_time_is_not_touched():
    @task(timeout_seconds=30)
    def quick():
        return 1

    @task(timeout_seconds=30)
    async def quick_async():
        return 2

    @flow(timeout_seconds=30)
    def main():
        return quick(), quick.submit().result(), quick_async.submit().result()

    before = signal.getsignal(signal.SIGALRM)
    assert main() == (1, 1, 2)
    assert signal.getsignal(signal.SIGALRM) is before


def test_timer_of_somebody_else_goes_on():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(None))
    left, _ = signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        assert task(lambda: 1, timeout_seconds=30)() == 1
        assert 90 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left)
    assert rung == []


def test_timed_out_task_is_retried():
    calls = []

    @task(timeout_seconds=0.05, retries=1)
    def second_time_lucky():
        calls.append(None)
        if len(calls) == 1:
            spin()
        return len(calls)

    assert second_time_lucky() == 2
