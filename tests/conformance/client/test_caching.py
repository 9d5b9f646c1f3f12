"""Caching, persisted results and transactions of the real client, whose states our server keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from our_server import Server

from prefect import flow, task
from prefect.cache_policies import INPUTS, RUN_ID, TASK_SOURCE
from prefect.filesystems import LocalFileSystem
from prefect.transactions import Transaction, get_transaction, transaction

pytestmark = pytest.mark.core


@pytest.fixture
def storage(tmp_path: Path) -> LocalFileSystem:
    """A folder for results, saved as a block, as results ask of their storage."""
    block = LocalFileSystem(basepath=str(tmp_path / "results"))
    block.save(f"results-{tmp_path.name.replace('_', '-')}", overwrite=True)
    return block


def test_a_cached_result_is_taken_by_a_later_run(server: Server, storage: LocalFileSystem) -> None:
    calls: list[int] = []

    @task(cache_policy=INPUTS + TASK_SOURCE, persist_result=True, result_storage=storage)
    def costly(x: int) -> int:
        calls.append(x)
        return x * 2

    @flow
    def caching(x: int) -> int:
        return costly(x)

    first = caching(4, return_state=True)
    second = caching(4, return_state=True)
    third = caching(5, return_state=True)
    assert [state.result() for state in (first, second, third)] == [8, 8, 10]
    assert calls == [4, 5]
    runs = [server.task_runs(state.state_details.flow_run_id, 1)[0] for state in (first, second, third)]
    assert [run["state_name"] for run in runs] == ["Completed", "Cached", "Completed"]
    # The cached one names what it took, and that is not run again, which its count of runs says.
    keys = [run["state"]["state_details"]["task_parameters_id"] for run in runs]
    assert keys == [None] * 3
    assert runs[1]["state"]["data"]["storage_key"] == runs[0]["state"]["data"]["storage_key"]
    assert runs[2]["state"]["data"]["storage_key"] != runs[0]["state"]["data"]["storage_key"]


def test_a_cache_within_a_run_does_not_reach_the_next(server: Server, storage: LocalFileSystem) -> None:
    calls: list[int] = []

    @task(cache_policy=RUN_ID + INPUTS, persist_result=True, result_storage=storage)
    def costly(x: int) -> int:
        calls.append(x)
        return x

    @flow
    def twice() -> int:
        return costly(1) + costly(1)

    states = [twice(return_state=True), twice(return_state=True)]
    assert [state.result() for state in states] == [2, 2]
    assert calls == [1, 1]
    for state in states:
        runs = server.task_runs(state.state_details.flow_run_id, 2)
        assert [run["state_name"] for run in runs] == ["Completed", "Cached"]


def test_a_persisted_result_is_read_from_the_state_that_the_server_keeps(
    server: Server, storage: LocalFileSystem
) -> None:
    from prefect.client.orchestration import get_client

    @flow(persist_result=True, result_storage=storage)
    def answering() -> dict[str, list[int]]:
        return {"numbers": [1, 2, 3]}

    run_id = answering(return_state=True).state_details.flow_run_id
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run_id).state
    assert state is not None
    assert state.result() == {"numbers": [1, 2, 3]}
    data = server.get(f"/flow_runs/{run_id}")["state"]["data"]
    assert data["storage_block_id"] == str(storage._block_document_id)


def test_a_transaction_is_rolled_back(server: Server, tmp_path: Path) -> None:
    seen: list[str] = []

    @task
    def write(name: str) -> None:
        (tmp_path / name).write_text("there")
        get_transaction().set("name", name)

    @write.on_rollback
    def remove(held: Transaction) -> None:
        seen.append(f"rollback {held.get('name')}")
        (tmp_path / held.get("name")).unlink()

    @write.on_commit
    def note(held: Transaction) -> None:
        seen.append(f"commit {held.get('name')}")

    @task
    def check(ok: bool) -> None:
        if not ok:
            raise ValueError("not good enough")

    @flow
    def pipeline(ok: bool) -> None:
        with transaction():
            write("a")
            check(ok)

    bad = pipeline(False, return_state=True)
    assert bad.is_failed()
    assert seen == ["rollback a"]
    assert not (tmp_path / "a").exists()
    runs = server.task_runs(bad.state_details.flow_run_id, 2)
    assert [run["state_name"] for run in runs] == ["RolledBack", "Failed"]
    assert server.task_states(runs[0]["id"])[-2:] == ["Completed", "RolledBack"]

    good = pipeline(True, return_state=True)
    assert good.is_completed()
    assert seen == ["rollback a", "commit a"]
    assert (tmp_path / "a").exists()
    runs = server.task_runs(good.state_details.flow_run_id, 2)
    assert [run["state_name"] for run in runs] == ["Completed", "Completed"]
