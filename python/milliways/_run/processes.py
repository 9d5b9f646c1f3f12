"""Owns the other processes of a process pool: what is sent to them, what they do with it, what comes back."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

from milliways._traceback import strip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from milliways._run.task import TaskLife


class Processes:
    """Processes that call functions of tasks.

    Args:
        count: how many.
        initializer: a function that each of them calls first.
        initargs: its arguments.
    """

    def __init__(self, count: int, initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        first = _pickler().dumps((initializer, initargs)) if initializer is not None else None
        self._executor = ProcessPoolExecutor(count, context, _initialize, (first,))

    def call(self, life: TaskLife) -> Any:
        """Calls a task's function in another process, and waits for it."""
        context, task, run = life.context, life.task, life.run
        call = _Call(task.fn, context.args, context.kwargs, task.kind, task.timeout_seconds)
        about = {
            "id": run.id,
            "name": run.name,
            "flow_run_id": run.flow_run_id,
            "run_count": run.run_count,
            "task_key": run.task_key,
            "dynamic_key": run.dynamic_key,
            "start_time": run.start_time,
        }
        call.about = about
        call.task_name = task.name
        call.log_prints = context.log_prints
        answer = self._executor.submit(_serve, _pickler().dumps(call)).result()
        succeeded, value, records = pickle.loads(answer)
        for level, name, message, created in records:
            record = logging.LogRecord(name, level, "", 0, "%s", (message,), None)
            record.created, record.msecs = created, (created - int(created)) * 1000
            logger = life.logger()
            if logger.isEnabledFor(level):
                extras: dict[str, Any] = logger.extra or {}
                for key, extra in extras.items():
                    setattr(record, key, extra)
                logger.logger.handle(record)
        if not succeeded:
            raise value
        return value

    def close(self, *, wait: bool) -> None:
        """Ends the processes."""
        self._executor.shutdown(wait=wait, cancel_futures=True)


class _Call:
    """What is sent to a process."""

    def __init__(
        self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: Any, kind: str, timeout: float | None
    ) -> None:
        self.fn = fn
        self.args = args
        self.kwargs = dict(kwargs)
        self.kind = kind
        self.timeout = timeout
        self.about: dict[str, Any] = {}
        self.task_name = ""
        self.log_prints = False


def _pickler() -> Any:
    try:
        import cloudpickle  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        from milliways.exceptions import ConfigurationError

        raise ConfigurationError(
            "ProcessPoolTaskRunner needs a package that is not installed: cloudpickle\nhint: pip install cloudpickle"
        ) from error
    return cloudpickle


def _initialize(first: bytes | None) -> None:
    if first is not None:
        initializer, args = pickle.loads(first)
        initializer(*args)


class _FarRun:
    """The task run as the other process knows it."""

    def __init__(self, about: dict[str, Any]) -> None:
        self.__dict__.update(about)


class _Records(logging.Handler):
    """Keeps the records of one call."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[tuple[int, str, str, float]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append((record.levelno, record.name, logging.Formatter().format(record), record.created))


def _serve(data: bytes) -> bytes:
    """Does a call, in the other process."""
    call: _Call = pickle.loads(data)
    from milliways.context import current
    from milliways.logging import capture_prints, get_logger

    handler = _Records()
    top = get_logger()
    before = list(top.handlers)
    top.handlers[:] = [handler]
    for name in ("milliways.flow_runs", "milliways.task_runs"):
        logging.getLogger(name).handlers = []
    if call.log_prints:
        capture_prints()
    token = current.set(_context_of(call))
    try:
        try:
            answer = (True, _do(call))
        except BaseException as exception:
            strip(exception)
            answer = (False, exception)
    finally:
        current.reset(token)
        top.handlers[:] = before
    try:
        return _pickler().dumps((*answer, handler.records))
    except Exception as error:
        from milliways.exceptions import SerializationError

        what = "result" if answer[0] else "exception"
        failure = SerializationError(
            f"cannot send the {what} of task '{call.task_name}' back from its process: {error}"
        )
        return pickle.dumps((False, failure, handler.records))


def _context_of(call: _Call) -> Any:
    from milliways.context import TaskRunContext
    from milliways.tasks import Task

    task: Any = Task(call.fn, name=call.task_name, log_prints=call.log_prints)
    run: Any = _FarRun(call.about)
    return TaskRunContext(task, run, call.args, call.kwargs, None, None)


def _do(call: _Call) -> Any:
    from milliways._run import timeouts
    from milliways.exceptions import TaskRunTimeoutError

    def function() -> Any:
        if call.kind == "generator":
            return list(call.fn(*call.args, **call.kwargs))
        value = call.fn(*call.args, **call.kwargs)
        if call.kind == "sync":
            return value
        import asyncio

        async def collect() -> Any:
            return await value if call.kind == "async" else [item async for item in value]

        return asyncio.run(collect())

    if call.timeout is None:
        return function()
    return timeouts.call(call.timeout, TaskRunTimeoutError, function)
