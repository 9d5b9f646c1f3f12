"""Owns `Task` and the decorator `task`."""

from __future__ import annotations

from milliways import _core
from milliways._names import checked_name, checked_template
from milliways._run import async_task, sync_task
from milliways._run.hooks import checked as checked_hooks
from milliways._signature import Plan, function_name, kind_of, plan_of
from milliways._typing import Generic, P, R, R_co, T, overload
from milliways.context import current
from milliways.exceptions import ReservedArgumentError
from milliways.utilities.annotations import NotSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from datetime import timedelta
    from typing import Any, Literal, TypeAlias

    from milliways.cache_policies import CachePolicy
    from milliways.context import TaskRunContext
    from milliways.futures import FutureList, TaskRunFuture
    from milliways.runs import TaskRun
    from milliways.states import State

    TaskHook: TypeAlias = Callable[["Task[..., Any]", TaskRun, State[Any]], object]
    RetryCondition: TypeAlias = Callable[["Task[..., Any]", TaskRun, State[Any]], object]
    RetryDelay: TypeAlias = float | Sequence[float] | Callable[[int], Sequence[float]]

__all__ = ["Task", "exponential_backoff", "task", "task_input_hash"]

RESERVED = ("return_state", "wait_for")
_MOST_DELAYS = 50


