"""Flows, by the names that Prefect gives them."""

from milliways.flows import Flow, flow

__all__ = ["Flow", "flow"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
