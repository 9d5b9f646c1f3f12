"""Loggers, by the names that Prefect gives them."""

from milliways.logging import LogEavesdropper, disable_run_logger, get_logger, get_run_logger
from milliways.logging import RunLogAdapter as PrefectLogAdapter

__all__ = ["LogEavesdropper", "PrefectLogAdapter", "disable_run_logger", "get_logger", "get_run_logger"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
