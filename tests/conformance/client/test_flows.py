"""Flows and tasks of the real client, recorded by our server and read back through the client and through our API."""

from __future__ import annotations

import time
from collections import Counter
from uuid import UUID

import pytest
from our_server import Server
from waiting import until

from prefect import flow, get_client, get_run_logger, tags, task, unmapped
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import StateType


def test_a_sync_flow_is_recorded(server: Server) -> None:
    @task
    def double(x: list[int]) -> list[int]:
        return x + x

    @flow(name="sync flow", version="7")
    def doubling(x: list[int]) -> list[int]:
        return double(double(x))

    state = doubling([3], return_state=True)
    assert state.result() == [3, 3, 3, 3]
    run_id = state.state_details.flow_run_id
    assert server.flow_states(run_id) == ["Pending", "Running", "Completed"]
    tasks = server.task_runs(run_id, 2)
    assert [run["state_name"] for run in tasks] == ["Completed"] * 2
    assert server.task_states(tasks[0]["id"]) == ["Pending", "Running", "Completed"]
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(run_id)
        assert (run.state_type, run.parameters, run.flow_version, run.run_count) == (
            StateType.COMPLETED,
            {"x": [3]},
            "7",
            1,
        )
        assert client.read_flow(run.flow_id).name == "sync flow"
        filters = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
        read = client.read_task_runs(flow_run_filter=filters)
        assert {str(one.id) for one in read} == {one["id"] for one in tasks}
        second = next(one for one in read if one.id == UUID(tasks[1]["id"]))
        # Where the second one's parameter came from.
        assert [str(given.id) for given in second.task_inputs["x"]] == [tasks[0]["id"]]


async def test_an_async_flow_is_recorded(server: Server) -> None:
    @task
    async def plus(x: int) -> int:
        return x + 1

    @flow
    async def adding() -> int:
        return await plus(await plus(0))

    state = await adding(return_state=True)
    assert await state.aresult() == 2
    run_id = state.state_details.flow_run_id
    async with get_client() as client:
        assert (await client.read_flow_run(run_id)).state_name == "Completed"
        names = [one.name for one in await client.read_flow_run_states(run_id)]
    assert names == ["Pending", "Running", "Completed"]
    assert len(server.task_runs(run_id, 2)) == 2


def test_retries_of_a_task_are_recorded(server: Server) -> None:
    tries: Counter[str] = Counter()

    @task(retries=2)
    def unsteady() -> int:
        tries["task"] += 1
        if tries["task"] < 3:
            raise ValueError(f"try {tries['task']}")
        return tries["task"]

    @flow
    def trying() -> int:
        return unsteady()

    state = trying(return_state=True)
    assert state.result() == 3
    run = server.task_runs(state.state_details.flow_run_id, 1)[0]
    assert (run["empirical_policy"]["retries"], run["run_count"]) == (2, 3)
    states = ["Pending", "Running", "Retrying", "Retrying", "Completed"]
    assert server.task_states(run["id"]) == states


def test_retries_of_a_flow_are_recorded(server: Server) -> None:
    tries: Counter[str] = Counter()

    @flow(retries=1)
    def trying() -> int:
        tries["flow"] += 1
        if tries["flow"] < 2:
            raise RuntimeError("once more")
        return tries["flow"]

    state = trying(return_state=True)
    assert state.result() == 2
    run_id = state.state_details.flow_run_id
    names = server.flow_states(run_id)
    assert names == ["Pending", "Running", "AwaitingRetry", "Running", "Completed"]
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(run_id).run_count == 2


def test_failures_are_recorded(server: Server) -> None:
    @task
    def broken() -> None:
        raise ValueError("no such luck")

    @flow
    def failing() -> None:
        broken()

    with pytest.raises(ValueError, match="no such luck"):
        failing()
    state = failing(return_state=True)
    assert state.is_failed()
    run_id = state.state_details.flow_run_id
    assert server.flow_states(run_id) == ["Pending", "Running", "Failed"]
    assert "no such luck" in server.get(f"/flow_runs/{run_id}")["state"]["message"]
    assert server.task_runs(run_id, 1)[0]["state_type"] == "FAILED"


