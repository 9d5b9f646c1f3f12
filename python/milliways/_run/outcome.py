"""Owns which state a run ends in: decided from what its function returned or raised."""

from __future__ import annotations

from milliways._resolve import to_states
from milliways._run.timeouts import Expired
from milliways._traceback import describe
from milliways.exceptions import FlowRunTimeoutError, TaskRunTimeoutError, TerminationSignal
from milliways.states import State, StateGroup, StateType, is_state_iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def of_value(value: Any) -> tuple[Any, State[Any] | None]:
    """Judges a returned value.

    Returns:
        The value with states in the place of its futures, and the state that it asks for:
        a state that the user made is taken as it is; runs' states are judged together;
        ``None`` means plain Completed.
    """
    value = to_states(value)
    if isinstance(value, State):
        made = _as_state(value)
        details = made.state_details
        if details.task_run_id is None and details.flow_run_id is None:
            return made, made
        return made, _of_group([made], made)
    if is_state_iterable(value):
        return value, _of_group(list(value), value)
    return value, None


def _as_state(value: Any) -> State[Any]:
    return value


def _of_group(states: list[State[Any]], value: Any) -> State[Any]:
    group = StateGroup(states)
    if group.all_completed():
        return State(StateType.COMPLETED, message="all states are completed", data=value)
    if group.any_cancelled():
        return State(StateType.CANCELLED, message=group.counts_message(), data=value)
    if group.any_paused():
        return State(StateType.PAUSED, message=group.counts_message(), data=value)
    return State(StateType.FAILED, message=group.counts_message(), data=value)


def of_exception(kind: str, exception: BaseException) -> State[Any]:
    """Judges an exception.

    Args:
        kind: ``flow`` or ``task``.
        exception: what the function raised. Other than by an `Exception`, a run crashes.
    """
    if isinstance(exception, FlowRunTimeoutError if kind == "flow" else TaskRunTimeoutError):
        return State(StateType.FAILED, "TimedOut", f"{kind} run {exception}", exception)
    if isinstance(exception, Exception) and not _is_cancellation(exception):
        return State(StateType.FAILED, message=f"{kind} run raised {describe(exception)}", data=exception)
    return State(StateType.CRASHED, message=_why_crashed(exception), data=exception)


def _is_cancellation(exception: BaseException) -> bool:
    return type(exception).__name__ == "CancelledError" and type(exception).__module__ == "asyncio.exceptions"


def _why_crashed(exception: BaseException) -> str:
    if isinstance(exception, KeyboardInterrupt):
        return "the run was interrupted"
    if isinstance(exception, TerminationSignal):
        return f"the process was asked to end by signal {exception.signal}"
    if isinstance(exception, SystemExit):
        return f"the process was ended by SystemExit, code: {exception.code}"
    if isinstance(exception, Expired):
        return "the run was ended because the run around it took too long"
    if _is_cancellation(exception):
        return "the run was cancelled by its event loop"
    if isinstance(exception, GeneratorExit):
        return "the generator was closed before its end"
    return f"the run was ended by {describe(exception)}"
