"""Runs and states, by the names that Prefect gives them."""

from milliways.runs import FlowRun, TaskRun
from milliways.states import State, StateDetails, StateType

__all__ = ["FlowRun", "State", "StateDetails", "StateType", "TaskRun"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
