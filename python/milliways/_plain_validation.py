"""Owns the check of values against type hints where pydantic is not installed: it never converts a value."""

from __future__ import annotations

import types
import typing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def check_of(hint: Any) -> Callable[[Any], Any]:
    """Makes the check for a hint: it gives the value, or raises ``TypeError``."""

    def check(value: Any) -> Any:
        if not fits(value, hint):
            raise TypeError(f"expected {_name_of(hint)}, got {type(value).__name__}: {value!r:.80}")
        return value

    return check


def fits(value: Any, hint: Any) -> bool:
    """Tells whether a value has a hinted type. A hint of an unknown kind fits everything."""
    if hint is typing.Any or hint is None:
        return hint is not None or value is None
    origin = typing.get_origin(hint)
    if origin is None:
        return _fits_class(value, hint)
    args = typing.get_args(hint)
    if origin is typing.Annotated:
        return fits(value, args[0])
    if origin is typing.Union or origin is types.UnionType:
        return any(fits(value, arg) for arg in args)
    if origin is typing.Literal:
        return value in args
    if not isinstance(origin, type):
        return True
    return isinstance(value, origin) and _items_fit(value, origin, args)


def _fits_class(value: Any, hint: Any) -> bool:
    if not isinstance(hint, type):
        return True
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    try:
        return isinstance(value, hint)
    except TypeError:
        return True


def _items_fit(value: Any, origin: type, args: tuple[Any, ...]) -> bool:
    if issubclass(origin, tuple):
        if len(args) == 2 and args[1] is ...:
            return all(fits(item, args[0]) for item in value)
        return len(value) == len(args) and all(fits(item, arg) for item, arg in zip(value, args, strict=True))
    if issubclass(origin, dict):
        return all(fits(key, args[0]) and fits(item, args[1]) for key, item in value.items())
    if issubclass(origin, list | set | frozenset):
        return all(fits(item, args[0]) for item in value)
    return True


def _name_of(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
