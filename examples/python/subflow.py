"""How do I call a flow from a flow? Like a function: it becomes a run of its own, with the caller as its parent."""

from __future__ import annotations

from milliways import flow, runtime, task


@task
def square(x: int) -> int:
    """Squares."""
    return x * x


@flow(flow_run_name="squares-of-{count}")
def squares(count: int) -> list[int]:
    """The inner flow."""
    is_called = runtime.flow_run.parent_flow_run_id is not None
    print(f"'{runtime.flow_run.name}' was called by another flow run: {is_called}")
    return square.map(range(count)).result()


@flow
def outer() -> int:
    """The outer flow."""
    return sum(squares(4))


if __name__ == "__main__":
    print(outer())
