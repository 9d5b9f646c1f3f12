"""How do I retry what fails? With a number, with growing delays, and only for some errors."""

from __future__ import annotations

from typing import Any

from milliways import flow, runtime, task
from milliways.tasks import exponential_backoff


@task(retries=2, retry_delay_seconds=0.1)
def simple() -> str:
    """Fails the first time."""
    if runtime.task_run.run_count == 1:
        raise ConnectionError("not yet")
    return f"simple: attempt {runtime.task_run.run_count}"


@task(retries=3, retry_delay_seconds=exponential_backoff(0.05), retry_jitter_factor=0.5)
def growing() -> str:
    """Fails twice; waits about 0.05 s, then about 0.1 s."""
    if runtime.task_run.run_count <= 2:
        raise TimeoutError("too busy")
    return f"growing: attempt {runtime.task_run.run_count}"


def is_worth_retrying(task: Any, run: Any, state: Any) -> bool:
    """Says whether a failure may pass: a wrong value stays wrong."""
    return not isinstance(state.result(raise_on_failure=False), ValueError)


@task(retries=5, retry_condition_fn=is_worth_retrying)
def hopeless() -> None:
    """Fails for good at the first attempt."""
    raise ValueError("wrong for ever")


@flow
def retries() -> list[str]:
    """Calls all three."""
    state = hopeless(return_state=True)
    return [simple(), growing(), f"hopeless: {state.name}"]


if __name__ == "__main__":
    for line in retries():
        print(line)
