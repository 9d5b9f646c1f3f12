"""Flows that pause or suspend, and go on with what somebody gives them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from commands import Prefect
from our_server import Server
from test_workers import deploy
from waiting import until

from prefect import flow, pause_flow_run, resume_flow_run, task
from prefect.input import RunInput

pytestmark = pytest.mark.core


class Approval(RunInput):
    approved: bool
    note: str = "none"


def started(server: Server, called: Callable[[], Any], name: str) -> tuple[Future[Any], UUID]:
    """The flow called in a thread, and its run once it is paused."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(called)
    pool.shutdown(wait=False)
    (run,) = until(
        lambda: server.flow_runs(name), lambda runs: [run["state_name"] for run in runs] == ["Paused"] or future.done()
    )
    assert not future.done(), future.result()
    return future, UUID(run["id"])


def test_a_paused_flow_goes_on(server: Server) -> None:
    @task
    def step(x: int) -> int:
        return x + 1

    @flow(name="pausing")
    def pausing() -> int:
        x = step(1)
        pause_flow_run(timeout=100, poll_interval=1)
        return step(x)

    future, run_id = started(server, pausing, "pausing")
    paused = server.get(f"/flow_runs/{run_id}")["state"]
    assert paused["state_details"]["pause_reschedule"] is False
    assert paused["state_details"]["pause_timeout"] is not None
    resume_flow_run(run_id)
    assert future.result(60) == 3
    assert server.flow_states(run_id) == ["Pending", "Running", "Paused", "Running", "Completed"]


def test_a_paused_flow_goes_on_with_input(server: Server) -> None:
    @flow(name="asking")
    def asking() -> Approval:
        return pause_flow_run(wait_for_input=Approval.with_initial_data(note="please"), timeout=100, poll_interval=1)

    future, run_id = started(server, asking, "asking")
    # What may be given is described where the page looks for it; the client writes that once it is paused.
    keyset = server.get(f"/flow_runs/{run_id}")["state"]["state_details"]["run_input_keyset"]
    path = f"/flow_runs/{run_id}/input/{keyset['schema']}"
    until(lambda: not server.is_missing(path))
    schema = server.get(path)
    assert set(schema["properties"]) == {"approved", "note"}
    answer = server.post(f"/flow_runs/{run_id}/resume", run_input={"approved": "certainly not a boolean"})
    assert (answer["status"], "certainly not" in answer["details"]["reason"]) == ("REJECT", True)
    resume_flow_run(run_id, run_input={"approved": True, "note": "fine"})
    given = future.result(60)
    assert (given.approved, given.note) == (True, "fine")
    assert server.flow_states(run_id)[-1] == "Completed"


def test_a_pause_ends_by_its_time_limit(server: Server) -> None:
    from prefect.exceptions import FlowPauseTimeout

    @flow(name="impatient")
    def impatient() -> None:
        pause_flow_run(timeout=1, poll_interval=1)

    with pytest.raises(FlowPauseTimeout):
        impatient()
    (run,) = server.flow_runs("impatient")
    ended = server.flow_run_ends(run["id"])
    assert ended["state_type"] == "FAILED"


SUSPENDING = """\
from prefect import flow, suspend_flow_run, task
from prefect.input import RunInput

class Amount(RunInput):
    amount: int

@task(persist_result=True)
def first() -> int:
    print("first is working")
    return 1

@flow(name="{name}", persist_result=True, log_prints=True)
def work(x: int) -> int:
    x = first()
    given = suspend_flow_run(wait_for_input=Amount, timeout=300)
    print(f"given {{given.amount + x}}")
    return given.amount + x
"""


def test_a_suspended_flow_is_left_by_its_worker_and_taken_up_again_with_input(prefect: Prefect, server: Server) -> None:
    deployment = deploy(prefect, "suspended", SUSPENDING)
    prefect("deployment", "run", deployment)
    (run,) = server.flow_runs("suspended")
    prefect.start("worker", "start", "--pool", "suspended", "--run-once").ends()
    state = server.get(f"/flow_runs/{run['id']}")["state"]
    assert (state["type"], state["name"]) == ("PAUSED", "Suspended")
    resume_flow_run(UUID(run["id"]), run_input={"amount": 41})
    again = server.get(f"/flow_runs/{run['id']}")["state"]
    assert (again["type"], again["name"]) == ("SCHEDULED", "Resuming")
    prefect.start("worker", "start", "--pool", "suspended", "--run-once").ends()
    ended = server.get(f"/flow_runs/{run['id']}")
    # It is the same run that goes on, so it is not counted again.
    assert (ended["state_name"], ended["run_count"]) == ("Completed", 1)
    logs = until(lambda: server.logs(run["id"]), lambda logs: "given 42" in logs)
    # What was done before is not done again.
    assert logs.count("first is working") == 1
