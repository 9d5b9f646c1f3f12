"""Tasks, by the names that Prefect gives them."""

from milliways.tasks import Task, exponential_backoff, task, task_input_hash

__all__ = ["Task", "exponential_backoff", "task", "task_input_hash"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
