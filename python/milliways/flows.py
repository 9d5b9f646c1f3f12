"""Owns `Flow` and the decorator `flow`."""

from __future__ import annotations

from milliways import _core
from milliways._names import checked_name, checked_template
from milliways._run import sync_flow
from milliways._run.hooks import checked as checked_hooks
from milliways._signature import Plan, function_name, kind_of, plan_of
from milliways._typing import Generic, P, R, R_co, T, overload
from milliways.exceptions import ReservedArgumentError
from milliways.utilities.annotations import NotSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any, Literal, TypeAlias

    from milliways._validation import Validator
    from milliways.runs import FlowRun
    from milliways.states import State
    from milliways.task_runners import TaskRunner

    FlowHook: TypeAlias = Callable[["Flow[..., Any]", FlowRun, State[Any]], object]

__all__ = ["Flow", "flow"]

RESERVED = ("return_state", "wait_for")


class Flow(Generic[P, R_co]):
    """A function whose calls are recorded as flow runs.

    Args:
        fn: the function: plain, ``async``, a generator, or a method.
        name: what it is called; the function's name with ``-`` for ``_`` by default.
        version: any text.
        flow_run_name: name of the runs: text with ``{parameter}``, or a function.
        retries: how often a failed run starts again.
        retry_delay_seconds: seconds before each retry.
        task_runner: runs what the flow submits; threads by default. A task runner, or its class.
        description: for people; the function's docstring by default.
        timeout_seconds: how long one attempt may take.
        validate_parameters: check and convert the parameters by the type hints.
        persist_result: see `Task`.
        result_storage: not available in this version.
        result_serializer: not available in this version.
        cache_result_in_memory: keep the result in the state; when off, a state has no result.
        log_prints: send what is printed to the run's log, in its tasks too.
        on_completion: functions called when a run has completed.
        on_failure: functions called when a run has failed.
        on_cancellation: functions called when a run is cancelled.
        on_crashed: functions called when a run has crashed.
        on_running: functions called when a run starts.
    """

    def __init__(
        self,
        fn: Callable[P, R_co],
        name: str | None = None,
        version: str | None = None,
        flow_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | None = None,
        task_runner: TaskRunner | type[TaskRunner] | None = None,
        description: str | None = None,
        timeout_seconds: float | None = None,
        validate_parameters: bool = True,
        persist_result: bool | None = None,
        result_storage: object = None,
        result_serializer: object = None,
        cache_result_in_memory: bool = True,
        log_prints: bool | None = None,
        on_completion: Sequence[FlowHook] | None = None,
        on_failure: Sequence[FlowHook] | None = None,
        on_cancellation: Sequence[FlowHook] | None = None,
        on_crashed: Sequence[FlowHook] | None = None,
        on_running: Sequence[FlowHook] | None = None,
    ) -> None:
        options = {k: v for k, v in locals().items() if k not in ("self", "fn", "__class__")}
        from milliways import _options

        _options.refuse_unavailable("flow", options)
        self._options = options
        self._set_function(fn)
        self.name = checked_name(name, "flow") if name is not None else _default_name(self.fn)
        self.version = version
        self.flow_run_name = checked_template(flow_run_name, "flow_run_name")
        self.retries: int = _options.retries(retries, "flows.default_retries")
        self.retry_delay_seconds = _options.flow_delay(retry_delay_seconds)
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.should_validate_parameters = validate_parameters
        self.persist_result = persist_result
        self.cache_result_in_memory = cache_result_in_memory
        self.log_prints = log_prints
        self.description = description if description is not None else _first_text(self.fn)
        self._task_runner = task_runner
        self._validator: Validator | None = None
        self.on_completion_hooks = checked_hooks("on_completion", on_completion)
        self.on_failure_hooks = checked_hooks("on_failure", on_failure)
        self.on_cancellation_hooks = checked_hooks("on_cancellation", on_cancellation)
        self.on_crashed_hooks = checked_hooks("on_crashed", on_crashed)
        self.on_running_hooks = checked_hooks("on_running", on_running)
        self.definition = _core.FlowDef(
            self.name,
            version=version,
            retries=self.retries,
            retry_delay_seconds=self.retry_delay_seconds,
            timeout_seconds=self.timeout_seconds,
            description=self.description,
        )
        self._stand_in: _core.TaskDef | None = None

    def _set_function(self, fn: Any) -> None:
        self.isclassmethod = isinstance(fn, classmethod)
        self.isstaticmethod = isinstance(fn, staticmethod)
        self.ismethod = False
        inner = fn.__func__ if self.isclassmethod or self.isstaticmethod else fn
        if not callable(inner):
            raise TypeError(f"a flow is made of a function, got: {type(fn).__name__}\nhint: write @flow above a def")
        self.fn: Callable[..., Any] = inner
        self.plan: Plan = plan_of(inner)
        for name in RESERVED:
            if name in self.plan.all_names:
                raise ReservedArgumentError(f"a flow cannot have a parameter with this name: {name}")
        self.kind = kind_of(inner)
        self.isasync = self.kind in ("async", "async_generator")
        self.isgenerator = self.kind in ("generator", "async_generator")
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            if hasattr(inner, name):
                setattr(self, name, getattr(inner, name))
        self.__wrapped__ = inner

    @property
    def stand_in(self) -> _core.TaskDef:
        """The task that stands for this flow in another flow that calls it."""
        if self._stand_in is None:
            self._stand_in = _core.TaskDef(self.name, f"{self.__module__}.{self.name}", version=self.version)
        return self._stand_in

    @property
    def task_runner(self) -> TaskRunner:
        """The task runner that each run starts a copy of."""
        runner = self._task_runner
        if runner is None:
            from milliways.task_runners import ThreadPoolTaskRunner

            runner = ThreadPoolTaskRunner()
        self._task_runner = runner() if isinstance(runner, type) else runner
        return self._task_runner

    def start_task_runner(self) -> TaskRunner:
        """Starts a task runner for one run."""
        return self.task_runner.duplicate().__enter__()

    @property
    def validator(self) -> Validator:
        """The check of this flow's parameters."""
        if self._validator is None:
            from milliways._validation import Validator

            self._validator = Validator(self.fn, self.plan)
        return self._validator

    def validate_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Checks parameters by the type hints and converts them.

        Args:
            parameters: by name.

        Raises:
            ParameterTypeError: some do not have the right type.
            SignatureMismatchError: some are not parameters of the flow.
        """
        unknown = [name for name in parameters if name not in self.plan.all_names]
        if unknown and self.plan.keywords is None:
            from milliways.exceptions import SignatureMismatchError

            raise SignatureMismatchError(
                f"flow '{self.name}' has no such parameter: {', '.join(unknown)}\n"
                f"hint: it has {', '.join(self.plan.all_names) or 'none'}"
            )
        return self.validator.validate(parameters, parameters)

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Gives parameters in the form that they have in the record."""
        import json

        from milliways._serialize import parameters_to_json

        return json.loads(parameters_to_json(parameters))

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    @overload
    def __call__(
        self: Flow[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[True],
        wait_for: object = None,
        **kwargs: Any,
    ) -> Coroutine[Any, Any, State[T]]: ...

    @overload
    def __call__(
        self, *args: Any, return_state: Literal[True], wait_for: object = None, **kwargs: Any
    ) -> State[R_co]: ...

    @overload
    def __call__(self, *args: Any, return_state: Literal[False] = False, wait_for: object, **kwargs: Any) -> R_co: ...

    def __call__(self, *args: Any, return_state: bool = False, wait_for: object = None, **kwargs: Any) -> Any:
        """Runs the flow here and now; inside another flow, as its subflow.

        Args:
            args: the function's arguments; futures and states among them become their results.
            return_state: give the run's final state, and raise nothing that it failed with.
            wait_for: futures of task runs that must have completed.
            kwargs: as ``args``.
        """
        if self.kind == "sync":
            return sync_flow.call(self, args, kwargs, wait_for, return_state)
        if return_state and self.isgenerator:
            raise ValueError(f"a generator gives no state: flow '{self.name}'\nhint: leave out return_state")
        if self.kind == "generator":
            return sync_flow.iterate(self, args, kwargs, wait_for)
        from milliways._run import async_flow

        self.plan.bind(args, kwargs)
        if self.kind == "async":
            return async_flow.call(self, args, kwargs, wait_for, return_state)
        return async_flow.iterate(self, args, kwargs, wait_for)

    def with_options(
        self,
        *,
        name: str | None = None,
        version: str | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | None = None,
        description: str | None = None,
        flow_run_name: str | Callable[..., str] | None = None,
        task_runner: TaskRunner | type[TaskRunner] | None = None,
        timeout_seconds: float | None = None,
        validate_parameters: bool | None = None,
        persist_result: bool | type[NotSet] | None = NotSet,
        result_storage: object = NotSet,
        result_serializer: object = NotSet,
        cache_result_in_memory: bool | None = None,
        log_prints: bool | type[NotSet] | None = NotSet,
        on_completion: Sequence[FlowHook] | None = None,
        on_failure: Sequence[FlowHook] | None = None,
        on_cancellation: Sequence[FlowHook] | None = None,
        on_crashed: Sequence[FlowHook] | None = None,
        on_running: Sequence[FlowHook] | None = None,
    ) -> Flow[P, R_co]:
        """Gives the flow with other options; what is not given stays. See `Flow` for their meaning."""
        given = {k: v for k, v in locals().items() if k not in ("self", "__class__") and v is not NotSet}
        for option in list(given):
            if given[option] is None and option not in _NONE_COUNTS:
                del given[option]
        wrapper: Any = staticmethod if self.isstaticmethod else classmethod if self.isclassmethod else None
        hooks: dict[str, Any] = {
            "on_completion": self.on_completion_hooks,
            "on_failure": self.on_failure_hooks,
            "on_cancellation": self.on_cancellation_hooks,
            "on_crashed": self.on_crashed_hooks,
            "on_running": self.on_running_hooks,
        }
        fn: Any = self.fn if wrapper is None or self.ismethod else wrapper(self.fn)
        return type(self)(fn, **{**self._options, **hooks, **given})

    def __get__(self, instance: object, owner: type | None = None) -> Flow[..., R_co]:
        if self.ismethod or self.isstaticmethod or (instance is None and not self.isclassmethod):
            return self
        from types import MethodType

        bound: Any = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound.fn = MethodType(self.fn, owner if self.isclassmethod else instance)
        bound.plan = self.plan.without_first()
        bound._validator = None
        bound.ismethod = True
        return bound

    def on_completion(self, fn: FlowHook) -> FlowHook:
        """Calls the decorated function when a run has completed."""
        self.on_completion_hooks.append(fn)
        return fn

    def on_failure(self, fn: FlowHook) -> FlowHook:
        """Calls the decorated function when a run has failed."""
        self.on_failure_hooks.append(fn)
        return fn

    def on_cancellation(self, fn: FlowHook) -> FlowHook:
        """Calls the decorated function when a run is cancelled."""
        self.on_cancellation_hooks.append(fn)
        return fn

    def on_crashed(self, fn: FlowHook) -> FlowHook:
        """Calls the decorated function when a run has crashed."""
        self.on_crashed_hooks.append(fn)
        return fn

    def on_running(self, fn: FlowHook) -> FlowHook:
        """Calls the decorated function when a run starts."""
        self.on_running_hooks.append(fn)
        return fn

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            from milliways._options import missing_attribute

            raise missing_attribute("flow", self, name)

    def __reduce__(self) -> Any:
        from milliways._pickling import reduce

        return reduce(self, self._options)

    def __repr__(self) -> str:
        return f"<Flow {self.name!r}>"


_NONE_COUNTS = ("persist_result", "log_prints", "result_storage", "result_serializer")


def _default_name(function: Any) -> str:
    name = function_name(function).replace("_", "-")
    return checked_name("lambda" if name.startswith("<") else name, "flow")


def _first_text(function: Any) -> str | None:
    document = getattr(function, "__doc__", None)
    if not document:
        return None
    lines = document.expandtabs().splitlines()
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(indents, default=0)
    return "\n".join([lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])]).strip() or None


