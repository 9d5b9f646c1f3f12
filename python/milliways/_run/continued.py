"""Owns which run of the server the next flow run of this context is, where it is to continue one."""

from __future__ import annotations

import os
from contextvars import ContextVar

_ATTEMPT = "MILLIWAYS__ATTEMPT"
"""A worker's claim, handed down to the process that it has started: the run and the epoch."""


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


_of_worker: str | None = None


def claim(run_id: str) -> int:
    """Claims a run for this process: anew, or as the worker has claimed it that started this process for it."""
    global _of_worker
    from milliways._run.process import session

    if os.environ.get(_ATTEMPT, "").partition("/")[0] == run_id:
        _of_worker = run_id
    return session().claim(run_id)


def is_cancelled() -> bool:
    """Tells whether the server has cancelled the run for which a worker has started this process."""
    if _of_worker is None:
        return False
    import json

    from milliways._run.process import session

    status, body = session().request("GET", f"/flow_runs/{_of_worker}")
    return status == 200 and json.loads(body)["state_type"] in ("CANCELLING", "CANCELLED")
