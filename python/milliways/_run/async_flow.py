"""Owns the calls of asynchronous flows, generators among them: the same life as a synchronous one's, awaited."""

from __future__ import annotations

import asyncio

from milliways._run import hooks, timeouts
from milliways._run.flow import FlowLife
from milliways._run.process import termination_as_exception
from milliways.context import current
from milliways.exceptions import FlowRunTimeoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Any

    from milliways.flows import Flow


async def call(
    flow: Flow[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any, return_state: bool
) -> Any:
    """Calls a flow."""
    life = FlowLife(flow, args, kwargs, wait_for)
    if life.is_root:
        with termination_as_exception():
            await _live(life)
            return life.outcome(return_state)
    await _live(life)
    return life.outcome(return_state)


async def _live(life: FlowLife) -> None:
    if not life.has_ended:
        life.begin()
        await call_hooks(life)
        while True:
            try:
                value = await _invoke(life)
                delay = life.succeed(value)
            except BaseException as exception:
                delay = life.fail(exception)
            await call_hooks(life)
            if delay is None:
                break
            await _pause(life, delay)
            life.state = None
            life.start()
            await call_hooks(life)
    await call_hooks(life)


async def _pause(life: FlowLife, seconds: float) -> None:
    """Waits before a retry. Whatever ends the wait before its time ends the run."""
    try:
        await asyncio.sleep(seconds)
    except BaseException as exception:
        life.fail(exception)
        await call_hooks(life)
        raise


async def _invoke(life: FlowLife) -> Any:
    flow, context = life.flow, life.context
    args, kwargs = flow.plan.unbind(context.parameters)
    token = current.set(context)
    try:
        awaitable: Any = flow.fn(*args, **kwargs)
        if flow.timeout_seconds is None:
            return await awaitable
        return await timeouts.call_async(flow.timeout_seconds, FlowRunTimeoutError, awaitable)
    finally:
        current.reset(token)


async def call_hooks(life: FlowLife) -> None:
    """Calls the hooks that are due."""
    due = life.due
    if due:
        life.due = ()
        token = current.set(life.context)
        try:
            await hooks.call_async(due, life.flow, life.run_view(), life.state, life.logger())  # pyright: ignore[reportArgumentType]
        finally:
            current.reset(token)


async def iterate(
    flow: Flow[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any
) -> AsyncGenerator[Any, Any]:
    """Runs an asynchronous generator flow and passes its values on."""
    life = FlowLife(flow, args, kwargs, wait_for)
    if life.has_ended:
        await call_hooks(life)
        life.outcome(False)
        return
    life.begin()
    await call_hooks(life)
    while True:
        args, kwargs = flow.plan.unbind(life.context.parameters)
        generator: Any = flow.fn(*args, **kwargs)
        try:
            sent = None
            while True:
                try:
                    value = await _step(life, generator, sent)
                except StopAsyncIteration:
                    delay = life.succeed(None)
                    break
                sent = yield value
        except GeneratorExit:
            await generator.aclose()
            life.succeed(None)
            raise
        except BaseException as exception:
            await generator.aclose()
            delay = life.fail(exception)
        await call_hooks(life)
        if delay is None:
            life.outcome(False)
            return
        await _pause(life, delay)
        life.state = None
        life.start()
        await call_hooks(life)


async def _step(life: FlowLife, generator: Any, sent: Any) -> Any:
    seconds = life.flow.timeout_seconds
    token = current.set(life.context)
    try:
        if seconds is None:
            return await generator.asend(sent)
        return await timeouts.call_async(seconds, FlowRunTimeoutError, generator.asend(sent))
    finally:
        current.reset(token)
