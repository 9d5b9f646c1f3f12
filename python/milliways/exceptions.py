"""Every exception that Milliways raises or that a run can end with."""

from __future__ import annotations

from milliways._core import ApiError, MilliwaysError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from milliways.states import State

__all__ = [
    "Abort",
    "ApiError",
    "CancelledRun",
    "ConfigurationError",
    "CrashedRun",
    "FailedRun",
    "FlowRunTimeoutError",
    "HashError",
    "InvalidNameError",
    "MappingLengthMismatch",
    "MappingMissingIterable",
    "MilliwaysError",
    "MilliwaysSignal",
    "MissingContextError",
    "MissingResult",
    "NotAvailableError",
    "ParameterBindError",
    "ParameterTypeError",
    "PausedRun",
    "ReservedArgumentError",
    "SerializationError",
    "SignatureMismatchError",
    "TaskRunTimeoutError",
    "TerminationSignal",
    "UnfinishedRun",
    "UpstreamTaskError",
]


class CrashedRun(MilliwaysError):
    """The result of a run was asked for that has crashed."""


class FailedRun(MilliwaysError):
    """The result of a run was asked for that has failed without an exception of its own."""


class CancelledRun(MilliwaysError):
    """The result of a run was asked for that was cancelled."""


class PausedRun(MilliwaysError):
    """The result of a run was asked for that is paused.

    Args:
        message: what to show.
        state: the paused state, where it is known.
    """

    def __init__(self, *args: object, state: State[Any] | None = None) -> None:
        super().__init__(*args)
        self.state = state


class UnfinishedRun(MilliwaysError):
    """The result of a run was asked for that has not ended."""


class MissingResult(MilliwaysError):
    """A run has ended, but its result was not kept."""


class ParameterTypeError(MilliwaysError):
    """A parameter of a flow does not have the type that its hint asks for."""


class ParameterBindError(TypeError, MilliwaysError):
    """The arguments of a call do not fit the function's signature."""


class SignatureMismatchError(MilliwaysError, TypeError):
    """Named parameters do not fit the function's signature."""


class ReservedArgumentError(MilliwaysError, TypeError):
    """A function has a parameter whose name Milliways uses itself (``return_state``, ``wait_for``)."""


class InvalidNameError(MilliwaysError, ValueError):
    """A name contains a character that it must not contain."""


class MissingContextError(MilliwaysError, RuntimeError):
    """Something was called outside a flow or task run that only works inside one."""


class UpstreamTaskError(MilliwaysError):
    """A task could not start because a task run that it depends on has not completed."""


class MappingLengthMismatch(MilliwaysError):
    """The iterables given to ``map`` have different lengths."""


class MappingMissingIterable(MilliwaysError):
    """Nothing given to ``map`` can be iterated over."""


class SerializationError(MilliwaysError):
    """A value could not be turned into bytes, or back."""


class HashError(MilliwaysError):
    """A value could not be hashed for a cache key."""


class ConfigurationError(MilliwaysError):
    """A setting or an option has a value that cannot be used."""


class NotAvailableError(MilliwaysError, NotImplementedError):
    """An option or a function of the API was used that this version does not provide."""


class FlowRunTimeoutError(TimeoutError):
    """A flow run took longer than its ``timeout_seconds``."""


class TaskRunTimeoutError(TimeoutError):
    """A task run took longer than its ``timeout_seconds``."""


class MilliwaysSignal(BaseException):
    """Base of the signals that user code should not catch by ``except Exception``."""


class Abort(MilliwaysSignal):
    """The server has refused that the run goes on."""


class TerminationSignal(BaseException):
    """The process was asked to end (SIGTERM) while a flow was running.

    Args:
        signal: the number of the signal.
    """

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal
