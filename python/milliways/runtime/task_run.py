"""The task run at work here."""

from __future__ import annotations

from milliways.context import TaskRunContext
from milliways.runtime._lookup import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    id: str | None
    name: str | None
    tags: list[str]
    parameters: dict[str, Any]
    run_count: int
    task_name: str | None
    api_url: str | None
    ui_url: str | None

__all__ = ["api_url", "id", "name", "parameters", "run_count", "tags", "task_name", "ui_url"]


def _of_run(name: str) -> Any:
    context = TaskRunContext.get()
    return None if context is None else getattr(context.run, name)


def _tags() -> list[str]:
    context = TaskRunContext.get()
    return [] if context is None else context.task_run.tags


def _parameters() -> dict[str, Any]:
    context = TaskRunContext.get()
    return {} if context is None else context.parameters


def _task_name() -> str | None:
    context = TaskRunContext.get()
    return None if context is None else context.task.name


def _url(of_api: bool) -> str | None:
    context = TaskRunContext.get()
    if context is None:
        return None
    from milliways import _core

    session = _core.session()
    base = session.api_url if of_api else session.ui_url
    if base is None:
        return None
    return f"{base}/{'task_runs' if of_api else 'runs/task-run'}/{context.run.id}"


_READERS = {
    "id": lambda: _of_run("id"),
    "name": lambda: _of_run("name"),
    "run_count": lambda: _of_run("run_count") or 0,
    "tags": _tags,
    "parameters": _parameters,
    "task_name": _task_name,
    "api_url": lambda: _url(True),
    "ui_url": lambda: _url(False),
}

if not TYPE_CHECKING:

    def __getattr__(name):
        return look_up("task_run", _READERS, name)

    def __dir__():
        return sorted(__all__)
