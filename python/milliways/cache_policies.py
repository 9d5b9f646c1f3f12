"""Owns cache policies: what the key of a task's result is made of. Policies are added with ``+`` and ``-``."""

from __future__ import annotations

import hashlib
import json

from milliways.exceptions import HashError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from milliways.context import TaskRunContext

__all__ = [
    "DEFAULT",
    "FLOW_PARAMETERS",
    "INPUTS",
    "NONE",
    "NO_CACHE",
    "RUN_ID",
    "TASK_SOURCE",
    "CacheKeyFnPolicy",
    "CachePolicy",
    "CompoundCachePolicy",
    "FlowParameters",
    "Inputs",
    "RunId",
    "TaskSource",
]


class CachePolicy:
    """What a cache key is made of. Derived classes say so in `compute_key`."""

    def compute_key(
        self,
        task_ctx: TaskRunContext,
        inputs: dict[str, Any],
        flow_parameters: dict[str, Any],
        **kwargs: object,
    ) -> str | None:
        """Makes the key of a task run's result.

        Args:
            task_ctx: the task run.
            inputs: what the task was called with, by name.
            flow_parameters: what the flow around it was called with.
            kwargs: for later use.

        Returns:
            The key, or ``None`` where the result is not to be cached.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how its key is made")

    @classmethod
    def from_cache_key_fn(
        cls, cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None]
    ) -> CacheKeyFnPolicy:
        """Makes a policy of a function.

        Args:
            cache_key_fn: gets the task run and its inputs, and gives the key.
        """
        return CacheKeyFnPolicy(cache_key_fn)

    def configure(
        self, key_storage: object = None, lock_manager: object = None, isolation_level: object = None
    ) -> CachePolicy:
        """Gives the policy with storage options; they come with durable results.

        Raises:
            NotAvailableError: an option was given.
        """
        for name, value in (
            ("key_storage", key_storage),
            ("lock_manager", lock_manager),
            ("isolation_level", isolation_level),
        ):
            if value is not None:
                from milliways.exceptions import NotAvailableError

                raise NotAvailableError(f"option of a cache policy is not available in this version: {name}")
        return self

    def __add__(self, other: CachePolicy) -> CachePolicy:
        if isinstance(other, _NoCache):
            return self
        return CompoundCachePolicy([*_parts(self), *_parts(other)])

    def __sub__(self, name: str) -> CachePolicy:
        """Leaves a parameter out of the key."""
        return CompoundCachePolicy([self, Inputs(exclude=[name])])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    # Python's way to say that there is none, which the checkers have no word for.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"


def _parts(policy: CachePolicy) -> list[CachePolicy]:
    if isinstance(policy, CompoundCachePolicy):
        return policy.policies
    return [] if isinstance(policy, _NoCache) else [policy]


class CacheKeyFnPolicy(CachePolicy):
    """The key is what a function gives.

    Args:
        cache_key_fn: gets the task run's context and its inputs.
    """

    def __init__(self, cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None]) -> None:
        self.cache_key_fn = cache_key_fn

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: object
    ) -> str | None:
        """Calls the function."""
        return self.cache_key_fn(task_ctx, inputs)


class CompoundCachePolicy(CachePolicy):
    """The key is made of the keys of several policies.

    Args:
        policies: the policies; what one of them excludes from the inputs, all exclude.
    """

    def __init__(self, policies: list[CachePolicy]) -> None:
        inputs = [policy for policy in policies if isinstance(policy, Inputs)]
        excluded = sorted({name for policy in inputs for name in policy.exclude})
        others = [policy for policy in policies if not isinstance(policy, Inputs)]
        self.policies: list[CachePolicy] = others + ([Inputs(excluded)] if inputs else [])

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: object
    ) -> str | None:
        """Hashes the policies' keys; none where none of them gives one."""
        keys = [policy.compute_key(task_ctx, inputs, flow_parameters, **kwargs) for policy in self.policies]
        found = [key for key in keys if key is not None]
        return hash_of(found) if found else None

    def __sub__(self, name: str) -> CachePolicy:
        """Leaves a parameter out of the key."""
        return CompoundCachePolicy([*self.policies, Inputs(exclude=[name])])


