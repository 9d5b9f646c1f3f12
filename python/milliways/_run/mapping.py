"""Owns which calls a ``map`` makes of its arguments."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# The values that this module looks at are of any type at all.

from __future__ import annotations

from milliways._resolve import to_values
from milliways.exceptions import MappingLengthMismatch, MappingMissingIterable
from milliways.futures import Future
from milliways.states import State
from milliways.utilities.annotations import BaseAnnotation, allow_failure, unmapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from milliways.tasks import Task

_WHOLE = (str, bytes, bytearray)


def calls_of(
    task: Task[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Gives the arguments of every call."""
    task.plan.bind(args, kwargs)
    positions: list[Any] = [_columns(value) for value in args]
    names: dict[str, Any] = {name: _columns(value) for name, value in kwargs.items()}
    count = _count(task, positions, names)
    for index in range(count):
        yield (
            tuple(column.at(index) for column in positions),
            {name: column.at(index) for name, column in names.items()},
        )


class _Same:
    """A value that every call gets."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def at(self, _index: int) -> Any:
        return self.value


class _Each:
    """Values of which every call gets one."""

    __slots__ = ("mark", "values")

    def __init__(self, values: list[Any], mark: Any) -> None:
        self.values = values
        self.mark = mark

    def at(self, index: int) -> Any:
        value = self.values[index]
        return value if self.mark is None else self.mark.rewrap(value)


def _columns(value: Any) -> _Same | _Each:
    if isinstance(value, unmapped):
        return _Same(value.value)
    mark = None
    if isinstance(value, allow_failure):
        mark, value = value, value.value
    elif isinstance(value, BaseAnnotation):
        return _Same(value)
    if isinstance(value, Future | State):
        # The items are needed to know how many calls there are, so this waits.
        value = to_values(value)
    if isinstance(value, _WHOLE) or not hasattr(value, "__iter__"):
        return _Same(value if mark is None else mark.rewrap(value))
    return _Each(list(value), mark)


def _count(task: Task[..., Any], positions: list[Any], names: dict[str, Any]) -> int:
    named = {**dict(zip(_names(task, len(positions)), positions, strict=False)), **names}
    lengths = {name: len(column.values) for name, column in named.items() if isinstance(column, _Each)}
    if not lengths:
        raise MappingMissingIterable(
            f"nothing to map over: no argument of task '{task.name}' can be iterated over: {', '.join(named)}\n"
            "hint: give a list, or call submit()"
        )
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise MappingLengthMismatch(
            f"the iterables have different lengths, task '{task.name}': {listed}\n"
            "hint: wrap a value for all in unmapped()"
        )
    return next(iter(lengths.values()))


def _names(task: Task[..., Any], count: int) -> list[str]:
    names = list(task.plan.names[:count])
    variable = task.plan.variable or "args"
    return names + [f"{variable}[{index}]" for index in range(count - len(names))]
