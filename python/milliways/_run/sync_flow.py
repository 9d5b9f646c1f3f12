"""Owns the calls of synchronous flows, generators among them."""

from __future__ import annotations

import time

from milliways._run import hooks, timeouts
from milliways._run.flow import FlowLife
from milliways._run.process import termination_as_exception
from milliways.context import current
from milliways.exceptions import FlowRunTimeoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from milliways.flows import Flow


def call(flow: Flow[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any, return_state: bool) -> Any:
    """Calls a flow."""
    life = FlowLife(flow, args, kwargs, wait_for)
    if life.is_root:
        with termination_as_exception():
            _live(life)
            return life.outcome(return_state)
    _live(life)
    return life.outcome(return_state)


def _live(life: FlowLife) -> None:
    if not life.has_ended:
        life.begin()
        call_hooks(life)
        while True:
            try:
                value = _invoke(life)
                delay = life.succeed(value)
            except BaseException as exception:
                delay = life.fail(exception)
            call_hooks(life)
            if delay is None:
                break
            _pause(life, delay)
            life.state = None
            life.start()
            call_hooks(life)
    call_hooks(life)


def _pause(life: FlowLife, seconds: float) -> None:
    """Waits before a retry. Whatever ends the wait before its time ends the run."""
    try:
        if seconds > 0:
            time.sleep(seconds)
    except BaseException as exception:
        life.fail(exception)
        call_hooks(life)
        raise


def _invoke(life: FlowLife) -> Any:
    flow, context = life.flow, life.context
    args, kwargs = flow.plan.unbind(context.parameters)
    token = current.set(context)
    try:
        if flow.timeout_seconds is None:
            return flow.fn(*args, **kwargs)
        return timeouts.call(flow.timeout_seconds, FlowRunTimeoutError, lambda: flow.fn(*args, **kwargs))
    finally:
        current.reset(token)


def call_hooks(life: FlowLife) -> None:
    """Calls the hooks that are due."""
    due = life.due
    if due:
        life.due = ()
        token = current.set(life.context)
        try:
            hooks.call(due, life.flow, life.run_view(), life.state, life.logger())  # pyright: ignore[reportArgumentType]
        finally:
            current.reset(token)


def iterate(
    flow: Flow[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any
) -> Generator[Any, Any, Any]:
    """Runs a generator flow and passes its values on."""
    life = FlowLife(flow, args, kwargs, wait_for)
    if life.has_ended:
        call_hooks(life)
        return life.outcome(False)
    life.begin()
    call_hooks(life)
    while True:
        args, kwargs = flow.plan.unbind(life.context.parameters)
        generator: Any = flow.fn(*args, **kwargs)
        try:
            sent = None
            while True:
                try:
                    value = _step(life, generator, sent)
                except StopIteration as end:
                    delay = life.succeed(end.value)
                    break
                sent = yield value
        except GeneratorExit:
            generator.close()
            life.succeed(None)
            call_hooks(life)
            raise
        except BaseException as exception:
            generator.close()
            delay = life.fail(exception)
        call_hooks(life)
        if delay is None:
            return life.outcome(False)
        _pause(life, delay)
        life.state = None
        life.start()
        call_hooks(life)


def _step(life: FlowLife, generator: Any, sent: Any) -> Any:
    seconds = life.flow.timeout_seconds
    token = current.set(life.context)
    try:
        if seconds is None:
            return generator.send(sent)
        return timeouts.call(seconds, FlowRunTimeoutError, lambda: generator.send(sent))
    finally:
        current.reset(token)