@overload
def flow(fn: Callable[P, R], /) -> Flow[P, R]: ...


@overload
def flow(
    *,
    name: str | None = None,
    version: str | None = None,
    flow_run_name: str | Callable[..., str] | None = None,
    retries: int | None = None,
    retry_delay_seconds: float | None = None,
    task_runner: TaskRunner | type[TaskRunner] | None = None,
    description: str | None = None,
    timeout_seconds: float | None = None,
    validate_parameters: bool = True,
    persist_result: bool | None = None,
    result_storage: object = None,
    result_serializer: object = None,
    cache_result_in_memory: bool = True,
    log_prints: bool | None = None,
    on_completion: Sequence[FlowHook] | None = None,
    on_failure: Sequence[FlowHook] | None = None,
    on_cancellation: Sequence[FlowHook] | None = None,
    on_crashed: Sequence[FlowHook] | None = None,
    on_running: Sequence[FlowHook] | None = None,
) -> Callable[[Callable[P, R]], Flow[P, R]]: ...


def flow(fn: Any = None, /, **options: Any) -> Any:
    """Makes a flow of a function: each call is recorded as a flow run.

    Args:
        fn: the function; left out where options are given.
        options: see `Flow`.
    """
    if fn is not None:
        return Flow(fn, **options)

    def decorate(function: Any) -> Any:
        return Flow(function, **options)

    return decorate