class _NoCache(CachePolicy):
    """Nothing is cached."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: object
    ) -> str | None:
        return None

    def __add__(self, other: CachePolicy) -> CachePolicy:
        return other

    def __sub__(self, name: str) -> CachePolicy:
        return self


class TaskSource(CachePolicy):
    """The key changes with the task's code."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: object
    ) -> str | None:
        """Hashes the function's source, or its compiled code where there is no source."""
        import inspect

        function = inspect.unwrap(task_ctx.task.fn)
        try:
            return hash_of(inspect.getsource(function))
        except (OSError, TypeError):
            code = getattr(function, "__code__", None)
            return None if code is None else hash_of([code.co_code.hex(), repr(code.co_consts), list(code.co_names)])


class FlowParameters(CachePolicy):
    """The key changes with the parameters of the flow around the task."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: object
    ) -> str | None:
        """Hashes the flow's parameters; none outside a flow."""
        return hash_of(flow_parameters) if flow_parameters else None


class RunId(CachePolicy):
    """The key holds within one flow run; outside a flow, within one task run."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: object
    ) -> str | None:
        """Gives the run's id."""
        return task_ctx.run.flow_run_id or task_ctx.run.id


class Inputs(CachePolicy):
    """The key changes with the task's arguments.

    Args:
        exclude: parameters that do not count.
    """

    def __init__(self, exclude: list[str] | None = None) -> None:
        self.exclude = list(exclude or ())

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: object
    ) -> str | None:
        """Hashes the arguments that count; none where there are none.

        Raises:
            HashError: an argument can be hashed neither by value nor by its pickled bytes.
        """
        counting = {name: value for name, value in inputs.items() if name not in self.exclude}
        return hash_of(counting) if counting else None

    def __sub__(self, name: str) -> CachePolicy:
        """Leaves a parameter out of the key."""
        return Inputs([*self.exclude, name])


def hash_of(value: object) -> str:
    """Gives a hash of a value that is the same in every process.

    Raises:
        HashError: it has no JSON form and cannot be pickled.
    """
    try:
        data = json.dumps(_canonical(value), allow_nan=True).encode()
    except (TypeError, ValueError, RecursionError):
        data = _pickled(value)
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _canonical(value: object) -> object:
    """Gives the value in a form whose JSON tells values of different types apart."""
    kind = type(value)
    if kind in (str, int, bool, type(None), float):
        return value
    # No checker narrows by the very type, and subclasses are not meant.
    known: Any = value
    if kind is list:
        return [_canonical(item) for item in known]
    if kind is tuple:
        return {"()": [_canonical(item) for item in known]}
    if kind is dict:
        pairs: list[Any] = [[_canonical(key), _canonical(item)] for key, item in known.items()]
        return {"{}": sorted(pairs, key=lambda pair: json.dumps(pair[0]))}
    raise TypeError(f"no canonical form: {kind.__name__}")


def _pickled(value: object) -> bytes:
    import pickle

    try:
        return pickle.dumps(value, protocol=4)
    except Exception:
        try:
            import cloudpickle  # pyright: ignore[reportMissingTypeStubs]

            return cloudpickle.dumps(value, protocol=4)  # pyright: ignore[reportUnknownMemberType]
        except Exception as error:
            raise HashError(
                f"cannot make a cache key of a value: {type(value).__name__}: {error}\n"
                "hint: leave the parameter out by `INPUTS - 'name'`, give cache_key_fn, or cache_policy=NO_CACHE"
            ) from error


INPUTS = Inputs()
NO_CACHE = NONE = _NoCache()
TASK_SOURCE = TaskSource()
FLOW_PARAMETERS = FlowParameters()
RUN_ID = RunId()
DEFAULT = INPUTS + TASK_SOURCE + RUN_ID


def key_of(context: TaskRunContext, policy: CachePolicy, parameters: Mapping[str, Any]) -> str | None:
    """Makes the key of a task run's result by a policy."""
    flow = context.flow_context
    return policy.compute_key(context, dict(parameters), dict(flow.parameters) if flow is not None else {})
