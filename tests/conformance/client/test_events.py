"""Events that the real client emits, filters, and listens to."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from commands import Prefect
from our_server import Server

from prefect.events import emit_event
from prefect.events.clients import get_events_client, get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter
from prefect.events.schemas.events import Event, RelatedResource, Resource

pytestmark = pytest.mark.core


def test_an_emitted_event_is_kept_as_it_was(server: Server) -> None:
    emitted = emit_event(
        "shop.sold",
        {"prefect.resource.id": "shop.1", "prefect.resource.name": "Corner"},
        related=[{"prefect.resource.id": "item.7", "prefect.resource.role": "item", "colour": "blue"}],
        payload={"price": 9.5, "nested": {"list": [1, None, "ü"]}},
    )
    assert emitted is not None
    (kept,) = server.events("shop.sold")
    assert kept["id"] == str(emitted.id)
    assert kept["resource"] == {"prefect.resource.id": "shop.1", "prefect.resource.name": "Corner"}
    assert kept["related"][0]["colour"] == "blue"
    assert kept["payload"] == {"price": 9.5, "nested": {"list": [1, None, "ü"]}}
    assert datetime.fromisoformat(kept["occurred"].replace("Z", "+00:00")) == emitted.occurred


def test_events_are_found_by_what_they_say(server: Server) -> None:
    for number in range(3):
        emit_event(f"find.{number}", {"prefect.resource.id": f"find.thing.{number}"})
    server.events("find.0", "find.1", "find.2", count=3)

    def names(**filters: object) -> set[str]:
        return {event["event"] for event in server.post("/events/filter", filter=filters)["events"]}

    assert names(event={"prefix": ["find."]}) == {"find.0", "find.1", "find.2"}
    assert names(event={"prefix": ["find."], "exclude_name": ["find.1"]}) == {"find.0", "find.2"}
    assert names(resource={"id_prefix": ["find.thing.2"]}) == {"find.2"}
    assert names(any_resource={"id": ["find.thing.0", "find.thing.1"]}) == {"find.0", "find.1"}
    later = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
    assert names(event={"prefix": ["find."]}, occurred={"since": later}) == set()
    counted = server.post("/events/count-by/event", filter={"event": {"prefix": ["find."]}})
    assert {one["value"]: one["count"] for one in counted} == {"find.0": 1, "find.1": 1, "find.2": 1}


async def test_a_subscriber_gets_what_it_asks_for(server: Server) -> None:
    wanted = EventFilter(event=EventNameFilter(name=["live.wanted"]), resource=EventResourceFilter(id=["live.1"]))

    def event(name: str, resource: str, number: int) -> Event:
        return Event(
            event=name,
            resource=Resource({"prefect.resource.id": resource}),
            related=[RelatedResource({"prefect.resource.id": "a", "prefect.resource.role": "b"})],
            payload={"number": number},
        )

    got: list[int] = []
    async with get_events_subscriber(filter=wanted) as subscriber, get_events_client() as client:
        for number in range(20):
            await client.emit(event("live.wanted", "live.1", number))
            await client.emit(event("live.other", "live.1", number))
            await client.emit(event("live.wanted", "live.2", number))
        async for one in subscriber:
            got.append(one.payload["number"])
            if len(got) == 20:
                break
    assert got == list(range(20))


def test_commands(prefect: Prefect, server: Server) -> None:
    # Its option --output-file is left out: what the client does there fails for every event (it enters the context of a
    # coroutine).
    stream = prefect.start("events", "stream")
    stream.says("Subscribing to event stream...")
    prefect("event", "emit", "by.hand", "--resource-id", "hand.1", "--payload", '{"n": 1}')
    server.events("by.hand")
    # What came between its start and its subscription it gets as well.
    printed = stream.says("by.hand")
    (event,) = [json.loads(line) for line in printed.splitlines() if "by.hand" in line]
    assert (event["resource"]["prefect.resource.id"], event["payload"]) == ("hand.1", {"n": 1})
