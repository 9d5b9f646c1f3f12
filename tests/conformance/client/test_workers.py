"""Deployments whose runs are carried out by the real process worker."""

from __future__ import annotations

import pytest
from commands import Prefect
from our_server import Server

pytestmark = pytest.mark.core

FLOW = """\
import time
from prefect import flow, task

@task
def square(x: int) -> int:
    return x * x

@flow(name="{name}", log_prints=True)
def work(x: int = 2, seconds: float = 0) -> int:
    print(f"working on {{x}}")
    time.sleep(seconds)
    return square(x)
"""


def deploy(prefect: Prefect, name: str, text: str = FLOW) -> str:
    """A pool and a deployment of these names, deployed from a local folder as users do."""
    (prefect.folder / "work.py").write_text(text.format(name=name))
    prefect("work-pool", "create", name, "--type", "process")
    prefect.script(
        "deploy.py",
        f"""\
from prefect import flow

if __name__ == "__main__":
    made = flow.from_source(source={str(prefect.folder)!r}, entrypoint="work.py:work").deploy(
        name="local", work_pool_name={name!r}, tags=["deployed"], parameters={{"x": 3}}, print_next_steps=False
    )
    print(f"made {{made}}")
""",
    ).ends()
    return f"{name}/local"


def test_a_worker_carries_out_the_run_of_a_deployment(prefect: Prefect, server: Server) -> None:
    deployment = deploy(prefect, "worked")
    prefect("deployment", "run", deployment, "--param", "x=7")
    (run,) = server.flow_runs("worked")
    assert (run["state_name"], run["parameters"]["x"], run["tags"]) == ("Scheduled", 7, ["deployed"])

    printed = prefect.start("worker", "start", "--pool", "worked", "--run-once", "--name", "w1").ends()
    assert "started!" in printed

    ended = server.get(f"/flow_runs/{run['id']}")
    assert (ended["state_name"], ended["work_pool_name"], ended["work_queue_name"]) == (
        "Completed",
        "worked",
        "default",
    )
    assert ended["infrastructure_pid"] is not None
    states = server.flow_states(run["id"])
    # Newer workers say that they are submitting.
    assert [name for name in states if name != "Submitting"] == ["Scheduled", "Pending", "Running", "Completed"]
    (task_run,) = server.task_runs(run["id"], 1)
    assert task_run["state_name"] == "Completed"
    assert "working on 7" in server.logs(run["id"])
    (worker,) = server.post("/work_pools/worked/workers/filter")
    assert worker["name"] == "w1"
    shown = prefect("flow-run", "inspect", run["id"], "--output", "json").json()
    assert shown["state"]["name"] == "Completed"
