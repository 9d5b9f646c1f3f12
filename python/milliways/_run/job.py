"""Owns submitted task runs: each waits for the futures it depends on, then for a thread, and ends its future."""

from __future__ import annotations

from _thread import allocate_lock
from contextvars import copy_context

from milliways._resolve import ATOMS, find_futures, holds_only_atoms
from milliways._run import sync_task, timeouts
from milliways._run.pool import run_in_loop
from milliways._run.task import TaskLife, create, quick_inputs
from milliways.context import FlowRunContext, TaskRunContext, current_tags
from milliways.exceptions import TaskRunTimeoutError
from milliways.futures import Future, TaskRunFuture
from milliways.states import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from milliways._run.pool import Pool
    from milliways.tasks import Task


class TaskJob:
    """One submitted task run.

    Args:
        life: the run.
        future: its future.
        straight: the task has no special option, and no future is among the arguments.
    """

    __slots__ = ("context", "future", "life", "straight")

    def __init__(self, life: TaskLife, future: TaskRunFuture[Any], straight: bool) -> None:
        self.life = life
        self.future = future
        self.straight = straight
        self.context = copy_context()

    def execute(self) -> None:
        """Runs the task, in a copy of the context that it was submitted in."""
        try:
            self.context.run(self._live)
        except BaseException as exception:
            # The engine itself failed: whoever waits must hear of it.
            self.future._finish(
                State("CRASHED", message=f"the task run could not be carried out: {exception}", data=exception)
            )

    def _live(self) -> None:
        life = self.life
        kind = life.task.kind
        if self.straight:
            sync_task.live_straight(life)
        elif kind == "sync" or life.invoke is not None:
            sync_task.live(life)
        elif kind == "async":
            from milliways._run import async_task

            run_in_loop(async_task.live(life))
        else:
            _drain(life)
        state = life.state
        assert state is not None
        self.future._finish(state)

    def drop(self) -> None:
        """Records that the run is cancelled before it started."""
        life = self.life
        life.run.set_state("CANCELLED", None, "the flow run ended before this task run started")
        run = life.run
        self.future._finish(State._recorded(run.state, None, run.flow_run_id, run.id))


def _drain(life: TaskLife) -> None:
    """Runs a submitted generator: its result is the list of what it yields."""
    task = life.task

    def collect() -> list[Any]:
        values = task.fn(*life.context.args, **life.context.kwargs)
        return list(values) if task.kind == "generator" else run_in_loop(_collect_async(values))

    if task.timeout_seconds is None:
        life.invoke = lambda _life: collect()
    else:
        seconds = task.timeout_seconds
        life.invoke = lambda _life: timeouts.call(seconds, TaskRunTimeoutError, collect)
    sync_task.live(life)


async def _collect_async(values: Any) -> list[Any]:
    return [value async for value in values]


def submit(
    pool: Pool,
    task: Task[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    wait_for: Any,
    outer: FlowRunContext | TaskRunContext,
    invoke: Callable[[TaskLife], Any] | None = None,
) -> TaskRunFuture[Any]:
    """Makes a task run and queues it, when everything it depends on has ended.

    Args:
        pool: the threads.
        task: what to run.
        args: its positional arguments.
        kwargs: its named arguments.
        wait_for: futures it depends on beside its arguments.
        outer: the run around it.
        invoke: calls the function elsewhere than in the thread.
    """
    flow = outer.flow_context
    simple = wait_for is None
    if simple:
        for value in args:
            if type(value) not in ATOMS and not holds_only_atoms(value):
                simple = False
                break
        else:
            simple = not kwargs or holds_only_atoms(kwargs)
    if simple and flow is not None:
        inputs = quick_inputs(task, args, kwargs, flow, outer)
        tags = current_tags.get()
        run = flow.run.task(task.definition, None, inputs, None if tags is None else sorted(tags), False)
    else:
        run = create(task, args, kwargs, wait_for, outer)
    if task.log_prints:
        task.capture_prints()
    life = TaskLife(task, TaskRunContext(task, run, args, kwargs, flow, outer), wait_for)
    life.invoke = invoke
    future: TaskRunFuture[Any] = TaskRunFuture(run)
    job = TaskJob(life, future, simple and task.is_straight and task.kind == "sync" and invoke is None)
    if simple:
        pool.submit(job)
        return future
    upstream = [f for f in find_futures([*args, *kwargs.values(), wait_for]) if not f.done()]
    if upstream:
        _Countdown(len(upstream), lambda: pool.submit(job)).watch(upstream)
    else:
        pool.submit(job)
    return future


class _Countdown:
    """Calls a function when a number of futures have ended."""

    __slots__ = ("_left", "_lock", "_then")

    def __init__(self, count: int, then: Callable[[], None]) -> None:
        self._left = count
        self._lock = allocate_lock()
        self._then = then

    def watch(self, futures: list[Future[Any]]) -> None:
        for future in futures:
            future.add_done_callback(self._one_ended)

    def _one_ended(self, _future: object) -> None:
        with self._lock:
            self._left -= 1
            if self._left:
                return
        self._then()
