"""Concurrency limits: slots taken by code, rates, tags of tasks, and the commands of both kinds."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from commands import Prefect
from our_server import Server
from waiting import until

from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.asyncio import concurrency as aconcurrency
from prefect.concurrency.sync import concurrency, rate_limit

pytestmark = pytest.mark.core


def make(name: str, limit: int, **more: object) -> None:
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=limit, **more))


class Crowd:
    """How many are in at once, at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0
        self.total = 0

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.total += 1
            self.most = max(self.most, self._now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._now -= 1


def test_no_more_than_the_limit_are_in_at_once(server: Server) -> None:
    make("crowded", 2)
    crowd = Crowd()
    seen: list[int] = []

    def enter(_: int) -> None:
        with concurrency("crowded", occupy=1, timeout_seconds=100), crowd:
            seen.append(server.get("/v2/concurrency_limits/crowded")["active_slots"])
            time.sleep(0.05)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(enter, range(6)))
    assert (crowd.total, crowd.most) == (6, 2)
    assert set(seen) <= {1, 2}
    assert server.get("/v2/concurrency_limits/crowded")["active_slots"] == 0


def test_who_waits_too_long_is_told(server: Server) -> None:
    make("single", 1)
    with concurrency("single"), pytest.raises(TimeoutError), concurrency("single", timeout_seconds=0.5):
        pass
    assert server.get("/v2/concurrency_limits/single")["active_slots"] == 0


async def test_slots_of_several_limits_are_taken_together(server: Server) -> None:
    make("left", 3)
    make("right", 3)
    async with aconcurrency(["left", "right"], occupy=2):
        taken = [server.get(f"/v2/concurrency_limits/{name}")["active_slots"] for name in ("left", "right")]
    assert taken == [2, 2]
    free = [server.get(f"/v2/concurrency_limits/{name}")["active_slots"] for name in ("left", "right")]
    assert free == [0, 0]


def test_a_limit_that_does_not_exist_matters_only_when_that_is_asked(server: Server) -> None:
    with concurrency("nowhere", occupy=1):
        pass
    with pytest.raises(Exception, match="nowhere"), concurrency("nowhere", strict=True):
        pass


def test_a_rate_is_kept(server: Server) -> None:
    make("steady", 1, slot_decay_per_second=2.0)
    start = time.monotonic()
    for _ in range(3):
        rate_limit("steady")
    # One slot at once, and then two a second: it can't be quicker, however slow the machine is.
    assert time.monotonic() - start >= 0.9


def test_tasks_with_a_limited_tag_wait_for_each_other(server: Server) -> None:
    with get_client(sync_client=True) as client:
        client.create_concurrency_limit(tag="narrow", concurrency_limit=1)
    crowd = Crowd()

    @task(tags=["narrow"])
    def enter(x: int) -> int:
        with crowd:
            until(lambda: server.get("/concurrency_limits/tag/narrow")["active_slots"])
            time.sleep(0.1)
        return x

    @flow
    def squeezing() -> list[int]:
        return enter.map([1, 2, 3]).result()

    state = squeezing(return_state=True)
    assert state.result() == [1, 2, 3]
    assert (crowd.total, crowd.most) == (3, 1)
    assert server.get("/concurrency_limits/tag/narrow")["active_slots"] == []


def test_a_tag_without_slots_ends_its_tasks(server: Server) -> None:
    with get_client(sync_client=True) as client:
        client.create_concurrency_limit(tag="shut", concurrency_limit=0)

    @task(tags=["shut"])
    def never() -> None:
        raise AssertionError("it ran")

    @flow
    def trying() -> None:
        never()

    state = trying(return_state=True)
    assert state.is_failed()
    assert state.message is not None
    assert "Unable to acquire concurrency slots on ['tag:shut']" in state.message
    (run,) = server.post("/task_runs/filter", flow_runs={"id": {"any_": [str(state.state_details.flow_run_id)]}})
    # The client leaves it there, and tells nobody: that is its own fault.
    assert run["state_name"] == "Pending"


def test_commands_of_tag_limits(prefect: Prefect, server: Server) -> None:
    prefect("concurrency-limit", "create", "by-hand", "4")
    kept = server.get("/concurrency_limits/tag/by-hand")
    assert (kept["concurrency_limit"], kept["active_slots"]) == (4, [])
    assert "by-hand" in prefect("concurrency-limit", "ls").out
    assert "by-hand" in prefect("concurrency-limit", "inspect", "by-hand").out
    prefect("concurrency-limit", "reset", "by-hand")
    prefect("concurrency-limit", "delete", "by-hand")
    assert server.is_missing("/concurrency_limits/tag/by-hand")
    prefect("concurrency-limit", "inspect", "by-hand", code=1)


def test_commands_of_global_limits(prefect: Prefect, server: Server) -> None:
    path = "/v2/concurrency_limits/by-hand"
    prefect("global-concurrency-limit", "create", "by-hand", "--limit", "3", "--slot-decay-per-second", "0.5")
    kept = server.get(path)
    assert (kept["limit"], kept["slot_decay_per_second"], kept["active"]) == (3, 0.5, True)
    assert "by-hand" in prefect("global-concurrency-limit", "ls").out
    shown = prefect("global-concurrency-limit", "inspect", "by-hand", "-o", "json").json()
    assert (shown["name"], shown["limit"]) == ("by-hand", 3)
    prefect("global-concurrency-limit", "update", "by-hand", "--limit", "9")
    prefect("gcl", "disable", "by-hand")
    assert (server.get(path)["limit"], server.get(path)["active"]) == (9, False)
    prefect("gcl", "enable", "by-hand")
    assert server.get(path)["active"] is True
    prefect("gcl", "enable", "by-hand", code=1)
    prefect("gcl", "delete", "by-hand")
    assert server.is_missing(path)
    prefect("gcl", "inspect", "by-hand", code=1)
