"""Owns which run of the server the next flow run of this context is, where it is to continue one."""

from __future__ import annotations

from contextvars import ContextVar


class Continued:
    """A run that the server has, and that this process has claimed.

    Args:
        id: the run's id.
        epoch: the epoch of this process's journal of it.
        name: the run's name.
        run_count: how often it has started before.
    """

    __slots__ = ("epoch", "id", "name", "run_count")

    def __init__(self, id: str, epoch: int, name: str, run_count: int) -> None:
        self.id = id
        self.epoch = epoch
        self.name = name
        self.run_count = run_count


upcoming: ContextVar[Continued | None] = ContextVar("milliways_continued", default=None)
"""What the next flow run continues; whoever makes that run takes it."""


def take() -> Continued | None:
    """Gives what is to be continued, once."""
    found = upcoming.get()
    if found is not None:
        upcoming.set(None)
    return found
