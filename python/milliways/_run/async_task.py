"""Owns the calls of asynchronous tasks: the same life as a synchronous one's, awaited."""

from __future__ import annotations

from milliways._identity import UNTRACKABLE
from milliways._resolve import ATOMS, holds_only_atoms
from milliways._run import hooks, timeouts
from milliways._run.task import TaskLife, create, quick_inputs, remember
from milliways.context import TaskRunContext, current, current_tags
from milliways.exceptions import TaskRunTimeoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from milliways.tasks import Task

_current_get, _current_set, _current_reset = current.get, current.set, current.reset
_tags_get = current_tags.get


async def call(task: Task[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Calls a task directly, with nothing but its arguments."""
    outer = _current_get()
    flow = None if outer is None else outer.flow_context
    if flow is None or not task.is_straight:
        return await call_fully(task, args, kwargs, None, False)
    plan = task.plan
    if kwargs or not plan.least <= len(args) <= plan.most:
        plan.bind(args, kwargs)
        if not holds_only_atoms(kwargs):
            return await call_fully(task, args, kwargs, None, False)
    for value in args:
        if type(value) not in ATOMS and not holds_only_atoms(value):
            return await call_fully(task, args, kwargs, None, False)
    inputs = quick_inputs(task, args, kwargs, flow, outer or flow)
    tags = _tags_get()
    run = flow.run.task(task.definition, None, inputs, None if tags is None else sorted(tags))
    context = TaskRunContext(task, run, args, kwargs, flow, outer)
    token = _current_set(context)
    try:
        value = await task.fn(*args, **kwargs)
    except BaseException as exception:
        _current_reset(token)
        life = TaskLife(task, context)
        delay = await fail(life, exception)
        if delay is not None:
            await _again(life, delay)
        return life.outcome(False)
    _current_reset(token)
    if value is None:
        run.complete()
        return None
    if type(value) in ATOMS or holds_only_atoms(value):
        run.complete()
        if type(value) not in UNTRACKABLE:
            remember(context, value)
        return value
    life = TaskLife(task, context)
    delay = life.succeed(value)
    if delay is not None:
        await _again(life, delay)
    return life.outcome(False)


async def call_fully(
    task: Task[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any, return_state: bool
) -> Any:
    """Calls a task with whatever options it has."""
    outer = _current_get()
    flow = None if outer is None else outer.flow_context
    if task.log_prints:
        task.capture_prints()
    task.plan.bind(args, kwargs)
    run = create(task, args, kwargs, wait_for, outer)
    life = TaskLife(task, TaskRunContext(task, run, args, kwargs, flow, outer), wait_for)
    await live(life)
    return life.outcome(return_state)


async def live(life: TaskLife) -> None:
    """Takes a task run that is Pending to its end."""
    try:
        begun = life.begin()
    except BaseException as exception:
        begun = False
        life.fail(exception, False)
    await call_hooks(life)
    if begun:
        await _attempts(life)


async def _again(life: TaskLife, delay: float) -> None:
    await pause(life, delay)
    life.start()
    await call_hooks(life)
    await _attempts(life)


async def _attempts(life: TaskLife) -> None:
    while True:
        try:
            value = await _invoke(life)
        except BaseException as exception:
            delay = await fail(life, exception)
        else:
            delay = life.succeed(value)
            await call_hooks(life)
        if delay is None:
            return
        await pause(life, delay)
        life.start()
        await call_hooks(life)


async def _invoke(life: TaskLife) -> Any:
    task, context = life.task, life.context
    token = _current_set(context)
    try:
        awaitable = task.fn(*context.args, **context.kwargs)
        if task.timeout_seconds is None:
            return await awaitable
        return await timeouts.call_async(task.timeout_seconds, TaskRunTimeoutError, awaitable)
    finally:
        _current_reset(token)


async def fail(life: TaskLife, exception: BaseException) -> float | None:
    retriable = life.retriable(exception)
    if hasattr(retriable, "__await__"):
        retriable = await retriable
    delay = life.fail(exception, retriable)
    await call_hooks(life)
    return delay


async def pause(life: TaskLife, seconds: float) -> None:
    """Waits before a retry. Whatever ends the wait before its time ends the run."""
    if seconds <= 0:
        return
    import asyncio

    try:
        await asyncio.sleep(seconds)
    except BaseException as exception:
        life.fail(exception, False)
        raise


async def call_hooks(life: TaskLife) -> None:
    due = life.due
    if due:
        life.due = ()
        token = _current_set(life.context)
        try:
            await hooks.call_async(due, life.task, life.run_view(), life.state, life.logger())  # pyright: ignore[reportArgumentType]
        finally:
            _current_reset(token)
