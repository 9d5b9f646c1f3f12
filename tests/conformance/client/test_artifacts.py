"""Artifacts of every kind that the real client makes."""

from __future__ import annotations

import pytest
from commands import Prefect
from our_server import Refused, Server

from prefect import flow, task
from prefect.artifacts import (
    Artifact,
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

pytestmark = pytest.mark.core


def test_artifacts_of_a_run(server: Server) -> None:
    @task
    def publish(key: str) -> None:
        create_markdown_artifact("# Report", key=f"{key}-markdown", description="what was found")
        create_table_artifact([{"a": 1, "b": "x"}], key=f"{key}-table")
        create_link_artifact("https://example.org/", link_text="there", key=f"{key}-link")
        create_image_artifact("https://example.org/a.png", key=f"{key}-image")
        progress = create_progress_artifact(10.0, key=f"{key}-progress")
        update_progress_artifact(progress, 55.0)

    @flow
    def publishing() -> None:
        publish("kinds")

    run_id = publishing(return_state=True).state_details.flow_run_id
    found = server.post("/artifacts/filter", flow_runs={"id": {"any_": [str(run_id)]}})
    kinds = {one["key"]: (one["type"], one["data"]) for one in found}
    assert kinds == {
        "kinds-markdown": ("markdown", "# Report"),
        "kinds-table": ("table", '[{"a": 1, "b": "x"}]'),
        "kinds-link": ("markdown", "[there](https://example.org/)"),
        "kinds-image": ("image", "https://example.org/a.png"),
        "kinds-progress": ("progress", 55.0),
    }
    (task_run,) = server.task_runs(run_id, 1)
    assert {(one["flow_run_id"], one["task_run_id"]) for one in found} == {(str(run_id), task_run["id"])}
    with get_client(sync_client=True) as client:
        (read,) = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["kinds-markdown"])))
        assert (read.description, read.data) == ("what was found", "# Report")


def test_the_latest_of_a_key_is_shown(server: Server) -> None:
    for number in range(3):
        create_markdown_artifact(f"version {number}", key="latest")
    latest = Artifact.get("latest")
    assert latest is not None
    assert latest.data == "version 2"
    assert server.get("/artifacts/latest/latest")["data"] == "version 2"
    found = server.post("/artifacts/latest/filter", artifacts={"key": {"any_": ["latest"]}})
    assert [one["latest_id"] for one in found] == [str(latest.id)]
    made, is_new = Artifact.get_or_create(key="latest", data="never", type="markdown")
    assert (made.data, is_new) == ("version 2", False)
    with pytest.raises(Refused) as refused:
        server.post("/artifacts/", key="Not A Key", type="markdown", data="x")
    assert refused.value.status == 422


@pytest.mark.newer
def test_commands(prefect: Prefect, server: Server) -> None:
    for number in range(2):
        create_markdown_artifact(f"version {number}", key="commanded", description="by hand")
    listed = prefect("artifact", "ls", "-o", "json").json()
    assert [one["description"] for one in listed if one["key"] == "commanded"] == ["by hand"]
    assert "commanded" in prefect("artifact", "ls").out
    inspected = prefect("artifact", "inspect", "commanded", "-o", "json").json()
    assert [one["data"] for one in inspected] == ["version 1", "version 0"]
    prefect("artifact", "delete", "--id", inspected[0]["id"])
    assert server.get("/artifacts/commanded/latest")["data"] == "version 0"
    prefect("artifact", "delete", "commanded")
    assert server.is_missing("/artifacts/commanded/latest")
    prefect("artifact", "inspect", "commanded", code=1)
