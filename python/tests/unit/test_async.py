"""Asynchronous flows and tasks, generators of both kinds."""

from __future__ import annotations

import asyncio

import pytest

from milliways import flow, get_run_logger, runtime, task
from milliways.exceptions import FailedRun


@task
async def add(x, y=1):
    await asyncio.sleep(0)
    return x + y


@task
def add_now(x):
    return x + 1


def test_async_flow_calls_every_kind(session):
    @flow
    async def main():
        together = await asyncio.gather(*(add(i) for i in range(3)))
        return together, add_now(5), await add(add_now.submit(1)), add.submit(3).result(), add.map([1, 2]).result()

    assert asyncio.run(main()) == ([1, 2, 3], 6, 3, 4, [2, 3])
    assert {t.state.type for t in session.flow_runs[0].task_runs} == {"COMPLETED"}


def test_contexts_of_concurrent_tasks_are_apart(session):
    @task
    async def who(i):
        await asyncio.sleep(0)
        before = runtime.task_run.name
        await asyncio.sleep(0)
        return before == runtime.task_run.name == f"who-{i}"

    @flow
    async def main():
        return await asyncio.gather(*(who(i) for i in range(10)))

    assert all(asyncio.run(main()))


def test_async_subflow_and_sync_subflow():
    @flow
    async def child(x):
        return x + 1

    @flow
    def sync_child(x):
        return x + 2

    @flow
    async def main():
        return await child(1), sync_child(1), (await child(2, return_state=True)).name

    assert asyncio.run(main()) == (2, 3, "Completed")


def test_async_flow_fails_and_is_retried(session):
    attempts = []

    @flow(retries=1)
    async def main():
        attempts.append(None)
        if len(attempts) == 1:
            raise ValueError("once")
        return "done"

    assert asyncio.run(main()) == "done"
    with pytest.raises(ZeroDivisionError):
        asyncio.run(flow(lambda_raising, name="f")())


async def lambda_raising():
    raise ZeroDivisionError


def test_cancelled_event_loop_task_crashes_the_run(session):
    @task
    async def waits():
        await asyncio.Event().wait()

    @flow
    async def main():
        running = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())
    assert session.flow_runs[0].task_runs[0].state.type == "CRASHED"


def test_result_of_a_state_is_awaitable_in_async_runs_only():
    @task
    def sync_task():
        return add_now(1, return_state=True).result()

    @flow
    async def main():
        state = add_now(1, return_state=True)
        return await state.result(), await state.aresult(), sync_task()

    assert asyncio.run(main()) == (2, 2, 2)


def test_generator_task(session):
    finished = []

    @task
    def count(n):
        for i in range(n):
            get_run_logger().debug("inside")
            assert runtime.task_run.task_name == "count"
            yield i
        finished.append(True)

    @flow
    def main():
        seen = []
        for i in count(3):
            assert runtime.task_run.id is None, "outside the generator its run is not the present one"
            seen.append(i)
        return seen, count.submit(2).result()

    assert main() == ([0, 1, 2], [0, 1])
    assert [t.state.name for t in session.flow_runs[0].task_runs] == ["Completed", "Completed"]


def test_generator_task_that_fails_or_is_left(session):
    @task
    def broken():
        yield 1
        raise ValueError("midway")

    @flow
    def main():
        with pytest.raises(ValueError, match="midway"):
            list(broken())
        values = broken()
        first = next(values)
        values.close()
        return first

    assert main() == 1
    assert [t.state.type for t in session.flow_runs[0].task_runs] == ["FAILED", "COMPLETED"]


def test_generator_task_is_retried_from_its_start():
    attempts = []

    @task(retries=1)
    def sometimes():
        attempts.append(None)
        yield len(attempts)
        if len(attempts) == 1:
            raise ValueError("once")

    @flow
    def main():
        return list(sometimes())

    assert main() == [1, 2]


def test_async_generator_task_and_flow(session):
    @task
    async def count(n):
        for i in range(n):
            await asyncio.sleep(0)
            yield i

    @flow
    async def main():
        return [i async for i in count(3)], count.submit(2).result()

    @flow
    async def stream(n):
        for i in range(n):
            yield await add(i)

    async def consume():
        return [i async for i in stream(2)]

    assert asyncio.run(main()) == ([0, 1, 2], [0, 1])
    assert asyncio.run(consume()) == [1, 2]
    assert [r.state.type for r in session.flow_runs] == ["COMPLETED", "COMPLETED"]


def test_generator_flow(session):
    @flow
    def stream(n):
        for i in range(n):
            yield add_now(i)
        return "end"

    assert list(stream(3)) == [1, 2, 3]

    @flow
    def broken():
        yield 1
        raise ValueError("midway")

    with pytest.raises(ValueError, match="midway"):
        list(broken())
    assert [r.state.type for r in session.flow_runs] == ["COMPLETED", "FAILED"]


def test_generator_takes_what_is_sent():
    @task
    def echo():
        got = yield "ready"
        while got is not None:
            got = yield got * 2

    @flow
    def main():
        values = echo()
        return next(values), values.send(2), values.send(3)

    assert main() == ("ready", 4, 6)


def test_failed_state_from_an_async_flow():
    from milliways.states import Failed

    @flow
    async def main():
        return Failed(message="no")

    with pytest.raises(FailedRun, match="no"):
        asyncio.run(main())


def test_generators_give_no_state():
    def values():
        yield 1

    for make in (task, flow):
        with pytest.raises(ValueError, match="a generator gives no state"):
            make(values, name="g")(return_state=True)
