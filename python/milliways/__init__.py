"""Milliways: functions become flows and tasks, and what they do is recorded, retried and seen.

Everything here is imported when it is first used, so that ``import milliways`` costs next to nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from milliways import runtime as runtime
    from milliways.context import tags
    from milliways.flows import Flow, flow
    from milliways.futures import as_completed, wait
    from milliways.logging import get_run_logger
    from milliways.states import State
    from milliways.tasks import Task, task
    from milliways.utilities.annotations import allow_failure, quote, unmapped

    __version__: str

__all__ = [
    "Flow",
    "State",
    "Task",
    "__version__",
    "allow_failure",
    "as_completed",
    "flow",
    "get_run_logger",
    "quote",
    "runtime",
    "tags",
    "task",
    "unmapped",
    "wait",
]

_HOMES = {
    "Flow": "milliways.flows",
    "State": "milliways.states",
    "Task": "milliways.tasks",
    "__version__": "milliways._core",
    "allow_failure": "milliways.utilities.annotations",
    "as_completed": "milliways.futures",
    "flow": "milliways.flows",
    "get_run_logger": "milliways.logging",
    "quote": "milliways.utilities.annotations",
    "tags": "milliways.context",
    "task": "milliways.tasks",
    "unmapped": "milliways.utilities.annotations",
    "wait": "milliways.futures",
}

if not TYPE_CHECKING:

    def __getattr__(name):
        home = _HOMES.get(name)
        if home is not None:
            value = getattr(__import__(home, fromlist=(name,)), name)
        elif name == "runtime":
            value = __import__("milliways.runtime", fromlist=("flow_run",))
        else:
            raise AttributeError(f"module 'milliways' has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__():
        return sorted(__all__)
