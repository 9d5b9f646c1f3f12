"""Handlers of logs, by the names that Prefect gives them."""

from milliways.logging import RunLogHandler as APILogHandler

__all__ = ["APILogHandler"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
