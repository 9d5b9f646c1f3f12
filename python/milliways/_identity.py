"""Owns how a flow run recognises a result that it has seen: by identity, without keeping it alive for long.

Passing a task's result on to another task records the edge between both runs. A value is remembered by
its ``id``; so that a new object at the same address is not taken for the old one, the value must still be
there. An object that supports weak references is held by one. Lists, dicts and the like support none: they
are held, and let go as soon as nobody else holds them, which their reference count tells. The index is bounded.
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# The values that this module looks at are of any type at all.

from __future__ import annotations

from _weakref import ref
from collections import deque
from itertools import islice
from sys import getrefcount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNTRACKABLE = frozenset({type(None), bool, type(...), type(NotImplemented)})
"""Types whose values are the same object everywhere: they say nothing about where they came from."""

_CONTAINERS = frozenset({list, dict, tuple, set, frozenset})
_NUMBERS = frozenset({int, float, complex})
_SMALL_TEXT = 1024
_INDEXED_ITEMS = 256
_LIMIT = 20_000
_SWEPT_AT_ONCE = 8


class ResultIndex:
    """Which task run a value came from."""

    __slots__ = ("_entries", "_held")

    def __init__(self) -> None:
        self._entries: dict[int, tuple[Any, str]] = {}
        self._held: deque[int] = deque()

    def remember(self, value: Any, task_run_id: str) -> None:
        """Notes that a task run has returned a value; of a container, its first items too."""
        if self._held:
            self._sweep()
        self._add(value, task_run_id)
        kind = type(value)
        if kind in _CONTAINERS:
            for item in islice(value.values() if kind is dict else value, _INDEXED_ITEMS):
                if type(item) not in UNTRACKABLE:
                    self._add(item, task_run_id)

    def __contains__(self, identity: int) -> bool:
        return identity in self._entries

    def find(self, value: Any) -> str | None:
        """Gives the id of the task run that has returned this very object."""
        entry = self._entries.get(id(value))
        if entry is None:
            return None
        mark, task_run_id = entry
        is_there = mark() is value if type(mark) is ref else mark is value
        return task_run_id if is_there else None

    def _add(self, value: Any, task_run_id: str) -> None:
        kind = type(value)
        identity = id(value)
        mark = value
        if kind in _NUMBERS:
            if kind is int and -5 <= value <= 256:
                return
        elif kind is str or kind is bytes:
            if len(value) < 2:
                return
            if len(value) > _SMALL_TEXT:
                self._held.append(identity)
        elif kind in _CONTAINERS:
            if not value and (kind is tuple or kind is frozenset):
                return
            self._held.append(identity)
        else:
            try:
                mark = ref(value)
            except TypeError:
                self._held.append(identity)
        entries = self._entries
        entries[identity] = (mark, task_run_id)
        if len(entries) > _LIMIT:
            # The oldest goes: values that are passed on usually are so soon.
            entries.pop(next(iter(entries)), None)

    def _sweep(self) -> None:
        """Lets go of held values that nobody else holds, a few at a time."""
        entries, held = self._entries, self._held
        for _ in range(min(len(held), _SWEPT_AT_ONCE)):
            try:
                identity = held.popleft()
            except IndexError:
                return
            entry = entries.get(identity)
            if entry is None:
                continue
            if getrefcount(entry[0]) <= _HELD_BY_US_ALONE:
                entries.pop(identity, None)
            else:
                held.append(identity)


def _count_of_own_references() -> int:
    entry: tuple[Any, str] = ([], "")
    return getrefcount(entry[0])


_HELD_BY_US_ALONE = _count_of_own_references()
