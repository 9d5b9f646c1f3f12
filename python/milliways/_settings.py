"""Owns the few settings that Python itself looks at; every other one is read by the extension."""

from __future__ import annotations

import os

from milliways import _core

_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "WARN": 30, "ERROR": 40, "CRITICAL": 50, "NOTSET": 0}


_known: dict[tuple[str | None, ...], str | None] = {}


def text_of(name: str) -> str | None:
    """Gives the text of a setting, or None where it is not set.

    The extension reads the profile's file each time, so what it says is kept while the variables are the same.
    """
    variable = name.upper().replace(".", "_")
    find = os.environ.get
    ours, theirs = find(f"MILLIWAYS_{variable}"), find(f"PREFECT_{variable}")
    key = (name, ours, theirs, find("MILLIWAYS_HOME"), find("MILLIWAYS_PROFILE"), find("PREFECT_PROFILE"))
    if key not in _known:
        _known[key] = _core.setting(name)
    return _known[key]


def flag(name: str, default: bool) -> bool:
    """Reads a setting that is on or off."""
    text = text_of(name)
    return default if text is None or text == "" else text.strip().lower() in _TRUE


def log_prints() -> bool:
    """Tells whether ``print`` goes to the log where a flow or task does not say."""
    return flag("logging.log_prints", False)


def log_level() -> int:
    """Gives the level from which on records are shown and sent."""
    text = (text_of("logging.level") or "INFO").strip().upper()
    if text.isdigit():
        return int(text)
    return _LEVELS.get(text, 20)


def number(name: str, default: float) -> float:
    """Reads a setting that is a number.

    Raises:
        ConfigurationError: it is not one.
    """
    text = text_of(name)
    if text is None or text == "":
        return default
    try:
        return float(text)
    except ValueError:
        from milliways.exceptions import ConfigurationError

        raise ConfigurationError(f"setting {name} is not a number: {text}") from None
