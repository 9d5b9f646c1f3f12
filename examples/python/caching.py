"""How do I keep a task from doing its work twice? A cache policy says what its result depends on."""

from __future__ import annotations

from datetime import timedelta

from milliways import flow, task
from milliways.cache_policies import INPUTS, TASK_SOURCE


@task(cache_policy=INPUTS + TASK_SOURCE, cache_expiration=timedelta(hours=1))
def expensive(x: int) -> int:
    """Works only for new arguments."""
    print(f"working on {x}")
    return x * x


@task(cache_policy=INPUTS - "verbose")
def quiet(x: int, verbose: bool) -> int:
    """Its result does not depend on `verbose`."""
    print(f"quietly working on {x}")
    return x + 1


@flow
def caching() -> list[str]:
    """Calls each twice and gives the states' names."""
    first, second = expensive(3, return_state=True), expensive(3, return_state=True)
    third, fourth = quiet(1, True, return_state=True), quiet(1, False, return_state=True)
    return [state.name for state in (first, second, third, fourth)]


if __name__ == "__main__":
    print(caching())
