"""Owns the threads that submitted tasks run in: few while they are busy, more while they are waiting.

A handful of threads start with the first jobs. More help only where jobs wait for something (a reply, a
timer, another job), so a watching thread adds them while jobs are queued and the processor is idle.
"""

from __future__ import annotations

import os
import threading
import time
from queue import Empty, SimpleQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Job(Protocol):
        """What a pool runs."""

        def execute(self) -> None:
            """Does the work. Never raises."""

        def drop(self) -> None:
            """Is called instead where the job is not to run."""


_MOST_THREADS = 1000
_TICK = 0.002
_BUSY = 0.7


class Pool:
    """Threads with a queue of jobs.

    Args:
        limit: how many threads there may be; 1000 by default.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = _MOST_THREADS if limit is None else limit
        self._eager = min(self._limit, (os.cpu_count() or 1) + 4)
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._idle: list[None] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._watching = False
        self._ended = 0
        self._closed = False

    def submit(self, job: Job) -> None:
        """Queues a job."""
        self._queue.put(job)
        if self._queue.qsize() > len(self._idle):
            self._grow()

    def close(self, *, drop: bool = False, wait: bool = True) -> None:
        """Lets the threads end once the queue is empty.

        Args:
            drop: drop the jobs that have not started.
            wait: wait for the threads.
        """
        with self._lock:
            self._closed = True
        if drop:
            while True:
                try:
                    job = self._queue.get_nowait()
                except Empty:
                    break
                if job is not None:
                    job.drop()
        for _ in self._threads:
            self._queue.put(None)
        if wait:
            for thread in list(self._threads):
                if thread is not threading.current_thread():
                    thread.join()

    def _grow(self) -> None:
        count = len(self._threads)
        if count >= self._limit or (self._watching and count >= self._eager):
            return
        with self._lock:
            if self._closed:
                return
            if len(self._threads) < self._eager:
                self._start_thread()
            elif not self._watching and len(self._threads) < self._limit:
                self._watching = True
                threading.Thread(target=self._watch, name="milliways-pool-watch", daemon=True).start()

    def _start_thread(self) -> None:
        name = f"milliways-task-{len(self._threads)}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        get, idle = self._queue.get, self._idle
        while True:
            idle.append(None)
            job = get()
            idle.pop()
            if job is None:
                _close_loop()
                return
            job.execute()
            self._ended += 1
            del job

    def _watch(self) -> None:
        processor, wall, ended = time.process_time(), time.monotonic(), self._ended
        while True:
            time.sleep(_TICK)
            with self._lock:
                count = len(self._threads)
                waiting = self._queue.qsize() - len(self._idle)
                if self._closed or waiting <= 0 or count >= self._limit:
                    self._watching = False
                    return
                busy = (time.process_time() - processor) / max(time.monotonic() - wall, 1e-6)
                if busy < _BUSY and self._ended - ended < count:
                    for _ in range(min(waiting, count, self._limit - count)):
                        self._start_thread()
            processor, wall, ended = time.process_time(), time.monotonic(), self._ended


_local = threading.local()


def run_in_loop(awaitable: Any) -> Any:
    """Runs an awaitable to its end in this thread's own event loop, which lives as long as the thread."""
    import asyncio

    loop = getattr(_local, "loop", None)
    if loop is None:
        loop = _local.loop = asyncio.new_event_loop()

    async def inside() -> Any:
        return await awaitable

    try:
        return loop.run_until_complete(inside())
    finally:
        left = asyncio.all_tasks(loop)
        if left:
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))


def _close_loop() -> None:
    loop = getattr(_local, "loop", None)
    if loop is not None:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        del _local.loop
