"""How do I hear of a run's end? Hooks are functions that get the flow or task, its run, and its state."""

from __future__ import annotations

from typing import Any

from milliways import flow, task


def tell(owner: Any, run: Any, state: Any) -> None:
    """Prints what happened; a real hook would send it somewhere."""
    print(f"{owner.name}: {state.name}")


@task(on_failure=[tell])
def fragile() -> None:
    """Fails."""
    raise RuntimeError("broken")


@flow(on_completion=[tell], on_failure=[tell])
def hooked() -> str:
    """Goes on after the failure."""
    fragile(return_state=True)
    return "done"


@hooked.on_running
def started(flow: Any, run: Any, state: Any) -> None:
    """A hook can be added by a decorator, too."""
    print(f"{flow.name}: {state.name}")


if __name__ == "__main__":
    hooked()
