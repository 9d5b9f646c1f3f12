"""Owns `State`: what a run is, or was, at one moment; and the short constructors for each kind of state.

How a function's return value becomes a state is not decided here but in ``_run/outcome.py``.
"""

from __future__ import annotations

import enum
import time

from milliways._typing import Generic, R, R_co

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable
    from datetime import datetime
    from typing import Any, TypeGuard
    from uuid import UUID

    from milliways._core import StateRecord

__all__ = [
    "AwaitingConcurrencySlot",
    "AwaitingRetry",
    "Cancelled",
    "Cancelling",
    "Completed",
    "Crashed",
    "Failed",
    "InfrastructurePending",
    "Late",
    "Paused",
    "Pending",
    "Retrying",
    "Running",
    "Scheduled",
    "State",
    "StateDetails",
    "StateGroup",
    "StateType",
    "Submitting",
    "Suspended",
    "get_state_exception",
    "is_state",
    "is_state_iterable",
    "raise_state_exception",
]


class StateType(str, enum.Enum):
    """The nine types of states; a state's name may say more than its type."""

    SCHEDULED = "SCHEDULED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"
    PAUSED = "PAUSED"
    CANCELLING = "CANCELLING"


TERMINAL_STATES = frozenset({StateType.COMPLETED, StateType.CANCELLED, StateType.FAILED, StateType.CRASHED})
_FAULTS = frozenset({StateType.CANCELLED, StateType.FAILED, StateType.CRASHED})
_NOT_KEPT = object()


class StateDetails:
    """What is known of a state beside its type, name, message and data.

    Args:
        fields: any of the attributes below; the others are ``None`` or ``False``.
    """

    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None
    child_flow_run_id: UUID | None = None
    scheduled_time: datetime | None = None
    cache_key: str | None = None
    cache_expiration: datetime | None = None
    deferred: bool | None = None
    untrackable_result: bool = False
    pause_timeout: datetime | None = None
    pause_reschedule: bool = False
    pause_key: str | None = None
    refresh_cache: bool | None = None
    retriable: bool | None = None

    def __init__(self, **fields: object) -> None:
        for name, value in fields.items():
            if name not in StateDetails.__annotations__:
                raise TypeError(f"unknown state detail: {name}")
            setattr(self, name, value)

    def __repr__(self) -> str:
        return f"StateDetails({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def to_json(self) -> dict[str, Any]:
        """Gives the details that are set, in the form they have in the API."""
        plain = (bool, int, str, type(None))
        return {k: v if isinstance(v, plain) else getattr(v, "isoformat", v.__str__)() for k, v in vars(self).items()}


