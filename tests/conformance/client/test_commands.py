"""The command's reads and writes of flows, runs, pools and queues, and what it says of itself."""

from __future__ import annotations

import json
import uuid

import pytest
from commands import Prefect
from our_server import Server
from waiting import until

from prefect import flow, task

pytestmark = pytest.mark.core


@task
def noisy(x: int) -> int:
    print(f"task {x}")
    return x


@flow(name="looked-at", log_prints=True)
def looked_at(x: int) -> int:
    print(f"line {x}")
    if x < 0:
        raise ValueError("negative")
    return noisy(x)


@pytest.mark.newer
def test_flow_runs(prefect: Prefect, server: Server) -> None:
    good = str(looked_at(1, return_state=True).state_details.flow_run_id)
    bad = str(looked_at(-1, return_state=True).state_details.flow_run_id)
    assert "looked-at" in prefect("flow", "ls").out
    listed = prefect("flow-run", "ls", "--flow-name", "looked-at", "-o", "json").json()
    assert {run["id"] for run in listed} == {good, bad}
    failed = prefect("flow-run", "ls", "--flow-name", "looked-at", "--state", "Failed", "-o", "json").json()
    assert [run["id"] for run in failed] == [bad]
    failed = prefect("flow-run", "ls", "--flow-name", "looked-at", "--state-type", "FAILED", "-o", "json").json()
    assert [run["id"] for run in failed] == [bad]
    shown = prefect("flow-run", "inspect", good, "-o", "json").json()
    assert (shown["id"], shown["state"]["type"], shown["parameters"]) == (good, "COMPLETED", {"x": 1})

    until(lambda: "line 1" in server.logs(good))
    assert "line 1" in prefect("flow-run", "logs", good).out
    assert "line 1" not in prefect("flow-run", "logs", good, "--head", "--num-logs", "1").out
    (task_run,) = server.task_runs(good, 1)
    assert prefect("task-run", "inspect", task_run["id"], "-o", "json").json()["state_name"] == "Completed"
    names = {run["name"] for run in prefect("task-run", "ls", "--task-run-name", task_run["name"], "-o", "json").json()}
    assert names == {task_run["name"]}

    prefect("flow-run", "cancel", good, code=1)  # It is over.
    prefect("flow-run", "delete", bad)
    assert server.is_missing(f"/flow_runs/{bad}")
    for verb in ("inspect", "delete", "cancel", "logs"):
        prefect("flow-run", verb, uuid.uuid4(), code=1)


def test_work_pools(prefect: Prefect, server: Server) -> None:
    prefect("work-pool", "create", "pool-a", "--type", "process")
    prefect("work-pool", "create", "pool-a", "--type", "process", code=1)
    prefect("work-pool", "create", "pool-a", "--type", "process", "--overwrite")
    pool = server.get("/work_pools/pool-a")
    assert (pool["type"], pool["is_paused"], pool["status"]) == ("process", False, "NOT_READY")
    assert "env" in pool["base_job_template"]["variables"]["properties"]
    assert "pool-a" in prefect("work-pool", "ls").out
    assert prefect("work-pool", "inspect", "pool-a", "-o", "json").json()["id"] == pool["id"]
    prefect("work-pool", "update", "pool-a", "--concurrency-limit", "7", "--description", "changed")
    changed = server.get("/work_pools/pool-a")
    assert (changed["concurrency_limit"], changed["description"]) == (7, "changed")
    prefect("work-pool", "set-concurrency-limit", "pool-a", "3")
    assert server.get("/work_pools/pool-a")["concurrency_limit"] == 3
    prefect("work-pool", "clear-concurrency-limit", "pool-a")
    assert server.get("/work_pools/pool-a")["concurrency_limit"] is None
    prefect("work-pool", "pause", "pool-a")
    assert (server.get("/work_pools/pool-a")["status"], server.get("/work_pools/pool-a")["is_paused"]) == (
        "PAUSED",
        True,
    )
    prefect("work-pool", "resume", "pool-a")
    assert server.get("/work_pools/pool-a")["is_paused"] is False
    prefect("work-pool", "preview", "pool-a")
    template = json.loads(prefect("work-pool", "get-default-base-job-template", "--type", "process").out)
    assert template == pool["base_job_template"]
    prefect("work-pool", "delete", "pool-a")
    assert server.is_missing("/work_pools/pool-a")
    for words in (["inspect"], ["pause"], ["resume"], ["delete"], ["set-concurrency-limit"]):
        prefect("work-pool", *words, "pool-a", *(["1"] if words[0].startswith("set") else []), code=1)


def test_work_queues(prefect: Prefect, server: Server) -> None:
    prefect("work-pool", "create", "pool-q", "--type", "process")
    prefect("work-queue", "create", "fast", "--pool", "pool-q", "--priority", "1", "--limit", "5")
    path = "/work_pools/pool-q/queues/fast"
    queue = server.get(path)
    assert (queue["priority"], queue["concurrency_limit"], queue["work_pool_name"]) == (1, 5, "pool-q")
    # The one that had that priority makes way.
    assert server.get("/work_pools/pool-q/queues/default")["priority"] == 2
    prefect("work-queue", "create", "fast", "--pool", "pool-q", code=1)
    assert "fast" in prefect("work-queue", "ls", "--pool", "pool-q").out
    assert queue["id"] in prefect("work-queue", "inspect", "fast", "--pool", "pool-q").out
    prefect("work-queue", "set-concurrency-limit", "fast", "2", "--pool", "pool-q")
    assert server.get(path)["concurrency_limit"] == 2
    prefect("work-queue", "clear-concurrency-limit", "fast", "--pool", "pool-q")
    assert server.get(path)["concurrency_limit"] is None
    prefect("work-queue", "pause", "fast", "--pool", "pool-q")
    assert (server.get(path)["is_paused"], server.get(path)["status"]) == (True, "PAUSED")
    prefect("work-queue", "resume", "fast", "--pool", "pool-q")
    assert server.get(path)["is_paused"] is False
    prefect("work-queue", "preview", "fast", "--pool", "pool-q")
    prefect("work-queue", "delete", "fast", "--pool", "pool-q")
    assert server.is_missing(path)
    prefect("work-queue", "delete", "fast", "--pool", "pool-q", code=1)
    prefect("work-queue", "delete", "default", "--pool", "pool-q", code=1)


def test_what_it_says_of_itself(prefect: Prefect, server: Server) -> None:
    assert "API version" in prefect("version").out
    view = prefect("config", "view").out
    assert f"PREFECT_API_URL='{server.url}'" in view
    prefect("config", "validate")
    prefect("config", "set", "PREFECT_NO_SUCH_SETTING=1", code=1)
    prefect("config", "set", "PREFECT_LOGGING_LEVEL=DEBUG")
    # What is kept in a profile is read when the client is imported.
    assert "PREFECT_LOGGING_LEVEL='DEBUG'" in prefect.start("config", "view").ends()
    prefect.start("config", "unset", "PREFECT_LOGGING_LEVEL", "--yes").ends()
    assert "PREFECT_LOGGING_LEVEL" not in prefect.start("config", "view").ends()
