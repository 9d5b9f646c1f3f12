"""Runs that the server has already are continued: under a new epoch, beside what was recorded before."""

from __future__ import annotations

import pytest
from running import run

FLOWS = """
import os
import signal
import sys
from milliways import flow, runtime, task

@task
def step(i):
    return i

@flow(name="scheduled")
def scheduled(count, end="well"):
    for i in range(count):
        step(i)
    flow_run = runtime.flow_run
    print(flow_run.name, flow_run.run_count)
    if end == "killed":
        from milliways._run.process import session
        assert session().flush(30)
        os.kill(os.getpid(), signal.SIGKILL)
    if end == "badly":
        raise ValueError(end)

@flow(name="scheduled")
async def asynchronous(count):
    scheduled.fn(count)
"""


@pytest.fixture
def engine(tmp_path, server):
    """Runs a flow of the file for a run of the server."""
    path = tmp_path / "flows.py"
    path.write_text(FLOWS)
    home = tmp_path / "client"
    home.mkdir()

    def execute(name, run_id):
        place = f"{path}:{name}"
        return run(
            ["-m", "milliways.engine", place], home, MILLIWAYS_API_URL=server.url, PREFECT__FLOW_RUN_ID=str(run_id)
        )

    return execute


def make_run(server, **parameters):
    flow = server.post("/flows/", name="scheduled")
    run_ = server.post(
        "/flow_runs/", flow_id=flow["id"], name="brave-otter", parameters=parameters, state={"type": "PENDING"}
    )
    return run_["id"]


@pytest.mark.parametrize("name", ["scheduled", "asynchronous"])
def test_run_of_the_server_is_executed(server, engine, name):
    run_id = make_run(server, count=2)
    result = engine(name, run_id)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "brave-otter 1\n"
    (recorded,) = server.flow_runs()
    assert (recorded["id"], recorded["state_type"], recorded["run_count"]) == (run_id, "COMPLETED", 1)
    assert len(server.task_runs(run_id)) == 2


def test_run_whose_process_was_killed_is_continued(server, engine):
    run_id = make_run(server, count=2, end="killed")
    assert engine("scheduled", run_id).returncode < 0
    first = {t["dynamic_key"] for t in server.task_runs(run_id)}
    assert first == {"0", "1"}
    server.patch(f"/flow_runs/{run_id}", parameters={"count": 3, "end": "badly"})
    result = engine("scheduled", run_id)
    assert result.returncode == 1, result.stderr
    assert result.stdout == "brave-otter 2\n"
    (recorded,) = server.flow_runs()
    assert (recorded["state_type"], recorded["run_count"]) == ("FAILED", 2)
    second = {t["dynamic_key"] for t in server.task_runs(run_id)} - first
    assert second == {"0.2", "1.2", "2.2"}


def test_run_that_does_not_exist_is_refused(server, engine):
    result = engine("scheduled", "00000000-0000-7000-8000-000000000000")
    assert result.returncode == 1
    assert "can't be read: the server answers 404" in result.stderr
