"""Exceptions, by the names that Prefect gives them."""

from milliways.exceptions import (
    Abort,
    CancelledRun,
    ConfigurationError,
    CrashedRun,
    FailedRun,
    HashError,
    InvalidNameError,
    MappingLengthMismatch,
    MappingMissingIterable,
    MissingContextError,
    MissingResult,
    ParameterBindError,
    ParameterTypeError,
    PausedRun,
    ReservedArgumentError,
    SerializationError,
    SignatureMismatchError,
    TerminationSignal,
    UnfinishedRun,
    UpstreamTaskError,
)
from milliways.exceptions import MilliwaysError as PrefectException
from milliways.exceptions import MilliwaysSignal as PrefectSignal

__all__ = [
    "Abort",
    "CancelledRun",
    "ConfigurationError",
    "CrashedRun",
    "FailedRun",
    "HashError",
    "InvalidNameError",
    "MappingLengthMismatch",
    "MappingMissingIterable",
    "MissingContextError",
    "MissingResult",
    "ParameterBindError",
    "ParameterTypeError",
    "PausedRun",
    "PrefectException",
    "PrefectSignal",
    "ReservedArgumentError",
    "SerializationError",
    "SignatureMismatchError",
    "TerminationSignal",
    "UnfinishedRun",
    "UpstreamTaskError",
]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
