"""Owns task runners: what runs the tasks that a flow submits, in threads or in processes."""

from __future__ import annotations

from _thread import allocate_lock

from milliways.context import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from milliways._run.pool import Pool
    from milliways.context import FlowRunContext, TaskRunContext
    from milliways.futures import FutureList, TaskRunFuture
    from milliways.tasks import Task

__all__ = ["ConcurrentTaskRunner", "ProcessPoolTaskRunner", "TaskRunner", "ThreadPoolTaskRunner"]


class TaskRunner:
    """Runs the tasks that a flow submits. A derived class says where, in `submit`.

    A flow works with a copy of its task runner for each run: it is started by ``with`` and ends with the run.
    """

    @property
    def name(self) -> str:
        """The kind of task runner, in lower case."""
        return type(self).__name__.lower().removesuffix("taskrunner")

    def duplicate(self) -> Self:
        """Gives a task runner like this one that has not been started."""
        return type(self)()

    def submit(
        self,
        task: Task[..., Any],
        parameters: dict[str, Any],
        wait_for: Iterable[object] | None = None,
        dependencies: Mapping[str, object] | None = None,
    ) -> TaskRunFuture[Any]:
        """Starts a run of a task.

        Args:
            task: the task.
            parameters: what it is called with, by name.
            wait_for: futures that must have completed.
            dependencies: more to record as the run's inputs.

        Returns:
            The run's future.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how a task is submitted")

    def map(
        self, task: Task[..., Any], parameters: dict[str, Any], wait_for: Iterable[object] | None = None
    ) -> FutureList[Any]:
        """Starts a run of a task for every item of the iterable parameters. See `Task.map`."""
        from milliways._run.mapping import calls_of
        from milliways.futures import FutureList

        args, kwargs = task.plan.unbind(parameters)
        return FutureList(
            self.submit(task, task.plan.bind(args, kwargs), wait_for) for args, kwargs in calls_of(task, args, kwargs)
        )

    def submit_call(
        self,
        task: Task[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        wait_for: Any,
        outer: FlowRunContext | TaskRunContext,
    ) -> TaskRunFuture[Any]:
        """Starts a run of a task that is given as a call. What `Task.submit` uses."""
        if wait_for is not None and not hasattr(wait_for, "__iter__"):
            wait_for = [wait_for]
        return self.submit(task, task.plan.bind(args, kwargs), wait_for)

    def close(self, *, cancel: bool = False, wait: bool = True) -> None:
        """Ends the task runner.

        Args:
            cancel: drop the runs that have not started.
            wait: wait for the others.
        """
        self.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TaskRunner) and type(self) is type(other) and _settings(self) == _settings(other)

    __hash__ = object.__hash__

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _parameters):
            return cls

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in _settings(self).items())})"


def _settings(runner: TaskRunner) -> dict[str, Any]:
    return {name: value for name, value in vars(runner).items() if not name.startswith("_")}


class ThreadPoolTaskRunner(TaskRunner):
    """Runs tasks in threads of this process. ``async`` tasks get an event loop in their thread.

    Args:
        max_workers: how many tasks may be at work at the same time; 1000 by default. There are only as
            many threads as help: few for tasks that compute, more for tasks that wait.
    """

    def __init__(self, max_workers: int | None = None) -> None:
        from milliways._settings import number

        if max_workers is None:
            max_workers = int(number("tasks.runner.thread_pool_max_workers", 0)) or None
        if max_workers is not None and max_workers < 1:
            raise ValueError(f"option max_workers must be at least 1: {max_workers}")
        self.max_workers = max_workers
        self._pool: Pool | None = None
        self._open: set[TaskRunFuture[Any]] = set()
        self._starting = allocate_lock()
        self._submit: Any = None

    def duplicate(self) -> Self:
        """Gives a task runner like this one that has not been started."""
        return type(self)(self.max_workers)

    def submit(
        self,
        task: Task[..., Any],
        parameters: dict[str, Any],
        wait_for: Iterable[object] | None = None,
        dependencies: Mapping[str, object] | None = None,
    ) -> TaskRunFuture[Any]:
        """Starts a run of a task in a thread. See `TaskRunner.submit`."""
        outer = current.get()
        if outer is None:
            raise RuntimeError(f"cannot submit outside a flow: task '{task.name}'")
        args, kwargs = task.plan.unbind(parameters)
        return self.submit_call(task, args, kwargs, wait_for, outer)

    def submit_call(
        self,
        task: Task[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        wait_for: Any,
        outer: FlowRunContext | TaskRunContext,
    ) -> TaskRunFuture[Any]:
        """Starts a run of a task that is given as a call."""
        pool = self._pool or self._started()
        # Imported by _started(): an import statement here would cost every call.
        future = self._submit(pool, task, args, kwargs, wait_for, outer, self._invoke)
        if not future.done():
            self._open.add(future)
            future.add_done_callback(self._open.discard)
        return future

    _invoke: Any = None

    def _started(self) -> Pool:
        from milliways._run.job import submit
        from milliways._run.pool import Pool

        with self._starting:
            if self._pool is None:
                self._submit = submit
                self._pool = Pool(self.max_workers)
            return self._pool

    def cancel_all(self) -> None:
        """Drops the runs that have not started."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(drop=True, wait=False)

    def close(self, *, cancel: bool = False, wait: bool = True) -> None:
        """Ends the threads. See `TaskRunner.close`."""
        if self._pool is None:
            return
        if not cancel and wait:
            while self._open:
                for future in list(self._open):
                    future.wait()
        self._pool.close(drop=cancel, wait=wait)
        self._pool = None

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close(cancel=exc_type is not None)


ConcurrentTaskRunner = ThreadPoolTaskRunner


class ProcessPoolTaskRunner(ThreadPoolTaskRunner):
    """Runs tasks in processes, so that they use all processors. Needs ``cloudpickle``.

    States, retries and the cache stay in this process; only the function is called in the other one, and
    its log comes back with its result. A task that is called from there is recorded on its own.

    Args:
        max_workers: how many processes there are; the number of processors by default.
        initializer: a function that each process calls first.
        initargs: its arguments.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        import os

        from milliways._settings import number

        if max_workers is None:
            max_workers = int(number("tasks.runner.process_pool_max_workers", 0)) or os.cpu_count() or 1
        super().__init__(max_workers)
        self.initializer = initializer
        self.initargs = tuple(initargs)
        self._processes: Any = None

    def duplicate(self) -> Self:
        """Gives a task runner like this one that has not been started."""
        return type(self)(self.max_workers, self.initializer, self.initargs)

    def _started(self) -> Pool:
        if self._processes is None:
            from milliways._run.processes import Processes

            self._processes = Processes(self.max_workers or 1, self.initializer, self.initargs)
        return super()._started()

    def _invoke(self, life: Any) -> Any:
        return self._processes.call(life)

    def close(self, *, cancel: bool = False, wait: bool = True) -> None:
        """Ends the processes. See `TaskRunner.close`."""
        super().close(cancel=cancel, wait=wait)
        processes, self._processes = self._processes, None
        if processes is not None:
            processes.close(wait=wait)
