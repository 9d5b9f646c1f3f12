"""The deployment that the flow run at work here belongs to. A run that was called directly belongs to none."""

from __future__ import annotations

from milliways.context import FlowRunContext
from milliways.runtime._lookup import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    id: str | None
    name: str | None
    version: str | None
    flow_run_id: str | None
    parameters: dict[str, Any]

__all__ = ["flow_run_id", "id", "name", "parameters", "version"]


def _flow_run_id() -> str | None:
    context = FlowRunContext.get()
    return None if context is None else context.run.id


_READERS = {
    "id": lambda: None,
    "name": lambda: None,
    "version": lambda: None,
    "flow_run_id": _flow_run_id,
    "parameters": dict[str, object],
}

if not TYPE_CHECKING:

    def __getattr__(name):
        return look_up("deployment", _READERS, name)

    def __dir__():
        return sorted(__all__)
