"""Owns tasks that are generators: what they yield is passed on as it comes, and the run ends with the generator.

The run is made when the caller takes the first value. After a failure that is retried, the generator starts anew.
The task's context holds only while its own code is at work, not while the caller's is.
"""

from __future__ import annotations

from milliways._run import async_task, sync_task, timeouts
from milliways._run.task import TaskLife, create
from milliways.context import TaskRunContext, current
from milliways.exceptions import TaskRunTimeoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from typing import Any

    from milliways.tasks import Task


def _life(task: Task[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any) -> TaskLife:
    outer = current.get()
    if task.log_prints:
        task.capture_prints()
    run = create(task, args, kwargs, wait_for, outer)
    flow = None if outer is None else outer.flow_context
    return TaskLife(task, TaskRunContext(task, run, args, kwargs, flow, outer), wait_for)


def iterate(
    task: Task[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any
) -> Generator[Any, Any, Any]:
    """Runs a generator task and passes its values on."""
    life = _life(task, args, kwargs, wait_for)
    if not life.begin():
        sync_task.call_hooks(life)
        yield from life.value or ()
        return life.outcome(False)
    sync_task.call_hooks(life)
    while True:
        generator = task.fn(*life.context.args, **life.context.kwargs)
        try:
            sent = None
            while True:
                try:
                    value = _step(life, generator, sent)
                except StopIteration as end:
                    delay = life.succeed(end.value)
                    sync_task.call_hooks(life)
                    break
                sent = yield value
        except GeneratorExit:
            # The caller has what it wanted.
            generator.close()
            life.succeed(None)
            sync_task.call_hooks(life)
            raise
        except BaseException as exception:
            generator.close()
            delay = sync_task.fail(life, exception)
        if delay is None:
            return life.outcome(False)
        sync_task.pause(life, delay)
        life.start()
        sync_task.call_hooks(life)


def _step(life: TaskLife, generator: Any, sent: Any) -> Any:
    seconds = life.task.timeout_seconds
    token = current.set(life.context)
    try:
        if seconds is None:
            return generator.send(sent)
        return timeouts.call(seconds, TaskRunTimeoutError, lambda: generator.send(sent))
    finally:
        current.reset(token)


async def aiterate(
    task: Task[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any
) -> AsyncGenerator[Any, Any]:
    """Runs an asynchronous generator task and passes its values on."""
    life = _life(task, args, kwargs, wait_for)
    if not life.begin():
        await async_task.call_hooks(life)
        for value in life.value or ():
            yield value
        return
    await async_task.call_hooks(life)
    while True:
        generator = task.fn(*life.context.args, **life.context.kwargs)
        try:
            sent = None
            while True:
                try:
                    value = await _astep(life, generator, sent)
                except StopAsyncIteration:
                    delay = life.succeed(None)
                    await async_task.call_hooks(life)
                    break
                sent = yield value
        except GeneratorExit:
            await generator.aclose()
            life.succeed(None)
            raise
        except BaseException as exception:
            await generator.aclose()
            delay = await async_task.fail(life, exception)
        if delay is None:
            life.outcome(False)
            return
        await async_task.pause(life, delay)
        life.start()
        await async_task.call_hooks(life)


async def _astep(life: TaskLife, generator: Any, sent: Any) -> Any:
    seconds = life.task.timeout_seconds
    token = current.set(life.context)
    try:
        if seconds is None:
            return await generator.asend(sent)
        return await timeouts.call_async(seconds, TaskRunTimeoutError, generator.asend(sent))
    finally:
        current.reset(token)
