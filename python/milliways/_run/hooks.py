"""Owns the calls of hooks: user functions that hear of a run's new state. Their failures are logged, never raised."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from milliways.states import State


def for_state(owner: Any, state: State[Any]) -> Sequence[Callable[..., Any]]:
    """Gives the hooks of a flow or task for a state that was just entered."""
    if state.is_running():
        return owner.on_running_hooks
    if state.is_completed():
        return owner.on_completion_hooks
    if state.is_failed():
        return owner.on_failure_hooks
    if state.is_crashed():
        return getattr(owner, "on_crashed_hooks", ())
    if state.is_cancelled() or state.is_cancelling():
        return getattr(owner, "on_cancellation_hooks", ())
    return ()


def call(hooks: Sequence[Callable[..., Any]], owner: Any, run: Any, state: State[Any], logger: Any) -> None:
    """Calls hooks from a synchronous run; those that are ``async`` run in an event loop of their own."""
    for hook in list(hooks):
        name = _name(hook)
        logger.info("hook '%s' starts, on state %s", name, state.name)
        try:
            value = hook(owner, run, state)
            if hasattr(value, "__await__"):
                await_here(value)
        except Exception:
            logger.error("hook '%s' failed", name, exc_info=True)
        else:
            logger.info("hook '%s' has ended", name)


async def call_async(hooks: Sequence[Callable[..., Any]], owner: Any, run: Any, state: State[Any], logger: Any) -> None:
    """Calls hooks from an asynchronous run."""
    for hook in list(hooks):
        name = _name(hook)
        logger.info("hook '%s' starts, on state %s", name, state.name)
        try:
            value = hook(owner, run, state)
            if hasattr(value, "__await__"):
                await value
        except Exception:
            logger.error("hook '%s' failed", name, exc_info=True)
        else:
            logger.info("hook '%s' has ended", name)


def await_here(awaitable: Any) -> Any:
    """Waits for an awaitable from synchronous code: in a new event loop, in a new thread where one runs here."""
    import asyncio

    async def inside() -> Any:
        return await awaitable

    if asyncio._get_running_loop() is None:
        return asyncio.run(inside())
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    context = copy_context()
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(lambda: context.run(asyncio.run, inside())).result()


def checked(name: str, hooks: Any) -> list[Callable[..., Any]]:
    """Checks the hooks given as an option.

    Args:
        name: the option, for the message.
        hooks: what was given.
    """
    if hooks is None:
        return []
    if callable(hooks) or isinstance(hooks, str) or not hasattr(hooks, "__iter__"):
        raise TypeError(f"option {name} takes a list of functions, got: {type(hooks).__name__}\nhint: {name}=[hook]")
    found = list(hooks)
    for hook in found:
        if not callable(hook):
            raise TypeError(
                f"option {name} takes functions, got: {type(hook).__name__}\nhint: {name}=[hook], without calling it"
            )
    return found


def _name(hook: Any) -> str:
    from milliways._signature import function_name

    inner = getattr(hook, "func", hook)
    return function_name(inner)
