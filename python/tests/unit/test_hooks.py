"""Hooks of flows and tasks."""

from __future__ import annotations

import asyncio

import pytest

from milliways import flow, get_run_logger, task
from milliways.states import Cancelled


def noting(seen):
    def hook(owner, run, state):
        seen.append((owner.name, run.name, state.name))

    return hook


def test_task_hooks(session):
    seen = []
    hook = noting(seen)

    @task(on_completion=[hook], on_failure=[hook], on_running=[hook], retries=1, name="t")
    def sometimes(x):
        if x:
            raise ValueError("x")

    @flow
    def main():
        sometimes(0)
        sometimes(1, return_state=True)

    main()
    assert seen == [
        ("t", "t-0", "Running"),
        ("t", "t-0", "Completed"),
        ("t", "t-1", "Running"),
        ("t", "t-1", "Retrying"),
        ("t", "t-1", "Failed"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (lambda: 1, ["Running", "Completed"]),
        (lambda: 1 / 0, ["Running", "Failed"]),
        (lambda: Cancelled(), ["Running", "Cancelled"]),
        (lambda: (_ for _ in ()).throw(SystemExit(3)).__next__(), ["Running", "Crashed"]),
    ],
)
def test_flow_hooks(body, expected):
    seen = []
    hook = noting(seen)
    main = flow(
        lambda: body(),
        name="f",
        on_completion=[hook],
        on_failure=[hook],
        on_crashed=[hook],
        on_running=[hook],
        on_cancellation=[hook],
    )
    try:
        main(return_state=True)
    except SystemExit:
        pass
    assert [state for _, _, state in seen] == expected


def test_hooks_as_decorators():
    seen = []

    @task
    def t():
        pass

    @t.on_completion
    def ended(task, run, state):
        seen.append("task")

    @flow
    def f():
        t()

    @f.on_completion
    def ended_too(flow, run, state):
        seen.append("flow")

    f()
    assert seen == ["task", "flow"]
    assert ended.__name__ == "ended"


def test_async_hooks_run_from_sync_and_async_code():
    seen = []

    async def hook(owner, run, state):
        await asyncio.sleep(0)
        seen.append(state.name)

    flow(lambda: 1, name="f", on_completion=[hook])()

    @flow(on_completion=[hook])
    async def main():
        return task(lambda: 1, name="t", on_completion=[hook])()

    asyncio.run(main())
    assert seen == ["Completed"] * 3


def test_failing_hook_is_logged_and_changes_nothing(session):
    def broken(owner, run, state):
        raise RuntimeError("broken hook")

    assert flow(lambda: 1, name="f", on_completion=[broken])() == 1
    assert any("broken hook" in message for _, _, message, _ in session.flow_runs[0].logs)


def test_hook_logs_to_its_run(session):
    def hook(owner, run, state):
        get_run_logger().info("from the hook")

    flow(lambda: 1, name="f", on_completion=[hook])()
    assert "from the hook" in [message for _, _, message, _ in session.flow_runs[0].logs]


@pytest.mark.parametrize("hooks", [3, "hook", [3], noting([])])
def test_hooks_are_a_list_of_functions(hooks):
    for make in (flow, task):
        with pytest.raises(TypeError, match="option on_completion takes"):
            make(lambda: 1, name="x", on_completion=hooks)


def test_hooks_see_the_run():
    seen = {}

    def hook(flow, run, state):
        seen.update(
            id=str(run.id), count=run.run_count, parameters=run.parameters, state=run.state.name, start=run.start_time
        )

    @flow(on_completion=[hook])
    def main(x=3):
        from milliways import runtime

        return runtime.flow_run.id

    assert main() == seen["id"]
    assert (seen["count"], seen["parameters"], seen["state"]) == (1, {"x": 3}, "Completed")
    assert seen["start"].tzinfo is not None
