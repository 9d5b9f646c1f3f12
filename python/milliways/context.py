"""Owns what is known of the run that is at work here: the flow run, the task run, the tags.

One context variable holds the innermost run; each run knows the one around it.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock
from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any

    from milliways import _core
    from milliways._identity import ResultIndex
    from milliways.flows import Flow
    from milliways.runs import FlowRun, TaskRun
    from milliways.task_runners import TaskRunner
    from milliways.tasks import Task

__all__ = ["FlowRunContext", "TaskRunContext", "get_run_context", "tags"]

current: ContextVar[FlowRunContext | TaskRunContext | None] = ContextVar("milliways_run", default=None)
"""The innermost run at work here."""

current_tags: ContextVar[frozenset[str] | None] = ContextVar("milliways_tags", default=None)
"""The tags that runs get which start here; None while there are none."""


_starting_runner = allocate_lock()


class FlowRunContext:
    """The flow run at work here.

    Args:
        flow: the flow.
        run: the native handle of its run.
        parameters: what the flow was called with, bound and validated.
        outer: the run around it, for a subflow.
        log_prints: whether ``print`` goes to the run's log.
        is_async: whether the flow is an ``async`` function.
    """

    __slots__ = (
        "_runner",
        "flow",
        "flow_context",
        "is_async",
        "log_prints",
        "outer",
        "parameters",
        "results",
        "run",
        "run_tags",
    )

    def __init__(
        self,
        flow: Flow[..., object],
        run: _core.FlowRun,
        parameters: dict[str, Any],
        outer: FlowRunContext | TaskRunContext | None,
        log_prints: bool,
        is_async: bool,
        run_tags: frozenset[str] | None,
    ) -> None:
        self.flow = flow
        self.run = run
        self.parameters = parameters
        self.outer = outer
        self.log_prints = log_prints
        self.is_async = is_async
        self.run_tags = run_tags
        self.flow_context = self
        self.results: ResultIndex | None = None
        self._runner: TaskRunner | None = None

    @classmethod
    def get(cls) -> FlowRunContext | None:
        """Gives the enclosing flow run, also from inside a task; ``None`` outside any flow."""
        context = current.get()
        return None if context is None else context.flow_context

    @property
    def flow_run(self) -> FlowRun:
        """The run as hooks and user code see it."""
        from milliways.runs import FlowRun

        return FlowRun(self)

    @property
    def task_runner(self) -> TaskRunner:
        """What runs the submitted tasks; started on first use."""
        runner = self._runner
        if runner is None:
            with _starting_runner:
                runner = self._runner
                if runner is None:
                    runner = self._runner = self.flow.start_task_runner()
        return runner

    def close_task_runner(self, *, cancel: bool = False, wait: bool = True) -> None:
        """Ends the task runner, if one was started.

        Args:
            cancel: drop the tasks that have not started.
            wait: wait for the others.
        """
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close(cancel=cancel, wait=wait)


class TaskRunContext:
    """The task run at work here.

    Args:
        task: the task.
        run: the native handle of its run.
        args: positional arguments of the call.
        kwargs: named arguments of the call.
        flow_context: the enclosing flow run.
        outer: the run around it.
    """

    __slots__ = ("args", "flow_context", "kwargs", "outer", "run", "task")

    def __init__(
        self,
        task: Task[..., object],
        run: _core.TaskRun,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        flow_context: FlowRunContext | None,
        outer: FlowRunContext | TaskRunContext | None,
    ) -> None:
        self.task = task
        self.run = run
        self.args = args
        self.kwargs = kwargs
        self.flow_context = flow_context
        self.outer = outer

    @classmethod
    def get(cls) -> TaskRunContext | None:
        """Gives the innermost task run; ``None`` where a flow run is nearer, or nothing runs."""
        context = current.get()
        return context if isinstance(context, TaskRunContext) else None

    @property
    def parameters(self) -> dict[str, Any]:
        """What the task was called with, by name."""
        return self.task.plan.bind(self.args, self.kwargs)

    @property
    def log_prints(self) -> bool:
        """Whether ``print`` goes to the run's log."""
        if self.task.log_prints is not None:
            return self.task.log_prints
        if self.flow_context is not None:
            return self.flow_context.log_prints
        from milliways._settings import log_prints

        return log_prints()

    @property
    def is_async(self) -> bool:
        """Whether the task is an ``async`` function."""
        return self.task.isasync

    @property
    def task_run(self) -> TaskRun:
        """The run as hooks and user code see it."""
        from milliways.runs import TaskRun

        return TaskRun(self)


def get_run_context() -> FlowRunContext | TaskRunContext:
    """Gives the innermost run at work here.

    Raises:
        MissingContextError: nothing runs here.
    """
    context = current.get()
    if context is None:
        from milliways.exceptions import MissingContextError

        raise MissingContextError("no flow or task run is at work here\nhint: call this inside a flow or a task")
    return context


class tags:
    """Gives tags to every run that starts inside the block; usable as a decorator too.

    Args:
        new_tags: the tags, added to those of the blocks around.
    """

    def __init__(self, *new_tags: str) -> None:
        self._new = frozenset(new_tags)
        self._tokens: list[Any] = []

    def __enter__(self) -> set[str]:
        joined = (current_tags.get() or frozenset()) | self._new
        self._tokens.append(current_tags.set(joined or None))
        return set(joined)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        current_tags.reset(self._tokens.pop())

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wraps a function so that it runs inside such a block."""
        import functools

        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with tags(*self._new):
                return function(*args, **kwargs)

        return inside


def in_async_run() -> bool:
    """Tells whether an awaitable can be awaited here: in an async run, or under a running event loop."""
    context = current.get()
    if context is not None:
        return context.is_async
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None
