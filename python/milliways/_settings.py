"""Owns the few settings that Python itself looks at; every other one is read by the extension."""

from __future__ import annotations

from milliways import _core

_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "WARN": 30, "ERROR": 40, "CRITICAL": 50, "NOTSET": 0}


def flag(name: str, default: bool) -> bool:
    """Reads a setting that is on or off."""
    text = _core.setting(name)
    return default if text is None or text == "" else text.strip().lower() in _TRUE


def log_prints() -> bool:
    """Tells whether ``print`` goes to the log where a flow or task does not say."""
    return flag("logging.log_prints", False)


def log_level() -> int:
    """Gives the level from which on records are shown and sent."""
    text = (_core.setting("logging.level") or "INFO").strip().upper()
    if text.isdigit():
        return int(text)
    return _LEVELS.get(text, 20)


def number(name: str, default: float) -> float:
    """Reads a setting that is a number.

    Raises:
        ConfigurationError: it is not one.
    """
    text = _core.setting(name)
    if text is None or text == "":
        return default
    try:
        return float(text)
    except ValueError:
        from milliways.exceptions import ConfigurationError

        raise ConfigurationError(f"setting {name} is not a number: {text}") from None
