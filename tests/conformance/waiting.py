"""Looking until something is so."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], enough: Callable[[T], bool] = bool, seconds: float = 60) -> T:
    """What `look` gives once it is `enough`; a failure that shows the last look where it never is.

    The client reports task runs, logs and events in its own time, and processes take theirs.
    """
    end = time.monotonic() + seconds
    while not enough(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found
