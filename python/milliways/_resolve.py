"""Owns the search for futures, states and known results in the arguments and results of runs, at any depth."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# The values that this module looks at are of any type at all.

from __future__ import annotations

from itertools import islice

from milliways.exceptions import UpstreamTaskError
from milliways.futures import Future
from milliways.states import State, StateType
from milliways.utilities.annotations import BaseAnnotation, allow_failure, opaque, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from milliways._identity import ResultIndex

ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes, bytearray, type, type(...)})
"""Types whose values hold nothing to look for."""

_SEQUENCES = frozenset({list, tuple, set, frozenset})
_KNOWN = ATOMS | _SEQUENCES | {dict}
_LOOKED_AT = 1000
_MARKED = (Future, State, BaseAnnotation)


def holds_only_atoms(value: Any) -> bool:
    """Tells quickly whether a value, or a collection of values, can hold no future and no state."""
    kind = type(value)
    if kind in ATOMS:
        return True
    if kind in _SEQUENCES:
        kinds = set(map(type, value)) - ATOMS
        return not kinds or (kinds <= _KNOWN and all(map(holds_only_atoms, value)))
    if kind is dict:
        return holds_only_atoms(list(value.values()))
    return False


def rewrite(value: Any, replace: Callable[[Any], Any]) -> Any:
    """Gives a value in which every future, state and annotation was replaced; itself where nothing changed."""
    kind = type(value)
    if kind in ATOMS:
        return value
    if isinstance(value, _MARKED):
        return replace(value)
    if kind in _KNOWN and holds_only_atoms(value):
        return value
    if kind in _SEQUENCES:
        items = [rewrite(item, replace) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else kind(items)
    if isinstance(value, dict):
        return _rewrite_dict(value, replace)
    if isinstance(value, list):
        items = [rewrite(item, replace) for item in value]
        return value if all(map(_is, items, value)) else items
    if isinstance(value, tuple):
        return _rewrite_tuple(value, replace)
    if hasattr(kind, "__dataclass_fields__"):
        return _rewrite_dataclass(value, replace)
    if "pydantic" in _module_names(kind):
        return _rewrite_model(value, replace)
    return value


def _is(new: Any, old: Any) -> bool:
    return new is old


def _rewrite_dict(value: dict[Any, Any], replace: Callable[[Any], Any]) -> Any:
    items = {rewrite(key, replace): rewrite(item, replace) for key, item in value.items()}
    same = (
        all(new is old for new, old in zip(items.values(), value.values(), strict=False))
        and items.keys() == value.keys()
    )
    if same:
        return value
    return items if type(value) is dict else _same_mapping(value, items)


def _same_mapping(value: Any, items: dict[Any, Any]) -> Any:
    twin = value.copy()
    twin.clear()
    twin.update(items)
    return twin


def _rewrite_tuple(value: Any, replace: Callable[[Any], Any]) -> Any:
    items = [rewrite(item, replace) for item in value]
    if all(map(_is, items, value)):
        return value
    return type(value)(*items) if hasattr(value, "_fields") else tuple(items)


def _rewrite_dataclass(value: Any, replace: Callable[[Any], Any]) -> Any:
    changed: dict[str, Any] = {}
    for name in type(value).__dataclass_fields__:
        old = getattr(value, name, None)
        new = rewrite(old, replace)
        if new is not old:
            changed[name] = new
    if not changed:
        return value
    import copy

    twin = copy.copy(value)
    for name, item in changed.items():
        object.__setattr__(twin, name, item)
    return twin


def _rewrite_model(value: Any, replace: Callable[[Any], Any]) -> Any:
    changed: dict[str, Any] = {}
    for name in getattr(type(value), "model_fields", ()):
        old = getattr(value, name, None)
        new = rewrite(old, replace)
        if new is not old:
            changed[name] = new
    return value.model_copy(update=changed) if changed else value


def _module_names(kind: type) -> set[str]:
    return {base.__module__.partition(".")[0] for base in kind.__mro__}


def find_futures(values: Iterable[Any]) -> list[Future[Any]]:
    """Gives every future in some values, in the order met."""
    found: list[Future[Any]] = []

    def note(value: Any) -> Any:
        if isinstance(value, Future):
            found.append(value)
        elif isinstance(value, BaseAnnotation) and not isinstance(value, quote | opaque):
            rewrite(value.value, note)
        return value

    for value in values:
        rewrite(value, note)
    return found


def sources(value: Any, results: ResultIndex | None) -> list[str]:
    """Gives the ids of the task runs that a value comes from: by futures, by states, or by identity."""
    found: dict[str, None] = {}

    def note(value: Any) -> Any:
        if isinstance(value, Future):
            found[value.run_id] = None
        elif isinstance(value, State):
            task_run_id = value.state_details.task_run_id
            if task_run_id is not None:
                found[str(task_run_id)] = None
        elif not isinstance(value, quote | opaque):
            look(value.value)
        return value

    def look(value: Any) -> None:
        rewrite(value, note)
        if results is not None:
            _look_for_results(value, results, found)

    look(value)
    return list(found)


def _look_for_results(value: Any, results: ResultIndex, found: dict[str, None]) -> None:
    """Looks for known results in a value and in the collections in it, the first thousand things at most."""
    waiting = [value]
    for value in waiting:
        known = results.find(value)
        if known is not None:
            found[known] = None
            continue
        kind = type(value)
        room = _LOOKED_AT - len(waiting)
        if room > 0 and (kind in _SEQUENCES or kind is dict):
            waiting += islice(value.values() if kind is dict else value, room)


def to_values(value: Any) -> Any:
    """Puts the results in the place of the futures and states in a value; waits for them.

    Raises:
        UpstreamTaskError: a run has not completed and nothing allows for its failure.
    """
    return rewrite(value, _value_of)


def _value_of(value: Any) -> Any:
    if isinstance(value, quote | opaque):
        return value.value
    if isinstance(value, allow_failure):
        return rewrite(value.value, _value_or_exception_of)
    if isinstance(value, BaseAnnotation):
        return rewrite(value.value, _value_of)
    state = _state_of(value)
    if state.type is not StateType.COMPLETED:
        raise UpstreamTaskError(f"upstream run {_name_of(value)} did not complete: it is {state}")
    return state._result()


def _value_or_exception_of(value: Any) -> Any:
    if isinstance(value, BaseAnnotation):
        return _value_of(value)
    state = _state_of(value)
    if not state.is_final():
        raise UpstreamTaskError(f"upstream run {_name_of(value)} has not ended: it is {state}")
    return state._result(raise_on_failure=False)


def _state_of(value: Future[Any] | State[Any]) -> State[Any]:
    if isinstance(value, State):
        return value
    value.wait()
    return value.state


def _name_of(value: Future[Any] | State[Any]) -> str:
    return value.run_id if isinstance(value, Future) else str(value.state_details.task_run_id or value.name)


def to_states(value: Any) -> Any:
    """Puts the final states in the place of the futures in a value; waits for them."""

    def replace(value: Any) -> Any:
        if isinstance(value, Future):
            value.wait()
            return value.state
        return value

    return rewrite(value, replace)


def check_upstream(wait_for: Any) -> None:
    """Checks that everything a run waits for has completed.

    Raises:
        UpstreamTaskError: something has not.
    """
    for item in wait_for if isinstance(wait_for, list | tuple | set | frozenset) else (wait_for,):
        to_values(item)
