"""Deployments made in every way that users make them, and their runs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from commands import Prefect
from our_server import Server
from test_workers import FLOW, deploy
from waiting import until

SERVE = """
if __name__ == "__main__":
    work.serve(name="served", tags=["served"], parameters={{"x": 5}}, interval=3600, limit=2)
"""

PROJECT = """\
name: project
prefect-version: "3"
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: {folder}
deployments:
  - name: first
    entrypoint: work.py:work
    description: the first one
    tags: [a, b]
    version: "1.2"
    parameters: {{x: 11}}
    schedules:
      - cron: "0 9 * * 1-5"
        timezone: Europe/Berlin
        active: false
      - interval: 3600
    concurrency_limit: 2
    work_pool: {{name: {pool}, work_queue_name: urgent, job_variables: {{env: {{FROM: project}}}}}}
  - name: second
    entrypoint: work.py:work
    work_pool: {{name: {pool}}}
"""


def test_a_served_flow_runs(prefect: Prefect, server: Server) -> None:
    served = prefect.script("work.py", FLOW.format(name="serving") + SERVE.format())
    deployment = until(lambda: not server.is_missing("/deployments/name/serving/served")) and server.get(
        "/deployments/name/serving/served"
    )
    assert (deployment["tags"], deployment["parameters"]) == (["served"], {"x": 5})
    assert [schedule["schedule"]["interval"] for schedule in deployment["schedules"]] == [3600.0]
    prefect("deployment", "run", "serving/served", "--watch", "--param", "x=6", "--watch-interval", "1")
    runs = server.post(
        "/flow_runs/filter",
        flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}},
        deployments={"id": {"any_": [deployment["id"]]}},
    )
    assert [run["parameters"]["x"] for run in runs] == [6]
    assert "working on 6" in server.logs(runs[0]["id"])
    served.interrupt()
    served.process.wait(60)
    # It says goodbye by pausing what it had scheduled.
    assert server.get("/deployments/name/serving/served")["paused"] is True


def test_a_project_is_deployed(prefect: Prefect, server: Server) -> None:
    (prefect.folder / "work.py").write_text(FLOW.format(name="project"))
    (prefect.folder / "prefect.yaml").write_text(PROJECT.format(folder=prefect.folder, pool="project"))
    prefect("work-pool", "create", "project", "--type", "process")
    prefect("deploy", "--all")
    first = server.get("/deployments/name/project/first")
    assert (first["description"], first["version"], first["tags"]) == ("the first one", "1.2", ["a", "b"])
    assert (first["parameters"], first["work_queue_name"]) == ({"x": 11}, "urgent")
    assert first["job_variables"] == {"env": {"FROM": "project"}}
    assert first["global_concurrency_limit"]["limit"] == 2
    assert first["entrypoint"] == "work.py:work"
    schedules = {("cron" in one["schedule"], one["active"]) for one in first["schedules"]}
    assert schedules == {(True, False), (False, True)}
    second = server.get("/deployments/name/project/second")
    assert (second["work_queue_name"], second["schedules"]) == ("default", [])

    # Again, changed: the same deployment.
    text = (prefect.folder / "prefect.yaml").read_text().replace("x: 11", "x: 12")
    (prefect.folder / "prefect.yaml").write_text(text)
    prefect("deploy", "--name", "first")
    again = server.get("/deployments/name/project/first")
    assert (again["id"], again["parameters"]) == (first["id"], {"x": 12})
    assert len(again["schedules"]) == 2

    prefect("deployment", "run", "project/second")
    prefect.start("worker", "start", "--pool", "project", "--run-once").ends()
    (run,) = server.post("/flow_runs/filter", deployments={"id": {"any_": [second["id"]]}})
    assert run["state_name"] == "Completed"


@pytest.mark.core
def test_our_scheduler_makes_runs_that_a_worker_carries_out(prefect: Prefect, server: Server) -> None:
    name = deploy(prefect, "scheduled")
    deployment = server.get("/deployments/name/scheduled/local")
    soon = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    prefect("deployment", "schedule", "create", name, "--interval", "3600", "--anchor-date", soon.isoformat())
    (schedule,) = server.get("/deployments/name/scheduled/local")["schedules"]
    assert schedule["id"] in prefect("deployment", "schedule", "ls", name).out
    worker = prefect.start("worker", "start", "--pool", "scheduled")

    def completed() -> list[dict]:
        return server.post(
            "/flow_runs/filter",
            deployments={"id": {"any_": [deployment["id"]]}},
            flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}},
        )

    run = until(lambda: completed())[0]
    assert run["auto_scheduled"] is True
    assert "auto-scheduled" in run["tags"]
    assert datetime.fromisoformat(run["expected_start_time"].replace("Z", "+00:00")) == soon
    # A schedule that is paused takes its runs with it.
    prefect("deployment", "schedule", "pause", name, schedule["id"])
    assert server.get("/deployments/name/scheduled/local")["schedules"][0]["active"] is False

    def left() -> list[dict]:
        return server.post(
            "/flow_runs/filter",
            deployments={"id": {"any_": [deployment["id"]]}},
            flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}},
        )

    until(lambda: not left())
    prefect("deployment", "schedule", "resume", name, schedule["id"])
    until(left)
    prefect("deployment", "schedule", "clear", name, "--accept-yes")
    assert server.get("/deployments/name/scheduled/local")["schedules"] == []
    worker.interrupt()
    worker.ends()


@pytest.mark.core
def test_a_running_run_is_cancelled(prefect: Prefect, server: Server) -> None:
    name = deploy(prefect, "cancelled")
    prefect("deployment", "run", name, "--param", "x=1", "--param", "seconds=600")
    (run,) = server.flow_runs("cancelled")
    worker = prefect.start("worker", "start", "--pool", "cancelled")
    server.flow_run_is(run["id"], "Running")
    prefect("flow-run", "cancel", run["id"])
    ended = server.flow_run_ends(run["id"])
    assert (ended["state_type"], ended["state_name"]) == ("CANCELLED", "Cancelled")
    assert "Cancelling" in server.flow_states(run["id"])
    worker.interrupt()
    worker.ends()


def test_a_run_that_is_not_taken_is_cancelled_at_once(prefect: Prefect, server: Server) -> None:
    name = deploy(prefect, "untaken")
    prefect("deployment", "run", name, "--start-in", "2 hours")
    (run,) = server.flow_runs("untaken")
    assert run["state_name"] == "Scheduled"
    prefect("flow-run", "cancel", run["id"])
    assert server.get(f"/flow_runs/{run['id']}")["state_name"] == "Cancelled"


def test_commands(prefect: Prefect, server: Server) -> None:
    name = deploy(prefect, "commanded")
    inspected = prefect("deployment", "inspect", name, "-o", "json").json()
    deployment = server.get("/deployments/name/commanded/local")
    assert (inspected["id"], inspected["parameters"]) == (deployment["id"], {"x": 3})
    assert name in prefect("deployment", "ls").out
    listed = prefect("deployment", "ls", "--flow_name", "commanded", "-o", "json").json()
    assert [one["name"] for one in listed] == ["local"]
    prefect("deployment", "run", "--id", deployment["id"], "--tag", "extra", "--flow-run-name", "named")
    (run,) = server.flow_runs("commanded")
    assert (run["name"], set(run["tags"])) == ("named", {"deployed", "extra"})
    prefect("deployment", "run", name, "--param", "x=not a number", code=1)
    prefect("deployment", "schedule", "create", name, "--cron", "0 0 * * *", "--timezone", "Asia/Tokyo")
    prefect("deployment", "schedule", "create", name, "--rrule", "FREQ=DAILY;COUNT=2", "--accept-yes")
    schedules = server.get("/deployments/name/commanded/local")["schedules"]
    assert {one["schedule"]["timezone"] for one in schedules} == {"Asia/Tokyo", "UTC"}
    prefect("deployment", "schedule", "delete", name, schedules[0]["id"], "--accept-yes")
    left = server.get("/deployments/name/commanded/local")["schedules"]
    assert [one["id"] for one in left] == [schedules[1]["id"]]
    prefect("deployment", "delete", name)
    assert server.is_missing("/deployments/name/commanded/local")
    prefect("deployment", "inspect", name, code=1)
