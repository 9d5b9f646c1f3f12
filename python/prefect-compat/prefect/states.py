"""States, by the names that Prefect gives them."""

from milliways.states import (
    AwaitingConcurrencySlot,
    AwaitingRetry,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    InfrastructurePending,
    Late,
    Paused,
    Pending,
    Retrying,
    Running,
    Scheduled,
    State,
    StateGroup,
    StateType,
    Submitting,
    Suspended,
    get_state_exception,
    is_state,
    is_state_iterable,
    raise_state_exception,
)

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
    "StateGroup",
    "StateType",
    "Submitting",
    "Suspended",
    "get_state_exception",
    "is_state",
    "is_state_iterable",
    "raise_state_exception",
]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
