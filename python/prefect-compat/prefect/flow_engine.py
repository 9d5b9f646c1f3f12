"""The exception that ends a flow run which takes too long."""

from milliways.exceptions import FlowRunTimeoutError

__all__ = ["FlowRunTimeoutError"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
