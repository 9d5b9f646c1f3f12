"""What is known of the run at work here."""

from milliways.runtime import deployment, flow_run, task_run

__all__ = ["deployment", "flow_run", "task_run"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
