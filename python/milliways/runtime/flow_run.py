"""The flow run at work here."""

from __future__ import annotations

from milliways.context import FlowRunContext, TaskRunContext
from milliways.runtime._lookup import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    id: str | None
    name: str | None
    tags: list[str]
    parameters: dict[str, Any]
    flow_name: str | None
    flow_version: str | None
    run_count: int
    scheduled_start_time: datetime | None
    parent_flow_run_id: str | None
    parent_deployment_id: str | None
    root_flow_run_id: str | None
    api_url: str | None
    ui_url: str | None
    job_variables: dict[str, Any] | None

__all__ = [
    "api_url",
    "flow_name",
    "flow_version",
    "id",
    "job_variables",
    "name",
    "parameters",
    "parent_deployment_id",
    "parent_flow_run_id",
    "root_flow_run_id",
    "run_count",
    "scheduled_start_time",
    "tags",
    "ui_url",
]


def _context() -> FlowRunContext | None:
    return FlowRunContext.get()


def _of_run(name: str) -> Any:
    context = _context()
    return None if context is None else getattr(context.run, name)


def _tags() -> list[str]:
    context = _context()
    return [] if context is None else sorted(context.run_tags or ())


def _parameters() -> dict[str, Any]:
    context = _context()
    return {} if context is None else dict(context.parameters)


def _flow(name: str) -> Any:
    context = _context()
    return None if context is None else getattr(context.flow, name)


def _scheduled_start_time() -> datetime:
    from datetime import datetime, timezone

    context = _context()
    start = None if context is None else context.flow_run.start_time
    return datetime.now(timezone.utc) if start is None else start


def _parent() -> FlowRunContext | None:
    context = _context()
    outer = None if context is None else context.outer
    return outer.flow_context if isinstance(outer, TaskRunContext | FlowRunContext) else None


def _parent_flow_run_id() -> str | None:
    parent = _parent()
    return None if parent is None else parent.run.id


def _root_flow_run_id() -> str | None:
    context = _context()
    if context is None:
        return None
    while context.outer is not None and context.outer.flow_context is not None:
        context = context.outer.flow_context
    return context.run.id


def _api_url() -> str | None:
    context = _context()
    if context is None:
        return None
    from milliways import _core

    base = _core.session().api_url
    return None if base is None else f"{base}/flow_runs/{context.run.id}"


_READERS = {
    "id": lambda: _of_run("id"),
    "name": lambda: _of_run("name"),
    "run_count": lambda: _of_run("run_count") or 0,
    "ui_url": lambda: _of_run("url"),
    "tags": _tags,
    "parameters": _parameters,
    "flow_name": lambda: _flow("name"),
    "flow_version": lambda: _flow("version"),
    "scheduled_start_time": _scheduled_start_time,
    "parent_flow_run_id": _parent_flow_run_id,
    "parent_deployment_id": lambda: None,
    "root_flow_run_id": _root_flow_run_id,
    "api_url": _api_url,
    "job_variables": lambda: None,
}

if not TYPE_CHECKING:

    def __getattr__(name):
        return look_up("flow_run", _READERS, name)

    def __dir__():
        return sorted(__all__)
