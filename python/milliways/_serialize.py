"""Owns how parameters become JSON for the record: what has no JSON form is shown by its type."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# The values that this module looks at are of any type at all.

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MAX_DEPTH = 32


def parameters_to_json(parameters: Mapping[str, Any]) -> bytes:
    """Gives a call's parameters as a JSON object."""
    import json

    try:
        return json.dumps(parameters, default=_plain, allow_nan=False, check_circular=True).encode()
    except (ValueError, TypeError, RecursionError):
        return json.dumps({name: _cleaned(value, 0) for name, value in parameters.items()}).encode()


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is not None and not isinstance(value, type):
        return dump(mode="json")
    if hasattr(type(value), "__dataclass_fields__"):
        return {name: getattr(value, name, None) for name in getattr(type(value), "__dataclass_fields__")}  # noqa: B009
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    kind = type(value)
    if kind.__module__ in ("datetime", "pendulum.datetime", "pendulum.date") and hasattr(value, "isoformat"):
        return value.isoformat()
    if kind.__module__ == "datetime":
        return value.total_seconds()
    if kind.__module__ in ("uuid", "decimal", "pathlib", "pathlib._local", "ipaddress"):
        return str(value)
    if hasattr(value, "_value_") and hasattr(value, "_name_"):
        return value.value
    return f"<{kind.__module__}.{kind.__qualname__}>"


def _cleaned(value: Any, depth: int) -> Any:
    """Does the same value by value, for keys, numbers and cycles that JSON does not have."""
    if depth > _MAX_DEPTH:
        return "<too deep>"
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {str(key): _cleaned(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, depth + 1) for item in value]
    try:
        return _cleaned(_plain(value), depth + 1)
    except Exception:
        return f"<{type(value).__module__}.{type(value).__qualname__}>"
