"""The exception that ends a task run which takes too long."""

from milliways.exceptions import TaskRunTimeoutError

__all__ = ["TaskRunTimeoutError"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
