"""Owns how flows and tasks are pickled: by their place in a module where they have one, else by their parts."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def reduce(owner: Any, options: dict[str, Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Gives what ``__reduce__`` gives for a flow or task.

    Args:
        owner: the flow or task.
        options: the options that it was made with.
    """
    module, name = getattr(owner, "__module__", None), getattr(owner, "__qualname__", None)
    if module and name and module != "__main__" and "<" not in name and _look_up(module, name) is owner:
        return find, (module, name)
    kind: Any = type(owner)  # pyright: ignore[reportUnknownVariableType]
    return make, (kind, owner.fn, options)


def find(module: str, name: str) -> Any:
    """Finds a flow or task by its place."""
    import importlib

    importlib.import_module(module)
    return _look_up(module, name)


def make(kind: type[Any], function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Makes a flow or task of its parts."""
    return kind(function, **options)


def _look_up(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found
