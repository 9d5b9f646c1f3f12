"""Owns how an attribute of ``runtime`` is found: in the environment first, which is for tests, then in the run."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def look_up(module: str, readers: Mapping[str, Callable[[], Any]], name: str) -> Any:
    """Gives an attribute.

    Args:
        module: the module's name below ``runtime``.
        readers: the attributes, with how each is read.
        name: the attribute that is wanted.
    """
    reader = readers.get(name)
    if reader is None:
        raise AttributeError(f"module 'milliways.runtime.{module}' has no attribute {name!r}")
    for prefix in ("MILLIWAYS", "PREFECT"):
        text = os.environ.get(f"{prefix}__RUNTIME__{module.upper()}__{name.upper()}")
        if text is not None:
            return _like(reader(), text)
    return reader()


def _like(real: Any, text: str) -> Any:
    """Turns the text into a value of the real one's kind."""
    if isinstance(real, bool):
        return text.strip().lower() in ("1", "true", "yes", "on")
    if isinstance(real, int | float):
        return type(real)(text)
    if isinstance(real, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(real, dict):
        import json

        return json.loads(text)
    return text
