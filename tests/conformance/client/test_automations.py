"""Automations, by the client's classes and by its command."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from commands import Prefect
from our_server import Server

from prefect.automations import Automation
from prefect.client.orchestration import get_client
from prefect.events.actions import ChangeFlowRunState, DoNothing, PauseAutomation, RunDeployment
from prefect.events.schemas.automations import (
    AutomationCore,
    CompoundTrigger,
    EventTrigger,
    Posture,
    ResourceSpecification,
    SequenceTrigger,
)

pytestmark = pytest.mark.core


def reactive(name: str) -> EventTrigger:
    return EventTrigger(
        expect={name},
        match=ResourceSpecification({"prefect.resource.id": "a.*"}),
        posture=Posture.Reactive,
        threshold=2,
        within=timedelta(seconds=60),
    )


def test_an_automation_comes_back_as_it_was(server: Server) -> None:
    made = Automation(
        name="everything",
        description="all kinds",
        tags=["t"],
        trigger=CompoundTrigger(
            require="any",
            within=timedelta(minutes=5),
            triggers=[
                reactive("one"),
                SequenceTrigger(triggers=[reactive("two"), reactive("three")], within=timedelta(seconds=30)),
                EventTrigger(
                    after={"begun"}, expect={"ended"}, posture=Posture.Proactive, within=timedelta(seconds=30)
                ),
            ],
        ),
        actions=[DoNothing(), ChangeFlowRunState(state="FAILED", name="Failed by rule")],
        actions_on_trigger=[PauseAutomation(source="inferred")],
    ).create()
    read = Automation.read(id=made.id)
    assert read.trigger == made.trigger
    assert read.actions == made.actions
    kept = server.get(f"/automations/{made.id}")
    assert (kept["description"], kept["enabled"], kept["tags"]) == ("all kinds", True, ["t"])
    assert [trigger["type"] for trigger in kept["trigger"]["triggers"]] == ["event", "sequence", "event"]
    assert [action["type"] for action in kept["actions"]] == ["do-nothing", "change-flow-run-state"]


def test_an_automation_is_changed_toggled_and_deleted(server: Server) -> None:
    made = Automation(name="changing", trigger=reactive("x"), actions=[DoNothing()]).create()
    path = f"/automations/{made.id}"
    made.name = "changed"
    made.update()
    assert server.get(path)["name"] == "changed"
    made.disable()
    assert server.get(path)["enabled"] is False
    made.enable()
    assert server.get(path)["enabled"] is True
    with get_client(sync_client=True) as client:
        assert [found.id for found in client.read_automations_by_name("changed")] == [made.id]
        assert made.id in {found.id for found in client.read_automations()}
    made.delete()
    assert server.is_missing(path)


async def test_the_asynchronous_client(server: Server) -> None:
    core = AutomationCore(
        name="awaited",
        trigger=reactive("y"),
        actions=[RunDeployment(source="inferred", parameters={"x": "{{ event.id }}"})],
    )
    async with get_client() as client:
        made = await client.create_automation(core)
        await client.pause_automation(made)
        read = await client.read_automation(made)
        assert read is not None
        assert (read.enabled, read.actions) == (False, core.actions)
        await client.delete_automation(made)
    assert server.is_missing(f"/automations/{made}")


def test_commands(prefect: Prefect, server: Server) -> None:
    description = {
        "name": "by hand",
        "trigger": {"type": "event", "posture": "Reactive", "expect": ["z"], "threshold": 1, "within": 0},
        "actions": [{"type": "do-nothing"}],
    }
    (prefect.folder / "automation.json").write_text(json.dumps(description))
    prefect("automation", "create", "--from-file", "automation.json")
    (made,) = server.post("/automations/filter", automations={"name": {"any_": ["by hand"]}})
    path = f"/automations/{made['id']}"
    assert "by hand" in prefect("automation", "ls").out
    (shown,) = prefect("automation", "inspect", "by hand", "--json").json()
    assert shown["trigger"]["expect"] == ["z"]
    prefect("automation", "pause", "by hand")
    assert server.get(path)["enabled"] is False
    prefect("automation", "resume", "--id", made["id"])
    assert server.get(path)["enabled"] is True
    prefect("automation", "delete", "by hand")
    assert server.is_missing(path)
    prefect("automation", "inspect", "by hand", code=1)