class State(Generic[R]):
    """The state of a run.

    Args:
        type: the kind of state.
        name: what it is called; the capitalised type by default.
        message: one sentence for people, or ``None``.
        data: the result or the exception of the run.
        timestamp: when it was entered; now by default.
        id: its id; a new one by default.
        state_details: what else is known.
    """

    __slots__ = ("_details", "_id", "_source", "_timestamp", "data", "message", "name", "type")

    def __init__(
        self,
        type: StateType | str,
        name: str | None = None,
        message: str | None = None,
        data: object = None,
        timestamp: datetime | None = None,
        id: UUID | str | None = None,
        state_details: StateDetails | None = None,
    ) -> None:
        self.type = StateType(type)
        self.name = name if name is not None else self.type.value.capitalize()
        self.message = message
        self.data = data
        self._timestamp: Any = timestamp if timestamp is not None else time.time()
        self._id = id
        self._details = state_details
        self._source: Any = None

    def _fetch(self) -> None:
        """Reads what the engine has recorded, for a state whose record nobody has needed so far."""
        run, self._source = self._source, None
        record = run.state
        self._id, self._timestamp = record.id, record.timestamp
        if hasattr(run, "flow_run_id"):
            self._details = _RunDetails(run.flow_run_id, run.id)
        else:
            self._details = _RunDetails(run.id, run.parent_task_run_id)

    @classmethod
    def _recorded(
        cls, record: StateRecord, data: object, flow_run_id: str | None, task_run_id: str | None
    ) -> State[Any]:
        """Makes the state that the engine has recorded for a run."""
        state: State[Any] = cls(record.type, record.name, record.message, data, id=record.id)
        state._timestamp = record.timestamp
        state._details = _RunDetails(flow_run_id, task_run_id)
        return state

    @property
    def id(self) -> UUID:
        """The state's id."""
        from uuid import UUID

        if self._source is not None:
            self._fetch()
        if self._id is None:
            from milliways._core import uuid7

            self._id = uuid7()
        if isinstance(self._id, str):
            self._id = UUID(self._id)
        return self._id

    @property
    def timestamp(self) -> datetime:
        """When the state was entered, in UTC."""
        if self._source is not None:
            self._fetch()
        if isinstance(self._timestamp, float):
            from datetime import datetime, timezone

            self._timestamp = datetime.fromtimestamp(self._timestamp, timezone.utc)
        return self._timestamp

    @property
    def state_details(self) -> StateDetails:
        """What else is known of the state."""
        if self._source is not None:
            self._fetch()
        if self._details is None:
            self._details = StateDetails()
        return self._details

    def is_scheduled(self) -> bool:
        """Tells whether the run waits for its time."""
        return self.type is StateType.SCHEDULED

    def is_pending(self) -> bool:
        """Tells whether the run is about to start."""
        return self.type is StateType.PENDING

    def is_running(self) -> bool:
        """Tells whether the run is at work."""
        return self.type is StateType.RUNNING

    def is_completed(self) -> bool:
        """Tells whether the run has ended well."""
        return self.type is StateType.COMPLETED

    def is_failed(self) -> bool:
        """Tells whether the run's own code has failed."""
        return self.type is StateType.FAILED

    def is_crashed(self) -> bool:
        """Tells whether the run was ended by something outside its code."""
        return self.type is StateType.CRASHED

    def is_cancelled(self) -> bool:
        """Tells whether the run was cancelled."""
        return self.type is StateType.CANCELLED

    def is_cancelling(self) -> bool:
        """Tells whether the run is being cancelled."""
        return self.type is StateType.CANCELLING

    def is_paused(self) -> bool:
        """Tells whether the run is paused or suspended."""
        return self.type is StateType.PAUSED

    def is_final(self) -> bool:
        """Tells whether no other state follows by itself."""
        return self.type in TERMINAL_STATES

    if TYPE_CHECKING:

        def result(self, raise_on_failure: bool = True) -> R:
            """Gives the run's result.

            Called in an ``async`` flow or task, it gives an awaitable of it, as Prefect does.

            Args:
                raise_on_failure: raise the run's exception; else it is returned.

            Raises:
                UnfinishedRun: the run has not ended.
                PausedRun: the run is paused.
                MissingResult: the result was not kept.
            """
            ...
    else:

        def result(self, raise_on_failure=True):  # noqa: D102 - the overloads above are documented
            from milliways.context import in_async_run

            if in_async_run():
                return self.aresult(raise_on_failure)
            return self._result(raise_on_failure)

    async def aresult(self, raise_on_failure: bool = True) -> R:
        """Does what `result` does, awaitable everywhere."""
        return self._result(raise_on_failure)

    def _result(self, raise_on_failure: bool = True) -> Any:
        from milliways import exceptions

        if self.type is StateType.PAUSED:
            raise exceptions.PausedRun("the run is paused: its result is not there yet", state=self)
        if self.type not in TERMINAL_STATES:
            raise exceptions.UnfinishedRun(f"the run is in state {self}: its result is not there yet")
        if self.type in _FAULTS:
            exception = _state_exception(self)
            if raise_on_failure:
                raise exception
            return exception
        if self.data is _NOT_KEPT:
            raise exceptions.MissingResult("the result of the run was not kept")
        return self.data

    def model_copy(self, *, update: dict[str, object] | None = None, deep: bool = False) -> State[R]:
        """Gives a copy.

        Args:
            update: attributes that the copy has instead.
            deep: copy the data too.
        """
        import copy

        if self._source is not None:
            self._fetch()
        twin = copy.copy(self)
        if deep:
            twin.data = copy.deepcopy(self.data)
        for name, value in (update or {}).items():
            setattr(twin, {"id": "_id", "timestamp": "_timestamp", "state_details": "_details"}.get(name, name), value)
        return twin

    copy = model_copy

    def fresh_copy(self) -> State[R]:
        """Gives a copy with a new id and the present time."""
        return self.model_copy(update={"id": None, "timestamp": time.time(), "state_details": None})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return (self.type, self.name, self.message) == (other.type, other.name, other.message) and (
            self.data is other.data or bool(self.data == other.data)
        )

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        result = "<not kept>" if self.data is _NOT_KEPT else repr(self.data)
        return f"{self.name}(message={self.message!r}, type={self.type.value}, result={result})"

    def __str__(self) -> str:
        return f"{self.name}({self.message!r})" if self.message else f"{self.name}()"


