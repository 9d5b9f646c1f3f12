"""Markers around arguments, by the names that Prefect gives them."""

from milliways.utilities.annotations import BaseAnnotation, NotSet, allow_failure, freeze, opaque, quote, unmapped

__all__ = ["BaseAnnotation", "NotSet", "allow_failure", "freeze", "opaque", "quote", "unmapped"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
