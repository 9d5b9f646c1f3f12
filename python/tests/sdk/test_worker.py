"""Deployments of Python flows are run by `milliways worker start`: completed, crashed, cancelled."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from real_server import until
from running import environment, native_executable

FLOWS = """
import os
import signal
import time
from milliways import flow, runtime, task

@task
def double(i):
    return 2 * i

def cancelled(flow, run, state):
    with open(f"{os.environ['SEEN']}/hook", "w") as seen:
        seen.write(state.name)

@flow(on_cancellation=[cancelled])
def etl(count=2, how="well"):
    print("in", os.getcwd(), "run", runtime.flow_run.run_count)
    total = sum(double(i) for i in range(count))
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "badly":
        raise ValueError(how)
    if how == "until told":
        while not os.path.exists(f"{os.environ['SEEN']}/go-on"):
            time.sleep(0.02)
    if how == "long":
        from milliways._run.process import session
        session().flush(30)
        time.sleep(1000)
    return total

@flow
async def asynchronous():
    return double(1)
"""


@pytest.fixture
def shop(tmp_path, server):
    """Deploys flows of the file, and has a worker for them."""
    (tmp_path / "flows.py").write_text(FLOWS)
    made = Shop(tmp_path, server)
    yield made
    made.end()


class Shop:
    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        environ = environment({"MILLIWAYS_HOME": str(folder / "home"), "MILLIWAYS_API_URL": server.url})
        environ |= {"SEEN": str(folder), "MILLIWAYS_WORKER_PYTHON": sys.executable}
        self.environ = environ
        self.pool = folder.name
        self.start()

    def start(self):
        """A worker, in place of the one before."""
        with open(self.folder / "worker.log", "wb") as log:
            self.worker = subprocess.Popen(
                [str(native_executable()), "worker", "start", "--pool", self.pool, "--type", "process"],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(lambda: "takes runs" in self.log(), "the worker did not start")

    def log(self):
        return (self.folder / "worker.log").read_text()

    def deploy(self, entrypoint="flows.py:etl", **fields):
        flow = self.server.post("/flows/", name="etl")
        fields = {"path": str(self.folder), **fields}
        made = self.server.post(
            "/deployments/",
            name=f"of {entrypoint} {len(fields)}",
            flow_id=flow["id"],
            work_pool_name=self.pool,
            entrypoint=entrypoint,
            **fields,
        )
        return made["id"]

    def run(self, deployment, **parameters):
        return self.server.post(f"/deployments/{deployment}/create_flow_run", parameters=parameters)["id"]

    def read(self, run):
        return self.server.get(f"/flow_runs/{run}")

    def until(self, run, *kinds):
        until(lambda: self.read(run)["state_type"] in kinds, f"not {kinds}: {self.read(run)} {self.log()}")
        return self.read(run)

    def ended(self, run):
        return self.until(run, "COMPLETED", "FAILED", "CRASHED", "CANCELLED")

    def end(self):
        self.worker.send_signal(signal.SIGTERM)
        try:
            self.worker.wait(20)
        except subprocess.TimeoutExpired:
            self.worker.kill()
            self.worker.wait(20)


def test_a_deployment_is_run_to_its_end(shop, server):
    run = shop.run(shop.deploy(), count=3)
    ended = shop.ended(run)
    assert ended["state_type"] == "COMPLETED", shop.log()
    assert ended["run_count"] == 1
    tasks = server.everything("/task_runs/filter", flow_runs={"id": {"any_": [run]}})
    assert len(tasks) == 3
    until(lambda: f"in {shop.folder.resolve()} run 1" in shop.log(), "the output is not shown")


def test_asynchronous_flows_and_failing_ones_end_as_such(shop):
    well = shop.run(shop.deploy("flows.py:asynchronous"))
    badly = shop.run(shop.deploy(), how="badly")
    assert shop.ended(well)["state_type"] == "COMPLETED"
    assert shop.ended(badly)["state_type"] == "FAILED"


@pytest.mark.parametrize("module", ["prefect.engine", "prefect.flow_engine"])
def test_pools_of_prefect_start_the_drop_in(shop, module):
    command = f"{sys.executable} -m {module}"
    run = shop.run(shop.deploy(job_variables={"command": command}))
    assert shop.ended(run)["state_type"] == "COMPLETED", shop.log()


def test_a_killed_flow_is_reported_with_its_signal(shop, server):
    run = shop.run(shop.deploy(), how="killed")
    ended = shop.ended(run)
    assert ended["state_type"] == "CRASHED"
    assert "signal 9 (SIGKILL)" in ended["state"]["message"]
    states = server.get(f"/flow_run_states/?flow_run_id={run}")
    assert [s["type"] for s in states].count("CRASHED") == 1


def test_what_fails_before_the_run_begins_is_in_its_log(shop, server):
    run = shop.run(shop.deploy("flows.py:nothing"))
    assert shop.ended(run)["state_type"] == "CRASHED"
    lines = server.everything("/logs/filter", logs={"flow_run_id": {"any_": [run]}})
    assert any("there is no flow `nothing`" in line["message"] for line in lines)


def test_a_cancelled_flow_calls_its_hooks_and_is_cancelled(shop, server):
    run = shop.run(shop.deploy(), how="long")
    until(
        lambda: len(server.everything("/task_runs/filter", flow_runs={"id": {"any_": [run]}})) == 2,
        "the flow did not begin",
    )
    server.post(f"/flow_runs/{run}/set_state", state={"type": "CANCELLING"})
    ended = shop.ended(run)
    assert ended["state_type"] == "CANCELLED"
    until(lambda: (shop.folder / "hook").exists(), "no hook was called")
    until(lambda: (shop.folder / "hook").read_text() == "Cancelled", "the hook saw another state")
    types = [s["type"] for s in server.get(f"/flow_run_states/?flow_run_id={run}")]
    assert types[-2:] == ["CANCELLING", "CANCELLED"]


def test_a_flow_that_is_cancelled_directly_is_so_once(shop, server):
    run = shop.run(shop.deploy(), how="long")
    until(
        lambda: len(server.everything("/task_runs/filter", flow_runs={"id": {"any_": [run]}})) == 2,
        "the flow did not begin",
    )
    server.post(f"/flow_runs/{run}/set_state", state={"type": "CANCELLED"}, force=True)
    # The hook is called in the process, which is gone once the worker says so.
    until(lambda: (shop.folder / "hook").exists(), "no hook was called")
    shop.end()
    types = [s["type"] for s in server.get(f"/flow_run_states/?flow_run_id={run}")]
    assert types == ["SCHEDULED", "PENDING", "RUNNING", "CANCELLED"], types
    assert shop.read(run)["state_type"] == "CANCELLED"


def test_a_flow_outlives_its_worker(shop, server):
    """It keeps its own lease; the next worker leaves it alone as long as its run goes on."""
    run = shop.run(shop.deploy(), how="until told")
    shop.until(run, "RUNNING")
    shop.worker.kill()
    shop.worker.wait(20)
    shop.start()
    other = shop.run(shop.deploy())
    assert shop.ended(other)["state_type"] == "COMPLETED"
    assert shop.read(run)["state_type"] == "RUNNING"
    (shop.folder / "go-on").write_text("")
    assert shop.ended(run)["state_type"] == "COMPLETED", shop.log()
    states = [s["type"] for s in server.get(f"/flow_run_states/?flow_run_id={run}")]
    assert states == ["SCHEDULED", "PENDING", "RUNNING", "COMPLETED"]
