"""Owns the steps of one flow run's life: what is recorded when. How its function is called is decided elsewhere."""

from __future__ import annotations

from milliways import _core
from milliways._resolve import ATOMS, check_upstream, holds_only_atoms, sources, to_values
from milliways._run import hooks, outcome
from milliways._run.continued import is_cancelled, take
from milliways._run.process import session
from milliways._run.task import completed
from milliways._serialize import parameters_to_json
from milliways._traceback import describe, strip
from milliways.context import FlowRunContext, TaskRunContext, current, current_tags
from milliways.exceptions import ParameterTypeError, TerminationSignal, UnfinishedRun, UpstreamTaskError
from milliways.states import _NOT_KEPT, State, StateType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from milliways.flows import Flow


class FlowLife:
    """One flow run from its call to its end.

    Attributes:
        state: the state it is in.
        value: what the caller gets.
        exception: what the caller gets raised instead.
        due: hooks that are to be called now.
    """

    __slots__ = ("context", "due", "exception", "flow", "is_root", "state", "value")

    def __init__(self, flow: Flow[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wait_for: Any) -> None:
        outer = current.get()
        self.flow = flow
        self.state: State[Any] | None = None
        self.value: Any = None
        self.exception: BaseException | None = None
        self.due: Sequence[Callable[..., Any]] = ()
        self.is_root = outer is None or outer.flow_context is None
        given = flow.plan.bind(args, kwargs, defaults=False)
        parent = None if self.is_root else _stand_in(flow, given, wait_for, outer)
        held_back: Exception | None = None
        try:
            if wait_for is not None:
                check_upstream(wait_for)
            given = {name: v if type(v) in ATOMS else to_values(v) for name, v in given.items()}
        except UpstreamTaskError as error:
            held_back = error
        parameters = flow.plan.bind(*flow.plan.unbind(given))
        invalid: ParameterTypeError | None = None
        if flow.should_validate_parameters and held_back is None:
            try:
                parameters = flow.validator.validate(parameters, given)
            except ParameterTypeError as error:
                invalid = error
        self.context = self._make_run(parameters, parent, outer, invalid or held_back)
        if held_back is not None:
            self._hold_back(held_back)
        elif invalid is not None:
            self._refuse(invalid)

    @property
    def run(self) -> _core.FlowRun:
        """The native handle."""
        return self.context.run

    @property
    def has_ended(self) -> bool:
        """Tells whether there is nothing to call."""
        return self.state is not None

    def logger(self) -> Any:
        """The run's logger."""
        from milliways.logging import flow_run_logger

        return flow_run_logger(self.context)

    def _make_run(
        self, parameters: dict[str, Any], parent: _core.TaskRun | None, outer: Any, problem: Exception | None
    ) -> FlowRunContext:
        flow = self.flow
        tags = current_tags.get()
        template = flow.flow_run_name
        name = None
        if isinstance(template, str) and problem is None:
            from milliways._names import run_name

            name = run_name(template, parameters, "flow_run_name")
        continued = take() if outer is None else None
        if continued is not None and name is None:
            name = continued.name
        run = session().flow_run(
            flow.definition,
            id=None if continued is None else continued.id,
            epoch=None if continued is None else continued.epoch,
            run_count=0 if continued is None else continued.run_count,
            name=name,
            parameters=parameters_to_json(parameters) if parameters else None,
            tags=None if tags is None else sorted(tags),
            parent=parent,
        )
        log_prints = flow.log_prints
        if log_prints is None:
            if outer is not None:
                log_prints = outer.log_prints
            else:
                from milliways._settings import log_prints as from_settings

                log_prints = from_settings()
        context = FlowRunContext(flow, run, parameters, outer, log_prints, flow.isasync, tags)
        if log_prints:
            from milliways.logging import capture_prints

            capture_prints()
        if template is not None and not isinstance(template, str) and problem is None:
            from milliways._names import run_name

            token = current.set(context)
            try:
                run.set_name(run_name(template, parameters, "flow_run_name"))
            finally:
                current.reset(token)
        return context

    def _hold_back(self, error: Exception) -> None:
        self.run.set_state("PENDING", "NotReady", str(error))
        self._record(None)
        self.exception = UnfinishedRun(f"the flow run does not start: {error}")
        self.logger().warning("does not start: %s", error)

    def _refuse(self, error: ParameterTypeError) -> None:
        message = f"the parameters are not valid: {error}"
        self.run.fail(message, retriable=False)
        self._record(error)
        self.exception = error
        self.due = self.flow.on_failure_hooks
        self.logger().error("%s", message)

    def begin(self) -> None:
        """Takes the run from Pending to Running."""
        self.start()
        logger = self.logger()
        kind = "flow" if self.is_root else "subflow"
        logger.info("starts: %s '%s'", kind, self.flow.name)
        url = self.run.url
        if url:
            logger.info("to be seen at %s", url)

    def start(self) -> None:
        """Records Running: the first time, or again after a failure."""
        self.run.running()
        if self.flow.on_running_hooks:
            self._record(None)
            self.due = self.flow.on_running_hooks

    def succeed(self, value: Any) -> float | None:
        """Ends the run by what its function returned, once all the tasks that it submitted have ended.

        Returns:
            The seconds until it is to start again, where the value is a failed state and retries are left.
        """
        state = None
        if type(value) not in ATOMS:
            value, state = outcome.of_value(value)
        self.value = value
        self.context.close_task_runner()
        if state is None:
            self.run.complete()
            self.state = self._completed(value)
            self.due = self.flow.on_completion_hooks
            self.logger().info("ended as %s", self.state)
            return None
        if state.type is StateType.FAILED:
            return self._fail(state)
        if state.type is StateType.COMPLETED:
            self.run.complete(state.name if state.name != "Completed" else None, state.message)
            self._record(state.data)
        else:
            self.run.set_state(state.type.value, state.name, state.message)
            self._record(state.data)
        assert self.state is not None
        self._settle(self.state)
        self.due = hooks.for_state(self.flow, self.state)
        self.logger().info("ended as %s", self.state)
        return None

    def fail(self, exception: BaseException) -> float | None:
        """Records an exception.

        Returns:
            The seconds until the run is to start again, or None where it has ended.
        """
        strip(exception)
        state: State[Any] = outcome.of_exception("flow", exception)
        if isinstance(exception, TerminationSignal) and _is_cancelled():
            state = State(StateType.CANCELLED, message="the run was cancelled")
        crashed = state.type is not StateType.FAILED
        self.context.close_task_runner(cancel=True, wait=not crashed)
        self.exception = exception
        if not crashed:
            return self._fail(state)
        self.run.set_state(state.type.value, state.name, state.message)
        self._record(exception)
        self.due = hooks.for_state(self.flow, state)
        if state.type is StateType.CANCELLED:
            self.logger().warning("ended as %s", state)
        else:
            self.logger().error("crashed: %s", state.message)
        return None

    def _fail(self, state: State[Any]) -> float | None:
        delay = self.run.fail(state.message or "", state.name if state.name != "Failed" else None)
        exception, self.exception = self.exception, None
        reason = describe(exception) if exception is not None else str(state)
        if delay is not None:
            self.logger().error(
                "failed: %s; retry %s of %s starts in %g s",
                reason,
                self.run.run_count,
                self.flow.retries,
                delay,
                exc_info=exception,
            )
            self.context.results = None
            return delay
        self._record(state.data)
        assert self.state is not None
        if exception is None:
            self._settle(self.state)
        else:
            self.exception = exception
        self.due = self.flow.on_failure_hooks
        self.logger().error("failed: %s", reason, exc_info=exception)
        self.logger().info("ended as %s", self.state)
        return None

    def _settle(self, state: State[Any]) -> None:
        """Decides what the caller of a flow gets that has returned a state: the state's result, or its exception.

        The caller of a flow that has returned several gets them as they are.
        """
        if not isinstance(self.value, State):
            return
        try:
            self.value = state._result()
        except Exception as exception:
            self.exception = exception

    def _completed(self, value: Any) -> State[Any]:
        return completed(self.run, value if self.flow.cache_result_in_memory else _NOT_KEPT)

    def _record(self, data: Any) -> None:
        run = self.run
        self.state = State._recorded(run.state, data, run.id, run.parent_task_run_id)

    def run_view(self) -> Any:
        """The run as hooks see it."""
        from milliways.runs import FlowRun

        return FlowRun(self.context, self.state)

    def outcome(self, return_state: bool) -> Any:
        """Gives the caller what it gets; raises what the function raised."""
        outer = self.context.outer
        if self.is_root:
            for notice in session().notices():
                self.logger().warning("%s", notice)
        if self.state is not None and not self.is_root and outer is not None:
            self._link_to_parent(outer)
        if return_state and (self.exception is None or isinstance(self.exception, Exception)):
            return self.state
        if self.exception is not None:
            raise self.exception
        return self.value

    def _link_to_parent(self, outer: FlowRunContext | TaskRunContext) -> None:
        """Links a subflow's result to the task run that stands for it in the flow around."""
        flow, parent = outer.flow_context, self.run.parent_task_run_id
        if flow is None or parent is None or (type(self.value) in ATOMS and self.value in (None, True, False)):
            return
        from milliways._identity import UNTRACKABLE, ResultIndex

        if type(self.value) not in UNTRACKABLE:
            if flow.results is None:
                flow.results = ResultIndex()
            flow.results.remember(self.value, parent)


def _is_cancelled() -> bool:
    try:
        return is_cancelled()
    except _core.MilliwaysError:
        # Nobody to be asked: its worker says in the end what became of it.
        return False


def _stand_in(flow: Flow[..., Any], given: dict[str, Any], wait_for: Any, outer: Any) -> _core.TaskRun:
    """Makes the task run that stands for a subflow in the flow around it."""
    inputs: dict[str, list[str]] = {}
    results = outer.flow_context.results
    for name, value in given.items():
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
    tags = current_tags.get()
    around: Any = outer.flow_context
    return around.run.task(flow.stand_in, None, inputs or None, None if tags is None else sorted(tags), False)
