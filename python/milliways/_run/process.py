"""Owns what the process does once for all of its runs: the native session, its end at exit, and SIGTERM."""

from __future__ import annotations

import os

from milliways import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

_CLOSE_TIMEOUT = 10.0
_LEFTOVERS_TIMEOUT = 2.0
_registered_in: int | None = None


def session() -> _core.Session:
    """Gives the process's session; what it has recorded is sent before the process ends."""
    global _registered_in
    found = _core.session()
    if _registered_in != os.getpid():
        import atexit

        if _registered_in is None:
            atexit.register(_close)
        _registered_in = os.getpid()
    return found


def has_session() -> bool:
    """Tells whether this process has recorded anything."""
    return _registered_in == os.getpid()


def _close() -> None:
    if _registered_in != os.getpid():
        return
    ending = _core.session()
    if ending.flush(_CLOSE_TIMEOUT):
        # What processes before this one could not send; the rest is left to the next one, and to the server's start.
        ending.deliver_leftovers(_LEFTOVERS_TIMEOUT)
    # Asked before the end: a session that is used after its end is another one.
    notices = ending.notices()
    ending.close(0.0)
    if notices:
        from milliways.logging import get_logger

        for notice in notices:
            get_logger().warning("%s", notice)


class termination_as_exception:
    """Raises `TerminationSignal` in the main thread on SIGTERM, so that a run can record its end.

    After the block the process ends by the same signal, as it was asked to.
    """

    __slots__ = ("_previous",)

    def __enter__(self) -> None:
        import signal
        import threading

        self._previous: Any = None
        if threading.current_thread() is not threading.main_thread():
            return
        previous = signal.getsignal(signal.SIGTERM)
        if previous is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _raise)
            self._previous = previous

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._previous is None:
            return
        import signal

        signal.signal(signal.SIGTERM, self._previous)
        if exc_type is not None and exc_type.__name__ == "TerminationSignal":
            _close()
            os.kill(os.getpid(), signal.SIGTERM)


def _raise(number: int, _frame: object) -> None:
    from milliways.exceptions import TerminationSignal

    raise TerminationSignal(number)
