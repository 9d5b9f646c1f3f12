"""Owns the steps of one task run's life: what is recorded when. How its function is called is decided elsewhere."""

from __future__ import annotations

from milliways import _core
from milliways._identity import UNTRACKABLE, ResultIndex
from milliways._resolve import ATOMS, check_upstream, holds_only_atoms, sources, to_values
from milliways._run import hooks, outcome
from milliways._run.process import session
from milliways._traceback import describe, strip
from milliways.context import FlowRunContext, TaskRunContext, current, current_tags
from milliways.exceptions import UpstreamTaskError
from milliways.states import _NOT_KEPT, State, StateType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from milliways._run.cache import CacheSlot
    from milliways.tasks import Task


def inputs_of(
    task: Task[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    wait_for: Any,
    outer: FlowRunContext | TaskRunContext | None,
) -> dict[str, list[str]] | None:
    """Gives the ids of the task runs that a call depends on, by parameter; None where there are none."""
    inputs: dict[str, list[str]] = {}
    results = None if outer is None or outer.flow_context is None else outer.flow_context.results
    plan = task.plan
    if len(args) <= len(plan.names) and not (kwargs and plan.keywords):
        pairs = [*zip(plan.names, args, strict=False), *kwargs.items()]
    else:
        pairs = list(plan.bind(args, kwargs, defaults=False).items())
    for name, value in pairs:
        if results is not None or not holds_only_atoms(value):
            found = sources(value, results)
            if found:
                inputs[name] = found
    if wait_for is not None:
        found = sources(wait_for, None)
        if found:
            inputs["wait_for"] = found
    if type(outer) is TaskRunContext:
        inputs["__parents__"] = [outer.run.id]
    return inputs or None


def quick_inputs(
    task: Task[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    flow: FlowRunContext,
    outer: FlowRunContext | TaskRunContext,
) -> dict[str, list[str]] | None:
    """Does what `inputs_of` does, for arguments without futures and states: most often nothing."""
    results = flow.results
    if results is not None:
        if kwargs:
            return inputs_of(task, args, kwargs, None, outer)
        for value in args:
            if id(value) in results or type(value) not in ATOMS:
                return inputs_of(task, args, kwargs, None, outer)
    return None if outer is flow else {"__parents__": [outer.run.id]}


def create(
    task: Task[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    wait_for: Any,
    outer: FlowRunContext | TaskRunContext | None,
) -> _core.TaskRun:
    """Makes the record of a task run, as Pending."""
    inputs = inputs_of(task, args, kwargs, wait_for, outer)
    tags = _listed(current_tags.get())
    flow = None if outer is None else outer.flow_context
    if flow is None:
        return session().task_run(task.definition, None, inputs, tags, False)
    return flow.run.task(task.definition, None, inputs, tags, False)


def _listed(tags: frozenset[str] | None) -> list[str] | None:
    return None if tags is None else sorted(tags)


def remember(context: TaskRunContext, value: Any) -> None:
    """Notes which run a value came from, so that whoever gets it later is linked to that run."""
    flow = context.flow_context
    if flow is None or type(value) in UNTRACKABLE:
        return
    if flow.results is None:
        flow.results = ResultIndex()
    flow.results.remember(value, context.run.id)


def completed(run: _core.TaskRun | _core.FlowRun, value: Any) -> State[Any]:
    """Makes the state of a run that was just recorded as Completed; its record is fetched when needed."""
    kind: type[State[Any]] = State
    state = object.__new__(kind)
    state.type = StateType.COMPLETED
    state.name = "Completed"
    state.message = None
    state.data = value
    state._source = run
    return state


class TaskLife:
    """One task run from its call to its end.

    Attributes:
        state: the state it is in.
        value: what the caller gets.
        exception: what the caller gets raised instead.
        due: hooks that are to be called now.
        invoke: calls the function somewhere else than here, where set.
    """

    __slots__ = ("cache", "context", "due", "exception", "invoke", "state", "task", "value", "wait_for")

    def __init__(self, task: Task[..., Any], context: TaskRunContext, wait_for: Any = None) -> None:
        self.task = task
        self.context = context
        self.wait_for = wait_for
        self.state: State[Any] | None = None
        self.value: Any = None
        self.exception: BaseException | None = None
        self.invoke: Callable[[TaskLife], Any] | None = None
        self.due: Sequence[Callable[..., Any]] = ()
        self.cache: CacheSlot | None = None

    @property
    def run(self) -> _core.TaskRun:
        """The native handle."""
        return self.context.run

    def logger(self) -> Any:
        """The run's logger."""
        from milliways.logging import task_run_logger

        return task_run_logger(self.context)

    def begin(self) -> bool:
        """Takes the run from Pending to Running.

        Returns:
            False where nothing is to be called: an upstream run has not completed, or the result is known.
        """
        context, task = self.context, self.task
        try:
            if self.wait_for is not None:
                check_upstream(self.wait_for)
            context.args = tuple(a if type(a) in ATOMS else to_values(a) for a in context.args)
            if context.kwargs:
                context.kwargs = {k: v if type(v) in ATOMS else to_values(v) for k, v in context.kwargs.items()}
        except UpstreamTaskError as error:
            self.run.set_state("PENDING", "NotReady", str(error))
            self._record(None)
            self.logger().warning("does not start: %s", error)
            return False
        if task.task_run_name is not None:
            self._set_name()
        if task.uses_cache and self._find_in_cache():
            return False
        self.start()
        return True

    def start(self) -> None:
        """Records Running: the first time, or again after a failure."""
        self.run.running()
        if self.task.on_running_hooks:
            self._record(None)
            self.due = self.task.on_running_hooks

    def succeed(self, value: Any) -> float | None:
        """Ends the run by what its function returned.

        Returns:
            The seconds until it is to start again, where the value is a failed state and retries are left.
        """
        state = None
        if type(value) not in ATOMS:
            value, state = outcome.of_value(value)
            remember(self.context, value)
        elif type(value) not in UNTRACKABLE:
            remember(self.context, value)
        self.value = value
        if state is None:
            self.run.complete()
            self.state = completed(self.run, value if self.task.cache_result_in_memory else _NOT_KEPT)
            if self.cache is not None:
                self.cache.store(value)
            self.due = self.task.on_completion_hooks
            return None
        if state.type is StateType.FAILED:
            return self._fail(state, True)
        self._end(state)
        return None

    def retriable(self, exception: BaseException) -> Any:
        """Asks the user's condition whether a failure may be retried: True, False, or an awaitable of it."""
        strip(exception)
        condition = self.task.retry_condition_fn
        if condition is None or not isinstance(exception, Exception) or self.run.run_count > self.task.retries:
            return True
        state = outcome.of_exception("task", exception)
        try:
            return condition(self.task, self.context.task_run, state)
        except Exception:
            self.logger().error("the retry condition raised an exception, there is no retry", exc_info=True)
            return False

    def fail(self, exception: BaseException, retriable: Any = True) -> float | None:
        """Records an exception.

        Returns:
            The seconds until the run is to start again, or None where it has ended.
        """
        state = outcome.of_exception("task", exception)
        self.exception = exception
        if state.type is StateType.FAILED:
            return self._fail(state, bool(retriable))
        self.run.set_state(state.type.value, state.name, state.message)
        self._record(exception)
        self.logger().error("crashed: %s", state.message)
        return None

    def _fail(self, state: State[Any], retriable: bool) -> float | None:
        delay = self.run.fail(state.message or "", state.name if state.name != "Failed" else None, retriable=retriable)
        reason = describe(self.exception) if self.exception is not None else str(state)
        if delay is not None:
            count = self.run.run_count
            self.logger().info(
                "failed: %s; retry %s of %s starts in %g s",
                reason,
                count,
                self.task.retries,
                delay,
            )
            self.exception = None
            return delay
        self._record(state.data if self.exception is None else self.exception)
        self.due = self.task.on_failure_hooks
        self.logger().error("failed: %s", reason, exc_info=self.exception)
        return None

    def _end(self, state: State[Any]) -> None:
        details = None
        if state.type is StateType.COMPLETED:
            self.run.complete(state.name if state.name != "Completed" else None, state.message)
        else:
            self.run.set_state(state.type.value, state.name, state.message, details=details)
        self._record(state.data)
        assert self.state is not None
        self.due = hooks.for_state(self.task, self.state)

    def _record(self, data: Any) -> None:
        run = self.run
        self.state = State._recorded(run.state, data, run.flow_run_id, run.id)

    def _set_name(self) -> None:
        from milliways._names import run_name

        token = current.set(self.context)
        try:
            self.run.set_name(run_name(self.task.task_run_name, self.context.parameters, "task_run_name"))
        finally:
            current.reset(token)

    def _find_in_cache(self) -> bool:
        from milliways._run.cache import CacheSlot

        self.cache = CacheSlot.of(self)
        if self.cache is None:
            return False
        found = self.cache.load()
        if found is None:
            return False
        self.value = found.value
        self.run.set_state("COMPLETED", "Cached", "the result was in the cache", details=self.cache.details())
        self._record(self.value)
        remember(self.context, self.value)
        self.due = self.task.on_completion_hooks
        return True

    def run_view(self) -> Any:
        """The run as hooks see it."""
        from milliways.runs import TaskRun

        return TaskRun(self.context, self.state)

    def outcome(self, return_state: bool) -> Any:
        """Gives the caller what it gets; raises what the function raised."""
        if return_state and (self.exception is None or isinstance(self.exception, Exception)):
            return self.state
        if self.exception is not None:
            raise self.exception
        return self.value
