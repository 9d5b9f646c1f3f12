"""Owns how parameters become JSON for the record: what has no JSON form is shown by its type."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# The values that this module looks at are of any type at all.

from __future__ import annotations

from milliways._text import sendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MAX_DEPTH = 32
_MAX_BYTES = 500 * 1024
_SHORT = 100
_SHOWN = 1000
_QUICK = frozenset({type(None), bool})


def parameters_to_json(parameters: Mapping[str, Any]) -> bytes:
    """Gives a call's parameters as a JSON object.

    Values that are too large to be recorded are shown by their beginnings, the largest first.
    """
    import json

    try:
        text = json.dumps(parameters, default=_plain, allow_nan=False)
        # What is short cannot offend the server's limits on depth, size and numbers.
        if len(text) <= _SHORT and "\\u" not in text:
            return text.encode()
    except Exception:  # A value's own methods may raise anything.
        pass
    parts = {name: json.dumps(_cleaned(value, 0)) for name, value in parameters.items()}
    for name in sorted(parts, key=lambda name: len(parts[name]), reverse=True):
        if sum(map(len, parts.values())) <= _MAX_BYTES:
            break
        parts[name] = json.dumps(f"{parts[name][:_SHOWN]}… ({len(parts[name])} bytes)")
    return ("{" + ", ".join(f"{json.dumps(name)}: {part}" for name, part in parts.items()) + "}").encode()


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is not None and not isinstance(value, type):
        return dump(mode="json")
    if hasattr(type(value), "__dataclass_fields__"):
        kind: Any = type(value)
        return {name: getattr(value, name, None) for name in kind.__dataclass_fields__}
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
    if type(value) in _QUICK:
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, int):
        return value if value.bit_length() < 1024 else f"{value:#x}"
    if isinstance(value, str):
        return sendable(str(value))
    if isinstance(value, dict):
        return {sendable(str(key)): _cleaned(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, depth + 1) for item in value]
    try:
        return _cleaned(_plain(value), depth + 1)
    except Exception:
        return f"<{type(value).__module__}.{type(value).__qualname__}>"
