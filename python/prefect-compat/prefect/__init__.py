"""Lets scripts written for Prefect run on Milliways unchanged: the same names, given by the package `milliways`."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from milliways.context import tags
    from milliways.flows import Flow, flow
    from milliways.logging import get_run_logger
    from milliways.states import State
    from milliways.tasks import Task, task
    from milliways.utilities.annotations import allow_failure, unmapped

__version__ = "3.9.1"
"""The version of Prefect whose names these are."""

__all__ = [
    "Flow",
    "State",
    "Task",
    "allow_failure",
    "flow",
    "get_run_logger",
    "tags",
    "task",
    "unmapped",
]

_MODULES = frozenset(
    {
        "cache_policies",
        "context",
        "exceptions",
        "flow_engine",
        "flows",
        "futures",
        "runtime",
        "states",
        "task_engine",
        "task_runners",
        "tasks",
    }
)

if not TYPE_CHECKING:

    def __getattr__(name):
        import importlib

        if name in __all__:
            import milliways

            value = getattr(milliways, name)
        elif name in _MODULES:
            value = importlib.import_module(f"prefect.{name}")
        else:
            from prefect._missing import missing

            raise missing("prefect", name)
        globals()[name] = value
        return value