def test_subflows_have_a_task_run_in_their_parent(server: Server) -> None:
    @flow
    def inner(x: int) -> int:
        return x * 10

    @flow
    def outer() -> int:
        return inner(4)

    state = outer(return_state=True)
    assert state.result() == 40
    parent = state.state_details.flow_run_id
    task_run = server.task_runs(parent, 1)[0]
    child = task_run["state"]["state_details"]["child_flow_run_id"]
    assert server.get(f"/flow_runs/{child}")["parent_task_run_id"] == task_run["id"]
    assert server.flow_states(child) == ["Pending", "Running", "Completed"]


def test_submitted_and_mapped_tasks_are_recorded(server: Server) -> None:
    @task
    def square(x: int, offset: int = 0) -> int:
        return x * x + offset

    @flow
    def spreading() -> list[int]:
        first = square.submit(1)
        mapped = square.map([1, 2, 3, 4], offset=unmapped(100))
        last = square.submit(5, wait_for=[first])
        return [first.result(), *mapped.result(), last.result()]

    state = spreading(return_state=True)
    assert state.result() == [1, 101, 104, 109, 116, 25]
    tasks = server.task_runs(state.state_details.flow_run_id, 6)
    assert {run["task_key"].split("-")[0] for run in tasks} == {"square"}
    assert len({run["dynamic_key"] for run in tasks}) == 6
    assert {run["state_name"] for run in tasks} == {"Completed"}


def test_timeouts_are_recorded(server: Server) -> None:
    @flow(timeout_seconds=0.2)
    def slow() -> None:
        time.sleep(30)

    state = slow(return_state=True)
    assert (state.type, state.name) == (StateType.FAILED, "TimedOut")
    run = server.get(f"/flow_runs/{state.state_details.flow_run_id}")
    assert (run["state_name"], "timeout" in run["state"]["message"]) == ("TimedOut", True)


def test_log_lines_arrive_in_order(server: Server) -> None:
    @task(log_prints=True)
    def speak() -> None:
        print("from the task")

    @flow(log_prints=True)
    def talking() -> None:
        get_run_logger().warning("a warning")
        for number in range(20):
            print(f"line {number}")
        speak()

    state = talking(return_state=True)
    run_id = state.state_details.flow_run_id
    ours = {"a warning", "from the task", *(f"line {number}" for number in range(20))}
    lines = until(lambda: [line for line in server.logs(run_id) if line in ours], lambda lines: len(lines) == 22)
    assert lines == ["a warning", *(f"line {number}" for number in range(20)), "from the task"]
    with get_client(sync_client=True) as client:
        filters = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id]))
        assert [log.level for log in client.read_logs(log_filter=filters) if log.message == "a warning"] == [30]


def test_tags_and_names_are_kept(server: Server) -> None:
    @flow(flow_run_name="run of {who}")
    def naming(who: str) -> None: ...

    with tags("outer"):
        state = naming("Zoë", return_state=True)
    run = server.get(f"/flow_runs/{state.state_details.flow_run_id}")
    assert (run["name"], run["tags"]) == ("run of Zoë", ["outer"])


def test_events_arrive(server: Server) -> None:
    from prefect.events import emit_event

    @task
    def noticed() -> None:
        emit_event("test.noticed", {"prefect.resource.id": "test.1"}, payload={"n": 1})

    @flow
    def watching() -> None:
        noticed()

    state = watching(return_state=True)
    run_id = state.state_details.flow_run_id
    resource = f"prefect.flow-run.{run_id}"

    def look() -> list[str]:
        page = server.post("/events/filter", filter={"any_resource": {"id": [resource]}}, limit=50)
        return [event["event"] for event in page["events"]]

    wanted = {
        "test.noticed",
        *(f"prefect.flow-run.{name}" for name in ("Pending", "Running", "Completed")),
        *(f"prefect.task-run.{name}" for name in ("Pending", "Running", "Completed")),
    }
    found = until(look, lambda names: wanted <= set(names))
    assert max(Counter(found).values()) == 1, found
