"""Tasks that one process asks for and another carries out."""

from __future__ import annotations

from uuid import UUID

import pytest
from commands import Prefect
from our_server import ENDED, Server
from waiting import until

from prefect.client.orchestration import get_client

pytestmark = pytest.mark.core

# One script for both sides: the client knows a task by its code, and the file belongs to that.
TASKS = """\
import sys

from prefect import task
from prefect.task_worker import serve

@task(name="{name}", persist_result=True, retries=1, retry_delay_seconds=0)
def double(x: int) -> int:
    if x < 0:
        raise ValueError("negative")
    return x * 2

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(double)
    elif sys.argv[1] == "wait":
        future = double.delay(21)
        future.wait(timeout=60)
        print("result", future.result())
    else:
        for x in (1, 2, -3):
            print("asked", double.delay(x).task_run_id, flush=True)
"""


def asked(prefect: Prefect, name: str) -> list[str]:
    """The runs of three tasks that another process asks for."""
    printed = prefect.script("tasks.py", TASKS.format(name=name), "ask").ends()
    return [line.split()[1] for line in printed.splitlines() if line.startswith("asked ")]


def carried_out(server: Server, runs: list[str]) -> None:
    def look() -> list[dict]:
        return [server.get(f"/task_runs/{run}") for run in runs]

    ended = until(look, lambda found: all(run["state_type"] in ENDED for run in found))
    assert [run["state_name"] for run in ended] == ["Completed", "Completed", "Failed"]
    assert [run["flow_run_id"] for run in ended] == [None] * 3
    assert server.task_states(runs[0]) == ["Scheduled", "Pending", "Running", "Completed"]
    assert server.task_states(runs[2])[-2:] == ["Retrying", "Failed"]
    with get_client(sync_client=True) as client:
        state = client.read_task_run(UUID(runs[1])).state
    assert state is not None
    assert state.result() == 4


def test_what_was_asked_for_before_is_carried_out_by_serve(prefect: Prefect, server: Server) -> None:
    runs = asked(prefect, "served")
    assert [server.get(f"/task_runs/{run}")["state_name"] for run in runs] == ["Scheduled"] * 3
    prefect.script("tasks.py", TASKS.format(name="served"), "serve")
    carried_out(server, runs)
    keys = {key for worker in server.post("/task_workers/filter") for key in worker["task_keys"]}
    assert server.get(f"/task_runs/{runs[0]}")["task_key"] in keys


def test_a_future_waits_for_a_task_of_another_process(prefect: Prefect) -> None:
    prefect.script("tasks.py", TASKS.format(name="awaited"), "serve")
    assert "result 42" in prefect.script("tasks.py", TASKS.format(name="awaited"), "wait").ends()


def test_the_command_serves_tasks(prefect: Prefect, server: Server) -> None:
    (prefect.folder / "tasks.py").write_text(TASKS.format(name="commanded"))
    prefect.start("task", "serve", "tasks.py:double", "--limit", "2")
    ask = "from tasks import double\nfor x in (1, 2, -3): print('asked', double.delay(x).task_run_id, flush=True)\n"
    printed = prefect.script("ask.py", ask).ends()
    carried_out(server, [line.split()[1] for line in printed.splitlines() if line.startswith("asked ")])