class _RunDetails(StateDetails):
    """Details of a recorded state; the ids become UUIDs when somebody looks."""

    def __init__(self, flow_run_id: str | None, task_run_id: str | None) -> None:
        self._ids = (flow_run_id, task_run_id)

    def __getattribute__(self, name: str) -> Any:
        if name in ("flow_run_id", "task_run_id"):
            value = object.__getattribute__(self, "_ids")[name == "task_run_id"]
            if value is None:
                return None
            from uuid import UUID

            return UUID(value)
        return object.__getattribute__(self, name)


class StateGroup:
    """Several states looked at together.

    Args:
        states: the states.
    """

    def __init__(self, states: Iterable[State[Any]]) -> None:
        self.states = list(states)
        self.total_count = len(self.states)

    @property
    def fail_count(self) -> int:
        """How many have failed or crashed."""
        return sum(s.type in (StateType.FAILED, StateType.CRASHED) for s in self.states)

    def all_completed(self) -> bool:
        """Tells whether each has completed."""
        return all(s.type is StateType.COMPLETED for s in self.states)

    def all_final(self) -> bool:
        """Tells whether each has ended."""
        return all(s.is_final() for s in self.states)

    def any_cancelled(self) -> bool:
        """Tells whether one was cancelled."""
        return any(s.type is StateType.CANCELLED for s in self.states)

    def any_failed(self) -> bool:
        """Tells whether one has failed or crashed."""
        return self.fail_count > 0

    def any_paused(self) -> bool:
        """Tells whether one is paused."""
        return any(s.type is StateType.PAUSED for s in self.states)

    def counts_message(self) -> str:
        """Says how many are in which state."""
        counts: dict[str, int] = {}
        for state in self.states:
            counts[state.type.value] = counts.get(state.type.value, 0) + 1
        parts = ", ".join(f"{count} {type.lower()}" for type, count in counts.items())
        return f"{self.total_count} states: {parts}"


def is_state(value: object) -> TypeGuard[State[Any]]:
    """Tells whether a value is a state."""
    return isinstance(value, State)


def is_state_iterable(value: object) -> TypeGuard[Iterable[State[Any]]]:
    """Tells whether a value is a list, tuple or set of nothing but states."""
    items: Any = value
    return (
        isinstance(value, list | tuple | set | frozenset) and bool(items) and all(isinstance(v, State) for v in items)
    )


def get_state_exception(state: State[Any]) -> BaseException | Awaitable[BaseException]:
    """Gives the exception that a failed, crashed or cancelled run has ended with."""
    return _state_exception(state)


def raise_state_exception(state: State[Any]) -> None:
    """Raises the exception of a run that failed, crashed or was cancelled; else does nothing."""
    if state.type in _FAULTS:
        raise _state_exception(state)


def _state_exception(state: State[Any]) -> BaseException:
    from milliways import exceptions

    if state.type is StateType.CRASHED:
        wrapper, default = exceptions.CrashedRun, "the run has crashed"
    elif state.type is StateType.CANCELLED:
        wrapper, default = exceptions.CancelledRun, "the run was cancelled"
    elif state.type is StateType.FAILED:
        wrapper, default = exceptions.FailedRun, "the run has failed"
    else:
        raise ValueError(f"a run in state {state} has not ended with an exception")
    data = state.data
    if isinstance(data, BaseException):
        return data
    if isinstance(data, str):
        return wrapper(data)
    if isinstance(data, State):
        return _state_exception(data)  # pyright: ignore[reportUnknownArgumentType]
    if is_state_iterable(data):
        for part in data:
            if part.type in _FAULTS:
                return _state_exception(part)
    return wrapper(state.message or default)


def Completed(*, name: str | None = None, message: str | None = None, data: R_co | None = None) -> State[R_co]:
    """The run has ended well."""
    return State(StateType.COMPLETED, name, message, data)