class Task(Generic[P, R_co]):
    """A function whose calls are recorded as task runs.

    Args:
        fn: the function: plain, ``async``, a generator, or a method.
        name: what it is called; the function's name by default.
        description: for people; the function's docstring by default.
        tags: given to every run.
        version: any text.
        cache_policy: what the key of a cached result is made of; ``None`` or ``NO_CACHE`` for no cache.
        cache_key_fn: gives the key, from the run's context and the call's parameters.
        cache_expiration: how long a cached result holds; for ever by default.
        task_run_name: name of the runs: text with ``{parameter}``, or a function.
        retries: how often a failed run starts again.
        retry_delay_seconds: seconds before each retry: one number, a list of them, or a function that
            gets ``retries`` and gives the list.
        retry_jitter_factor: spreads the delays: each becomes up to ``1 + factor`` times as long.
        persist_result: keep the result, so that the cache works; see ``cache_policy``.
        result_storage: not available in this version.
        result_serializer: not available in this version.
        result_storage_key: not available in this version.
        cache_result_in_memory: keep the result in the state; when off, a state has no result.
        timeout_seconds: how long one attempt may take.
        log_prints: send what is printed to the run's log; by default what the flow says.
        refresh_cache: compute the result even if it is cached.
        on_completion: functions called when a run has completed.
        on_failure: functions called when a run has failed.
        on_running: functions called when a run starts.
        on_rollback: not available in this version.
        on_commit: not available in this version.
        retry_condition_fn: called on failure with task, run and state; says whether to retry.
        viz_return_value: what a drawing of the flow takes as the task's result.
        asset_deps: not available in this version.
    """

    def __init__(
        self,
        fn: Callable[P, R_co],
        name: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        cache_policy: CachePolicy | type[NotSet] | None = NotSet,
        cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
        cache_expiration: timedelta | None = None,
        task_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: RetryDelay | None = None,
        retry_jitter_factor: float | None = None,
        persist_result: bool | None = None,
        result_storage: object = None,
        result_serializer: object = None,
        result_storage_key: str | None = None,
        cache_result_in_memory: bool = True,
        timeout_seconds: float | None = None,
        log_prints: bool | None = None,
        refresh_cache: bool | None = None,
        on_completion: Sequence[TaskHook] | None = None,
        on_failure: Sequence[TaskHook] | None = None,
        on_running: Sequence[TaskHook] | None = None,
        on_rollback: Sequence[object] | None = None,
        on_commit: Sequence[object] | None = None,
        retry_condition_fn: RetryCondition | None = None,
        viz_return_value: object = None,
        asset_deps: Sequence[object] | None = None,
    ) -> None:
        options = {k: v for k, v in locals().items() if k not in ("self", "fn", "__class__")}
        from milliways._options import refuse_unavailable

        refuse_unavailable("task", options)
        self._options = options
        self._set_function(fn)
        self.name = checked_name(name, "task") if name is not None else function_name(self.fn)
        self.description = description
        self.tags = frozenset([tags] if isinstance(tags, str) else tags or ())
        self.version = version
        self.task_run_name = checked_template(task_run_name, "task_run_name")
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.log_prints = log_prints
        self.cache_result_in_memory = cache_result_in_memory
        self.viz_return_value = viz_return_value
        self._set_retries(retries, retry_delay_seconds, retry_jitter_factor, retry_condition_fn)
        self._set_cache(cache_policy, cache_key_fn, cache_expiration, persist_result, refresh_cache)
        self.on_completion_hooks = checked_hooks("on_completion", on_completion)
        self.on_failure_hooks = checked_hooks("on_failure", on_failure)
        self.on_running_hooks = checked_hooks("on_running", on_running)
        self.task_key = _key_of(self.fn)
        self.definition = _core.TaskDef(
            self.name,
            self.task_key,
            version=version,
            tags=sorted(self.tags),
            retries=self.retries,
            retry_delays=self._delays,
            retry_jitter_factor=retry_jitter_factor,
            timeout_seconds=self.timeout_seconds,
        )
        self._find_path()

    def _set_function(self, fn: Any) -> None:
        self.isclassmethod = isinstance(fn, classmethod)
        self.isstaticmethod = isinstance(fn, staticmethod)
        self.ismethod = False
        inner = fn.__func__ if self.isclassmethod or self.isstaticmethod else fn
        if not callable(inner):
            raise TypeError(f"a task is made of a function, got: {type(fn).__name__}\nhint: write @task above a def")
        self.fn: Callable[..., Any] = inner
        self.plan: Plan = plan_of(inner)
        for name in RESERVED:
            if name in self.plan.all_names:
                raise ReservedArgumentError(f"a task cannot have a parameter with this name: {name}")
        self.kind = kind_of(inner)
        self.isasync = self.kind in ("async", "async_generator")
        self.isgenerator = self.kind in ("generator", "async_generator")
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            if hasattr(inner, name):
                setattr(self, name, getattr(inner, name))
        self.__wrapped__ = inner

    def _set_retries(self, retries: Any, delay: Any, jitter: float | None, condition: RetryCondition | None) -> None:
        from milliways import _options

        self.retries: int = _options.retries(retries, "tasks.default_retries")
        self.retry_delay_seconds, self._delays = _options.task_delays(delay, self.retries, _MOST_DELAYS)
        if jitter is not None and jitter < 0:
            raise ValueError(f"option retry_jitter_factor must not be negative: {jitter}")
        self.retry_jitter_factor = jitter
        if condition is not None and not callable(condition):
            raise TypeError(f"option retry_condition_fn takes a function, got: {type(condition).__name__}")
        self.retry_condition_fn = condition

    def _set_cache(
        self, policy: Any, key_fn: Any, expiration: timedelta | None, persist: bool | None, refresh: bool | None
    ) -> None:
        self.cache_key_fn = key_fn
        self.cache_expiration = expiration
        self.refresh_cache = refresh
        self.persist_result = persist
        self.cache_policy: CachePolicy | None = None
        if key_fn is None and policy is NotSet and not persist:
            # Without a word about caching there is none, and its module is not even imported.
            self.uses_cache = False
            return
        from milliways import cache_policies

        if key_fn is not None:
            self.cache_policy = cache_policies.CacheKeyFnPolicy(key_fn)
        elif policy is NotSet:
            self.cache_policy = cache_policies.DEFAULT
        elif isinstance(policy, cache_policies.CachePolicy) and policy is not cache_policies.NO_CACHE:
            self.cache_policy = policy
        elif policy is not None and policy is not cache_policies.NO_CACHE:
            raise TypeError(f"option cache_policy takes a cache policy, got: {type(policy).__name__}")
        self.uses_cache = self.cache_policy is not None and persist is not False and not self.isgenerator

    def _find_path(self) -> None:
        """Notes whether calls can take the straight path, which knows of no special option."""
        self.is_straight = not (
            self.on_running_hooks
            or self.on_completion_hooks
            or self.uses_cache
            or self.log_prints
            or self.task_run_name is not None
            or self.timeout_seconds is not None
            or self.isgenerator
        )
        self._is_sync = self.kind == "sync"

    def refreshes_cache(self) -> bool:
        """Tells whether a cached result is to be computed anew."""
        if self.refresh_cache is not None:
            return self.refresh_cache
        from milliways._settings import flag

        return flag("tasks.refresh_cache", False)

    def capture_prints(self) -> None:
        """Makes sure that what is printed can go to the log."""
        from milliways.logging import capture_prints

        capture_prints()

    # Calls

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    @overload
    def __call__(
        self: Task[..., Coroutine[Any, Any, T]],
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
        """Runs the task here and now.

        Args:
            args: the function's arguments; futures and states among them become their results.
            return_state: give the run's final state, and raise nothing that it failed with.
            wait_for: futures of other task runs that must have completed.
            kwargs: as ``args``.
        """
        if self._is_sync:
            if return_state or wait_for is not None:
                return sync_task.call_fully(self, args, kwargs, wait_for, return_state)
            return sync_task.call(self, args, kwargs)
        if self.kind == "async":
            if return_state or wait_for is not None:
                return async_task.call_fully(self, args, kwargs, wait_for, return_state)
            return async_task.call(self, args, kwargs)
        if return_state:
            raise ValueError(
                f"a generator gives no state: task '{self.name}'\nhint: leave out return_state, or submit it"
            )
        self.plan.bind(args, kwargs)
        from milliways._run import generator_task

        iterate = generator_task.iterate if self.kind == "generator" else generator_task.aiterate
        return iterate(self, args, kwargs, wait_for)

    @overload
    def submit(
        self: Task[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[False] = False,
        wait_for: object = None,
        **kwargs: Any,
    ) -> TaskRunFuture[T]: ...

    @overload
    def submit(
        self: Task[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[True],
        wait_for: object = None,
        **kwargs: Any,
    ) -> State[T]: ...

    @overload
    def submit(
        self, *args: Any, return_state: Literal[False] = False, wait_for: object = None, **kwargs: Any
    ) -> TaskRunFuture[R_co]: ...

    @overload
    def submit(
        self, *args: Any, return_state: Literal[True], wait_for: object = None, **kwargs: Any
    ) -> State[R_co]: ...

    def submit(self, *args: Any, return_state: bool = False, wait_for: object = None, **kwargs: Any) -> Any:
        """Hands a run to the flow's task runner and does not wait for it.

        Args:
            args: the function's arguments; the run starts when all futures among them have ended.
            return_state: wait for the run after all, and give its final state.
            wait_for: futures of other task runs that must have completed.
            kwargs: as ``args``.

        Returns:
            The run's future.
        """
        outer = current.get()
        flow = None if outer is None else outer.flow_context
        if flow is None or outer is None:
            raise RuntimeError(
                f"cannot submit outside a flow: task '{self.name}'\nhint: call it directly, or submit it inside a flow"
            )
        plan = self.plan
        if kwargs or not plan.least <= len(args) <= plan.most:
            plan.bind(args, kwargs)
        future = flow.task_runner.submit_call(self, args, kwargs, wait_for, outer)
        if return_state:
            future.wait()
            return future.state
        return future

    @overload
    def map(
        self: Task[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[False] = False,
        wait_for: object = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> FutureList[T]: ...

    @overload
    def map(
        self: Task[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[True],
        wait_for: object = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> list[State[T]]: ...

    @overload
    def map(
        self,
        *args: Any,
        return_state: Literal[False] = False,
        wait_for: object = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> FutureList[R_co]: ...

    @overload
    def map(
        self, *args: Any, return_state: Literal[True], wait_for: object = None, deferred: bool = False, **kwargs: Any
    ) -> list[State[R_co]]: ...

    def map(
        self, *args: Any, return_state: bool = False, wait_for: object = None, deferred: bool = False, **kwargs: Any
    ) -> Any:
        """Submits one run for every item of the iterable arguments.

        Args:
            args: iterables of one length, and values that all runs get: text, what cannot be iterated
                over, and what is marked as ``unmapped``.
            return_state: wait for all runs, and give their final states.
            wait_for: futures of other task runs that must have completed.
            deferred: not available in this version.
            kwargs: as ``args``.

        Returns:
            The runs' futures, in the order of the items.

        Raises:
            MappingMissingIterable: nothing can be iterated over.
            MappingLengthMismatch: the iterables have different lengths.
        """
        if deferred:
            from milliways._options import not_available

            raise not_available("map", "deferred")
        from milliways._run.mapping import calls_of

        submit: Any = self.submit
        from milliways.futures import FutureList

        futures: FutureList[R_co] = FutureList(
            submit(*call_args, wait_for=wait_for, **call_kwargs)
            for call_args, call_kwargs in calls_of(self, args, kwargs)
        )
        if return_state:
            futures.wait()
            return [future.state for future in futures]
        return futures

    # Variants

    def with_options(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        cache_policy: CachePolicy | type[NotSet] | None = NotSet,
        cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
        task_run_name: str | Callable[..., str] | type[NotSet] | None = NotSet,
        cache_expiration: timedelta | None = None,
        retries: int | type[NotSet] | None = NotSet,
        retry_delay_seconds: RetryDelay | type[NotSet] | None = NotSet,
        retry_jitter_factor: float | type[NotSet] | None = NotSet,
        persist_result: bool | type[NotSet] | None = NotSet,
        result_storage: object = NotSet,
        result_serializer: object = NotSet,
        result_storage_key: str | type[NotSet] | None = NotSet,
        cache_result_in_memory: bool | None = None,
        timeout_seconds: float | None = None,
        log_prints: bool | type[NotSet] | None = NotSet,
        refresh_cache: bool | type[NotSet] | None = NotSet,
        on_completion: Sequence[TaskHook] | None = None,
        on_failure: Sequence[TaskHook] | None = None,
        on_running: Sequence[TaskHook] | None = None,
        retry_condition_fn: RetryCondition | None = None,
        viz_return_value: object = None,
        asset_deps: Sequence[object] | None = None,
    ) -> Task[P, R_co]:
        """Gives the task with other options; what is not given stays. See `Task` for their meaning."""
        given = {k: v for k, v in locals().items() if k not in ("self", "__class__") and v is not NotSet}
        for option in _NONE_KEEPS:
            if given.get(option, 0) is None:
                del given[option]
        wrapper: Any = staticmethod if self.isstaticmethod else classmethod if self.isclassmethod else None
        hooks: dict[str, Any] = {
            "on_completion": self.on_completion_hooks,
            "on_failure": self.on_failure_hooks,
            "on_running": self.on_running_hooks,
        }
        fn: Any = self.fn if wrapper is None or self.ismethod else wrapper(self.fn)
        return type(self)(fn, **{**self._options, **hooks, **given})

    def __get__(self, instance: object, owner: type | None = None) -> Task[..., R_co]:
        if self.ismethod or self.isstaticmethod or (instance is None and not self.isclassmethod):
            return self
        from types import MethodType

        bound: Any = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound.fn = MethodType(self.fn, owner if self.isclassmethod else instance)
        bound.plan = self.plan.without_first()
        bound.ismethod = True
        return bound

    # Hooks, as decorators

    def on_completion(self, fn: TaskHook) -> TaskHook:
        """Calls the decorated function when a run has completed."""
        return self._add_hook(self.on_completion_hooks, fn)

    def on_failure(self, fn: TaskHook) -> TaskHook:
        """Calls the decorated function when a run has failed."""
        return self._add_hook(self.on_failure_hooks, fn)

    def on_running(self, fn: TaskHook) -> TaskHook:
        """Calls the decorated function when a run starts."""
        return self._add_hook(self.on_running_hooks, fn)

    def _add_hook(self, hooks: list[Any], fn: TaskHook) -> TaskHook:
        hooks.append(fn)
        self._find_path()
        return fn

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            from milliways._options import missing_attribute

            raise missing_attribute("task", self, name)

    def __reduce__(self) -> Any:
        from milliways._pickling import reduce

        return reduce(self, self._options)

    def __repr__(self) -> str:
        return f"<Task {self.name!r}>"


_NONE_KEEPS = (
    "name",
    "description",
    "tags",
    "cache_key_fn",
    "cache_expiration",
    "cache_result_in_memory",
    "timeout_seconds",
    "on_completion",
    "on_failure",
    "on_running",
    "retry_condition_fn",
    "viz_return_value",
    "asset_deps",
)


def _key_of(function: Any) -> str:
    """Gives what tells a task from every other: its full name, and a checksum of its code."""
    from binascii import crc32

    code = getattr(function, "__code__", None)
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"{name}-{crc32(code.co_code if code is not None else name.encode()):08x}"


@overload
def task(fn: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(
    *,
    name: str | None = None,
    description: str | None = None,
    tags: Iterable[str] | None = None,
    version: str | None = None,
    cache_policy: CachePolicy | type[NotSet] | None = NotSet,
    cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
    cache_expiration: timedelta | None = None,
    task_run_name: str | Callable[..., str] | None = None,
    retries: int | None = None,
    retry_delay_seconds: RetryDelay | None = None,
    retry_jitter_factor: float | None = None,
    persist_result: bool | None = None,
    result_storage: object = None,
    result_storage_key: str | None = None,
    result_serializer: object = None,
    cache_result_in_memory: bool = True,
    timeout_seconds: float | None = None,
    log_prints: bool | None = None,
    refresh_cache: bool | None = None,
    on_completion: Sequence[TaskHook] | None = None,
    on_failure: Sequence[TaskHook] | None = None,
    on_running: Sequence[TaskHook] | None = None,
    retry_condition_fn: RetryCondition | None = None,
    viz_return_value: object = None,
    asset_deps: Sequence[object] | None = None,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(fn: Any = None, /, **options: Any) -> Any:
    """Makes a task of a function: each call is recorded as a task run.

    Args:
        fn: the function; left out where options are given.
        options: see `Task`.
    """
    if fn is not None:
        return Task(fn, **options)

    def decorate(function: Any) -> Any:
        return Task(function, **options)

    return decorate


def exponential_backoff(backoff_factor: float) -> Callable[[int], list[float]]:
    """Gives a ``retry_delay_seconds`` whose delays double: factor, twice the factor, four times, …

    Args:
        backoff_factor: the first delay, in seconds.
    """

    def delays(retries: int) -> list[float]:
        return [backoff_factor * max(0, 2**retry) for retry in range(retries)]

    return delays


def task_input_hash(context: TaskRunContext, arguments: dict[str, Any]) -> str | None:
    """Gives a hash of a task and its arguments, for ``cache_key_fn``."""
    from milliways.cache_policies import hash_of

    code = getattr(context.task.fn, "__code__", None)
    return hash_of([context.task.task_key, code.co_code.hex() if code is not None else "", arguments])
