"""Owns the checks of the options of flows and tasks, and what is said of those that this version does not have."""

from __future__ import annotations

from milliways.exceptions import NotAvailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_LATER_OPTIONS: dict[str, tuple[str, ...]] = {
    "flow": ("result_storage", "result_serializer"),
    "task": (
        "result_storage",
        "result_serializer",
        "result_storage_key",
        "on_rollback",
        "on_commit",
        "asset_deps",
    ),
}
_LATER_ATTRIBUTES: dict[str, frozenset[str]] = {
    "flow": frozenset(
        {
            "adeploy",
            "afrom_source",
            "agenerate_mermaid_graph",
            "ato_deployment",
            "avisualize",
            "deploy",
            "from_source",
            "generate_mermaid_graph",
            "serve",
            "to_deployment",
            "visualize",
        }
    ),
    "task": frozenset(
        {"apply_async", "aserve", "create_local_run", "create_run", "delay", "on_commit", "on_rollback", "serve"}
    ),
}
_warned = False


def refuse_unavailable(owner: str, options: Mapping[str, Any]) -> None:
    """Refuses options of a flow or task that this version cannot honour, and warns of what it does in part.

    Args:
        owner: ``flow`` or ``task``.
        options: all options with their values.
    """
    for option in _LATER_OPTIONS[owner]:
        if options.get(option) is not None:
            raise not_available(owner, option)
    if options.get("persist_result"):
        _warn_of_memory()


def not_available(owner: str, option: str) -> NotAvailableError:
    """Makes the error for an option that this version does not have."""
    return NotAvailableError(f"option of a {owner} is not available in this version: {option}\nhint: leave it out")


def missing_attribute(owner: str, value: object, name: str) -> AttributeError:
    """Makes the error for an attribute that there is not, or not yet."""
    if name in _LATER_ATTRIBUTES[owner]:
        return AttributeError(f"not available in this version: {type(value).__name__}.{name}")
    return AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}")


def _warn_of_memory() -> None:
    global _warned
    if _warned:
        return
    _warned = True
    import warnings

    warnings.warn(
        "persist_result keeps results in the memory of this process in this version: they are gone when it ends",
        UserWarning,
        stacklevel=5,
    )


def retries(value: Any, setting: str) -> int:
    """Checks how often something is retried.

    Args:
        value: the option; ``None`` means the setting.
        setting: the name of the setting.
    """
    if value is None:
        from milliways._settings import number

        return max(int(number(setting, 0)), 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"option retries takes a whole number, got: {value!r}")
    if value < 0:
        raise ValueError(f"option retries must not be negative: {value}")
    return value


def task_delays(value: Any, count: int, most: int) -> tuple[Any, list[float]]:
    """Checks the delays before a task's retries.

    Args:
        value: a number, a sequence of them, a function of the number of retries, or ``None`` for the setting.
        count: the number of retries.
        most: how many delays there may be.

    Returns:
        The option's value, and the delays in seconds.
    """
    if callable(value):
        function: Any = value
        value = list(function(count))
    if value is None:
        from milliways._settings import number

        delay = number("tasks.default_retry_delay_seconds", 0)
        return (delay or 0), ([delay] if delay else [])
    if isinstance(value, int | float):
        return value, [float(value)] if value else []
    delays = [float(delay) for delay in value]
    if len(delays) > most:
        raise ValueError(f"option retry_delay_seconds has more than {most} delays: {len(delays)}")
    return delays, delays


def flow_delay(value: Any) -> float:
    """Checks the delay before a flow's retries, in seconds; ``None`` means the setting."""
    if value is None:
        from milliways._settings import number

        return number("flows.default_retry_delay_seconds", 0)
    return float(value)