def Failed(*, name: str | None = None, message: str | None = None, data: object = None) -> State[Any]:
    """The run's own code has failed."""
    return State(StateType.FAILED, name, message, data)


def Crashed(*, name: str | None = None, message: str | None = None, data: object = None) -> State[Any]:
    """The run was ended by something outside its code."""
    return State(StateType.CRASHED, name, message, data)


def Cancelled(*, name: str | None = None, message: str | None = None, data: object = None) -> State[Any]:
    """The run was cancelled."""
    return State(StateType.CANCELLED, name, message, data)


def Cancelling(*, name: str | None = None, message: str | None = None, data: object = None) -> State[Any]:
    """The run is being cancelled."""
    return State(StateType.CANCELLING, name, message, data)


def Pending(*, name: str | None = None, message: str | None = None, data: object = None) -> State[Any]:
    """The run is about to start."""
    return State(StateType.PENDING, name, message, data)


def Submitting(*, message: str | None = None) -> State[Any]:
    """The run is being handed to its infrastructure."""
    return Pending(name="Submitting", message=message)


def InfrastructurePending(*, message: str | None = None) -> State[Any]:
    """The run waits for its infrastructure."""
    return Pending(name="InfrastructurePending", message=message)


def Running(*, name: str | None = None, message: str | None = None, data: object = None) -> State[Any]:
    """The run is at work."""
    return State(StateType.RUNNING, name, message, data)


def Retrying(*, message: str | None = None) -> State[Any]:
    """The run is at work again after a failure."""
    return Running(name="Retrying", message=message)


def Scheduled(
    *, scheduled_time: datetime | None = None, name: str | None = None, message: str | None = None
) -> State[Any]:
    """The run starts at a time.

    Args:
        scheduled_time: when; now by default.
        name: another name than ``Scheduled``.
        message: one sentence for people.
    """
    if scheduled_time is None:
        scheduled_time = _now()
    return State(StateType.SCHEDULED, name, message, state_details=StateDetails(scheduled_time=scheduled_time))


def AwaitingRetry(*, scheduled_time: datetime | None = None, message: str | None = None) -> State[Any]:
    """The run has failed and starts again at a time."""
    return Scheduled(scheduled_time=scheduled_time, name="AwaitingRetry", message=message)


def AwaitingConcurrencySlot(*, scheduled_time: datetime | None = None, message: str | None = None) -> State[Any]:
    """The run waits for a slot of a concurrency limit."""
    return Scheduled(scheduled_time=scheduled_time, name="AwaitingConcurrencySlot", message=message)


def Late(*, scheduled_time: datetime | None = None, message: str | None = None) -> State[Any]:
    """The run should have started before now."""
    return Scheduled(scheduled_time=scheduled_time, name="Late", message=message)


def Paused(
    *,
    timeout_seconds: float | None = None,
    pause_expiration_time: datetime | None = None,
    reschedule: bool = False,
    pause_key: str | None = None,
    name: str | None = None,
    message: str | None = None,
) -> State[Any]:
    """The run waits until somebody resumes it.

    Args:
        timeout_seconds: how long it may wait.
        pause_expiration_time: until when it may wait; not together with ``timeout_seconds``.
        reschedule: the process ends meanwhile (suspended).
        pause_key: tells one pause of a run from another.
        name: another name than ``Paused``.
        message: one sentence for people.
    """
    if timeout_seconds is not None and pause_expiration_time is not None:
        raise ValueError("cannot take both: timeout_seconds, pause_expiration_time\nhint: give one of them")
    if timeout_seconds is not None:
        from datetime import timedelta

        pause_expiration_time = _now() + timedelta(seconds=timeout_seconds)
    details = StateDetails(pause_timeout=pause_expiration_time, pause_reschedule=reschedule, pause_key=pause_key)
    return State(StateType.PAUSED, name, message, state_details=details)


def Suspended(
    *, timeout_seconds: float | None = None, pause_expiration_time: datetime | None = None, pause_key: str | None = None
) -> State[Any]:
    """The run waits until somebody resumes it, and its process has ended meanwhile."""
    return Paused(
        timeout_seconds=timeout_seconds,
        pause_expiration_time=pause_expiration_time,
        reschedule=True,
        pause_key=pause_key,
        name="Suspended",
    )


def _now() -> datetime:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)
