"""Commands that older clients don't have."""

from __future__ import annotations

from commands import Prefect
from our_server import Server

from prefect import flow


def test_requests_of_any_kind(prefect: Prefect, server: Server) -> None:
    made = prefect("api", "POST", "/variables/", "--data", '{"name": "by_api", "value": 1}').json()
    assert server.get(f"/variables/{made['id']}")["value"] == 1
    assert prefect("api", "GET", f"/variables/{made['id']}").json()["name"] == "by_api"
    prefect("api", "PATCH", f"/variables/{made['id']}", "--data", '{"value": 2}')
    assert server.get(f"/variables/{made['id']}")["value"] == 2
    prefect("api", "DELETE", f"/variables/{made['id']}")
    assert server.is_missing(f"/variables/{made['id']}")
    prefect("api", "GET", f"/variables/{made['id']}", code=4)


def test_slots_of_pools_and_queues(prefect: Prefect, server: Server) -> None:
    prefect("work-pool", "create", "pool-s", "--type", "process")
    prefect("work-pool", "set-concurrency-limit", "pool-s", "4")
    shown = prefect("work-pool", "slots", "pool-s", "-o", "json").json()
    assert (shown["active_slots"], shown["concurrency_limit"]) == (0, 4)
    assert prefect("work-queue", "slots", "default", "--pool", "pool-s", "-o", "json").json()["active_slots"] == 0


def test_watching_a_run(prefect: Prefect, server: Server) -> None:
    @flow(name="watched")
    def watched() -> None: ...

    run_id = watched(return_state=True).state_details.flow_run_id
    assert "Completed" in prefect("flow-run", "watch", run_id).out
