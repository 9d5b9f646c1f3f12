"""Owns how a call is ended that takes too long: by timer signal, by asynchronous exception, or by cancellation."""

from __future__ import annotations

import sys
import time
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any


class Expired(BaseException):
    """Raised inside user code when a deadline has passed. No ``except Exception`` swallows it."""


def call(seconds: float, error: type[TimeoutError], function: Callable[[], Any]) -> Any:
    """Calls a function and ends it when it takes too long.

    Args:
        seconds: how long it may take.
        error: what is raised then.
        function: what to call. In the main thread even a blocking system call is interrupted; in another
            thread the exception arrives with the next Python instruction.
    """
    deadline = _AlarmDeadline(seconds) if _in_main_thread() else _ThreadDeadline(seconds)
    try:
        try:
            deadline.start()
            value = function()
        finally:
            deadline.stop()
    except Expired as expired:
        deadline.stop()
        if deadline.fired:
            raise _error(error, seconds).with_traceback(expired.__traceback__) from None
        raise
    if deadline.fired:
        raise _error(error, seconds)
    return value


async def call_async(seconds: float, error: type[TimeoutError], awaitable: Awaitable[Any]) -> Any:
    """Awaits something and cancels it when it takes too long.

    Args:
        seconds: how long it may take.
        error: what is raised then.
        awaitable: what to await, in the present asyncio task.
    """
    import asyncio

    task: Any = asyncio.current_task()
    fired = False

    def expire() -> None:
        nonlocal fired
        fired = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, expire)
    try:
        value = await awaitable
        if fired:
            # The cancellation is on its way: it is to arrive here and not in the caller's next await.
            await asyncio.sleep(0)
        return value
    except asyncio.CancelledError as cancelled:
        if not fired:
            raise
        if sys.version_info >= (3, 11):
            task.uncancel()
        raise _error(error, seconds).with_traceback(cancelled.__traceback__) from None
    finally:
        timer.cancel()


def _error(error: type[TimeoutError], seconds: float) -> TimeoutError:
    return error(f"did not end within {seconds:g} s")


def _in_main_thread() -> bool:
    import threading

    return threading.current_thread() is threading.main_thread()


class _AlarmDeadline:
    """A deadline in the main thread: one interval timer serves all that are open."""

    open: list[_AlarmDeadline] = []  # noqa: RUF012 - shared on purpose: there is one timer
    previous: Any = None
    previous_end: float | None = None

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.fired = False

    def start(self) -> None:
        import signal

        if not self.open:
            _AlarmDeadline.previous = signal.signal(signal.SIGALRM, _on_alarm)
            left, _interval = signal.getitimer(signal.ITIMER_REAL)
            _AlarmDeadline.previous_end = time.monotonic() + left if left else None
        self.open.append(self)
        _arm()

    def stop(self) -> None:
        if self not in self.open:
            return
        import signal

        self.open.remove(self)
        _arm()
        if not self.open:
            signal.signal(signal.SIGALRM, _AlarmDeadline.previous or signal.SIG_DFL)
            end = _AlarmDeadline.previous_end
            if end is not None:
                # Somebody else's timer goes on where it was.
                signal.setitimer(signal.ITIMER_REAL, max(end - time.monotonic(), 1e-6))


def _on_alarm(_signal: int, _frame: object) -> None:
    now = time.monotonic()
    for deadline in _AlarmDeadline.open:
        if not deadline.fired and deadline.end <= now:
            deadline.fired = True
            _arm()
            raise Expired
    _arm()


def _arm() -> None:
    import signal

    ends = [deadline.end for deadline in _AlarmDeadline.open if not deadline.fired]
    left = max(min(ends) - time.monotonic(), 1e-6) if ends else 0.0
    signal.setitimer(signal.ITIMER_REAL, left)


class _ThreadDeadline:
    """A deadline in another thread: a watching thread raises the exception in it."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.thread = get_ident()
        self.fired = False
        self.stopped = False

    def start(self) -> None:
        _Watch.instance().add(self)

    def stop(self) -> None:
        if self.stopped:
            return
        with _Watch.instance().lock:
            self.stopped = True
            if self.fired:
                _raise_in(self.thread, None)

    def __lt__(self, other: _ThreadDeadline) -> bool:
        return self.end < other.end


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    import ctypes

    kind = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind)


class _Watch:
    """The thread that looks after the deadlines of all threads but the main one."""

    _instance: _Watch | None = None

    def __init__(self) -> None:
        import os
        import threading

        self.process = os.getpid()
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._heap: list[_ThreadDeadline] = []
        threading.Thread(target=self._run, name="milliways-deadlines", daemon=True).start()

    @classmethod
    def instance(cls) -> _Watch:
        import os

        if cls._instance is None or cls._instance.process != os.getpid():
            cls._instance = cls()
        return cls._instance

    def add(self, deadline: _ThreadDeadline) -> None:
        import heapq

        with self._changed:
            heapq.heappush(self._heap, deadline)
            self._changed.notify()

    def _run(self) -> None:
        import heapq

        with self._changed:
            while True:
                while self._heap and self._heap[0].stopped:
                    heapq.heappop(self._heap)
                if not self._heap:
                    self._changed.wait()
                    continue
                left = self._heap[0].end - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                    continue
                deadline = heapq.heappop(self._heap)
                if not deadline.stopped:
                    deadline.fired = True
                    _raise_in(deadline.thread, Expired)
