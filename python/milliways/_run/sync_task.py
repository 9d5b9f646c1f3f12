"""Owns the calls of synchronous tasks. A task without special options takes the straight path, which is the hot one."""

from __future__ import annotations

import time

from milliways._identity import UNTRACKABLE
from milliways._resolve import ATOMS, holds_only_atoms
from milliways._run import hooks, timeouts
from milliways._run.task import TaskLife, completed, create, quick_inputs, remember
from milliways.context import TaskRunContext, current, current_tags
from milliways.exceptions import TaskRunTimeoutError
from milliways.states import _NOT_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from milliways.tasks import Task

_current_get, _current_set, _current_reset = current.get, current.set, current.reset
_tags_get = current_tags.get


def call(task: Task[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Calls a task directly, with nothing but its arguments."""
    outer = _current_get()
    if outer is None or not task.is_straight:
        return call_fully(task, args, kwargs, None, False)
    plan = task.plan
    if kwargs or not plan.least <= len(args) <= plan.most:
        plan.bind(args, kwargs)
        for value in kwargs.values():
            if type(value) not in ATOMS and not holds_only_atoms(value):
                return call_fully(task, args, kwargs, None, False)
    flow = outer.flow_context
    if flow is None:
        return call_fully(task, args, kwargs, None, False)
    for value in args:
        if type(value) not in ATOMS and not holds_only_atoms(value):
            return call_fully(task, args, kwargs, None, False)
    if outer is not flow or flow.results is not None:
        inputs = quick_inputs(task, args, kwargs, flow, outer)
    else:
        inputs = None
    tags = _tags_get()
    run = flow.run.task(task.definition, None, inputs, None if tags is None else sorted(tags))
    context = TaskRunContext(task, run, args, kwargs, flow, outer)
    token = _current_set(context)
    try:
        value = task.fn(*args, **kwargs)
    except BaseException as exception:
        _current_reset(token)
        return _after_failure(TaskLife(task, context), exception)
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
        _again(life, delay)
    return life.outcome(False)


def _after_failure(life: TaskLife, exception: BaseException) -> Any:
    delay = fail(life, exception)
    if delay is not None:
        _again(life, delay)
    return life.outcome(False)


def call_fully(
    task: Task[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any, return_state: bool
) -> Any:
    """Calls a task with whatever options it has."""
    outer = _current_get()
    task.plan.bind(args, kwargs)
    if task.log_prints:
        task.capture_prints()
    run = create(task, args, kwargs, wait_for, outer)
    context = TaskRunContext(task, run, args, kwargs, None if outer is None else outer.flow_context, outer)
    life = TaskLife(task, context, wait_for)
    live(life)
    return life.outcome(return_state)


def live(life: TaskLife) -> None:
    """Takes a task run that is Pending to its end."""
    try:
        begun = life.begin()
    except BaseException as exception:
        begun = False
        life.fail(exception, False)
    call_hooks(life)
    if begun:
        _attempts(life)


def live_straight(life: TaskLife) -> None:
    """Does the same for a task without special options and without futures among its arguments."""
    context = life.context
    context.run.running()
    token = _current_set(context)
    try:
        value = life.task.fn(*context.args, **context.kwargs)
    except BaseException as exception:
        _current_reset(token)
        delay = fail(life, exception)
        if delay is not None:
            _again(life, delay)
        return
    _current_reset(token)
    if type(value) in ATOMS or holds_only_atoms(value):
        context.run.complete()
        if type(value) not in UNTRACKABLE:
            remember(context, value)
        life.state = completed(context.run, value if life.task.cache_result_in_memory else _NOT_KEPT)
        return
    delay = life.succeed(value)
    if delay is not None:
        _again(life, delay)


def _again(life: TaskLife, delay: float) -> None:
    pause(life, delay)
    life.start()
    call_hooks(life)
    _attempts(life)


def _attempts(life: TaskLife) -> None:
    while True:
        try:
            value = _invoke(life)
        except BaseException as exception:
            delay = fail(life, exception)
        else:
            delay = life.succeed(value)
            call_hooks(life)
        if delay is None:
            return
        pause(life, delay)
        life.start()
        call_hooks(life)


def pause(life: TaskLife, seconds: float) -> None:
    """Waits before a retry. Whatever ends the wait before its time ends the run."""
    try:
        if seconds > 0:
            time.sleep(seconds)
    except BaseException as exception:
        life.fail(exception, False)
        raise


def _invoke(life: TaskLife) -> Any:
    task, context = life.task, life.context
    token = _current_set(context)
    try:
        if life.invoke is not None:
            return life.invoke(life)
        if task.timeout_seconds is None:
            return task.fn(*context.args, **context.kwargs)
        return timeouts.call(
            task.timeout_seconds, TaskRunTimeoutError, lambda: task.fn(*context.args, **context.kwargs)
        )
    finally:
        _current_reset(token)


def fail(life: TaskLife, exception: BaseException) -> float | None:
    retriable = life.retriable(exception)
    if hasattr(retriable, "__await__"):
        retriable = hooks.await_here(retriable)
    delay = life.fail(exception, retriable)
    call_hooks(life)
    return delay


def call_hooks(life: TaskLife) -> None:
    due = life.due
    if due:
        life.due = ()
        token = _current_set(life.context)
        try:
            hooks.call(due, life.task, life.run_view(), life.state, life.logger())  # pyright: ignore[reportArgumentType]
        finally:
            _current_reset(token)
