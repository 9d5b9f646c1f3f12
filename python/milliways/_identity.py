"""Owns how a flow run recognises a result that it has seen: by identity, without keeping it alive.

Passing a task's result on to another task records the edge between both runs. A value is remembered by
its ``id``; so that a new object at the same address is not taken for the old one, the entry of an object
that supports weak references dies with it, a small value is kept, and a container must match in kind and length.
The index is bounded.
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# The values that this module looks at are of any type at all.

from __future__ import annotations

from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNTRACKABLE = frozenset({type(None), bool, type(...), type(NotImplemented)})
"""Types whose values are the same object everywhere: they say nothing about where they came from."""

_CONTAINERS = frozenset({list, dict, tuple, set, frozenset})
_KEPT_TEXT = 4096
_INDEXED_ITEMS = 1000
_LIMIT = 20_000


class ResultIndex:
    """Which task run a value came from."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: dict[int, tuple[Any, str]] = {}

    def remember(self, value: Any, task_run_id: str) -> None:
        """Notes that a task run has returned a value; of a small container, its items too."""
        self._add(value, task_run_id)
        kind = type(value)
        if kind in _CONTAINERS and len(value) <= _INDEXED_ITEMS:
            for item in value.values() if kind is dict else value:
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
        return task_run_id if _matches(mark, value) else None

    def _add(self, value: Any, task_run_id: str) -> None:
        kind = type(value)
        if kind is int:
            if -5 <= value <= 256:
                return
            mark: Any = value
        elif kind is float or ((kind is str or kind is bytes) and len(value) <= _KEPT_TEXT):
            if kind is not float and len(value) < 2:
                return
            mark = value
        elif kind in _CONTAINERS:
            if not value and kind in (tuple, frozenset):
                return
            mark = (kind, len(value))
        else:
            try:
                mark = ref(value)
            except TypeError:
                mark = (kind, None)
        entries = self._entries
        entries[id(value)] = (mark, task_run_id)
        if len(entries) > _LIMIT:
            # The oldest goes: values that are passed on usually are so soon.
            del entries[next(iter(entries))]


def _matches(mark: Any, value: Any) -> bool:
    kind = type(mark)
    if kind is ref:
        return mark() is value
    if kind is tuple:
        return mark[0] is type(value) and (mark[1] is None or mark[1] == len(value))
    return mark is value
