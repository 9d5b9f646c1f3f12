"""Contexts of runs, by the names that Prefect gives them."""

from milliways.context import FlowRunContext, TaskRunContext, get_run_context, tags

EngineContext = FlowRunContext

__all__ = ["EngineContext", "FlowRunContext", "TaskRunContext", "get_run_context", "tags"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
