"""Owns futures: handles of task runs that were submitted and may still be at work."""

from __future__ import annotations

import time
from _thread import allocate_lock

from milliways._typing import Generic, R

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, NamedTuple
    from uuid import UUID

    from milliways import _core
    from milliways.states import State

__all__ = ["DoneAndNotDoneFutures", "Future", "FutureList", "TaskRunFuture", "as_completed", "wait"]


class Future(Generic[R]):
    """A handle of a run that may still be at work.

    It is done exactly once, by the thread that ran it. List operations are atomic under the GIL and
    the order of the steps makes a lost wake-up impossible, so that no lock is held while nothing waits.
    """

    __slots__ = ("__weakref__", "_callbacks", "_state", "run_id")

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self._state: State[Any] | None = None
        self._callbacks: list[Callable[[Any], object]] = []

    @property
    def state(self) -> State[Any]:
        """The run's latest state; it does not wait."""
        if self._state is not None:
            return self._state
        return self._present_state()

    def _present_state(self) -> State[Any]:
        from milliways.states import Pending

        return Pending()

    def wait(self, timeout: float | None = None) -> None:
        """Waits until the run has ended, whatever its end is.

        Args:
            timeout: how long at most, in seconds; for ever by default. It returns then, too.
        """
        if self._state is not None:
            return
        gate = allocate_lock()
        gate.acquire()
        self._callbacks.append(lambda _: gate.release())
        if self._state is not None:
            return
        gate.acquire(timeout=-1 if timeout is None else max(timeout, 0.0))

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:
        """Waits for the run and gives its result.

        Args:
            timeout: how long to wait at most, in seconds.
            raise_on_failure: raise the run's exception; else it is returned.

        Raises:
            TimeoutError: it took longer.
        """
        if self._state is None:
            self.wait(timeout)
        state = self._state
        if state is None:
            raise TimeoutError(f"the run did not end in time: {self.run_id}, timeout: {timeout} s")
        return state._result(raise_on_failure)

    def add_done_callback(self, fn: Callable[[Any], object]) -> None:
        """Calls a function with this future when the run has ended; at once where it has already."""
        if self._state is not None:
            fn(self)
            return
        self._callbacks.append(fn)
        if self._state is not None:
            self._call_back()

    def done(self) -> bool:
        """Tells whether the run has ended."""
        return self._state is not None

    def _finish(self, state: State[Any]) -> None:
        """Notes the end of the run and wakes whoever waits. Called once."""
        self._state = state
        if self._callbacks:
            self._call_back()

    def _call_back(self) -> None:
        callbacks = self._callbacks
        while callbacks:
            try:
                callback = callbacks.pop(0)
            except IndexError:
                return
            try:
                callback(self)
            except Exception:
                from milliways.logging import get_logger

                get_logger("futures").exception("a callback of the future raised an exception")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.run_id!r}, state={str(self._state) if self._state else 'unfinished'})"


class TaskRunFuture(Future[R]):
    """A handle of a submitted task run.

    Args:
        run: the native handle.
    """

    __slots__ = ("_run",)

    def __init__(self, run: _core.TaskRun) -> None:
        self.run_id = run.id
        self._run = run
        self._state = None
        self._callbacks = []

    @property
    def task_run_id(self) -> UUID:
        """The task run's id."""
        from uuid import UUID

        return UUID(self.run_id)

    def _present_state(self) -> State[Any]:
        from milliways.states import State

        run = self._run
        return State._recorded(run.state, None, run.flow_run_id, run.id)


if TYPE_CHECKING:

    class _Futures(list[TaskRunFuture[R]], Generic[R]):
        """The type of the list below, which is a plain list at run time."""
else:
    _Futures = list


class FutureList(_Futures[R]):
    """The futures of a ``map``, in the order of its items."""

    __slots__ = ()

    def wait(self, timeout: float | None = None) -> None:
        """Waits until all have ended.

        Args:
            timeout: how long at most, in seconds, for all together.
        """
        wait(self, timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> list[R]:
        """Waits for all and gives their results.

        Args:
            timeout: how long at most, in seconds, for all together.
            raise_on_failure: raise the first exception; else exceptions stand among the results.

        Raises:
            TimeoutError: it took longer.
        """
        if timeout is None:
            return [future.result(None, raise_on_failure) for future in self]
        end = time.monotonic() + timeout
        return [future.result(max(end - time.monotonic(), 0.0), raise_on_failure) for future in self]

    def __getitem__(self, index: Any) -> Any:
        found = list.__getitem__(self, index)  # pyright: ignore
        return FutureList(found) if isinstance(index, slice) else found  # pyright: ignore


if TYPE_CHECKING:

    class DoneAndNotDoneFutures(NamedTuple):
        """What `wait` gives."""

        done: set[Future[Any]]
        not_done: set[Future[Any]]
else:

    def __getattr__(name):
        if name == "DoneAndNotDoneFutures":
            from collections import namedtuple

            kind = namedtuple("DoneAndNotDoneFutures", ("done", "not_done"))
            kind.__doc__ = "What `wait` gives."
            globals()[name] = kind
            return kind
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def wait(futures: Iterable[Future[Any]], timeout: float | None = None) -> DoneAndNotDoneFutures:
    """Waits for several futures.

    Args:
        futures: the futures.
        timeout: how long at most, in seconds, for all together.

    Returns:
        The sets of those that have ended and of those that have not: ``done`` and ``not_done``.
    """
    waited = list(futures)
    end = None if timeout is None else time.monotonic() + timeout
    for future in waited:
        future.wait(None if end is None else max(end - time.monotonic(), 0.0))
    done = {future for future in waited if future.done()}
    from milliways import futures as module

    return module.DoneAndNotDoneFutures(done, set(waited) - done)


def as_completed(futures: Iterable[Future[R]], timeout: float | None = None) -> Iterator[Future[R]]:
    """Gives futures in the order in which they end.

    Args:
        futures: the futures.
        timeout: how long at most, in seconds, for all together.

    Raises:
        TimeoutError: some had not ended by then.
    """
    from queue import Empty, SimpleQueue

    ended: SimpleQueue[Future[R]] = SimpleQueue()
    waited = list(dict.fromkeys(futures))
    for future in waited:
        future.add_done_callback(ended.put)
    end = None if timeout is None else time.monotonic() + timeout
    for count in range(len(waited)):
        try:
            yield ended.get(timeout=None if end is None else max(end - time.monotonic(), 0.0))
        except Empty:
            raise TimeoutError(f"{len(waited) - count} of {len(waited)} runs did not end in time") from None
