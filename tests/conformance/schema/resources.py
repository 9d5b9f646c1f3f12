"""Some of everything that a server keeps, so that requests made up by chance find something at their paths."""

from __future__ import annotations

import uuid
from typing import Any

from our_server import Server

# How many there are of each; those that are deleted on the way should not be the last.
COUNT = 6

TEMPLATE = {
    "job_configuration": {"command": "{{ command }}"},
    "variables": {"type": "object", "properties": {"command": {"type": "string"}}},
}
TRIGGER = {"type": "event", "posture": "Reactive", "expect": ["x"], "threshold": 1, "within": 0}


class Known:
    """What may stand in a path or a body: by resource (or `any`) and parameter, the values that mean something."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, list[Any]]] = {}

    def add(self, resource: str, **values: Any) -> None:
        for name, value in values.items():
            self.values.setdefault(resource, {}).setdefault(name, []).append(value)


def make(server: Server) -> dict[str, dict[str, list[Any]]]:
    """Makes them, and says what they are called."""
    known = Known()
    for number in range(COUNT):
        _runs(server, known, number)
        _deployments(server, known, number)
        _blocks(server, known, number)
        _others(server, known, number)
    known.add("collections", view="aggregate-worker-metadata")
    return known.values


def _runs(server: Server, known: Known, number: int) -> None:
    flow = server.post("/flows/", name=f"flow-{number}", tags=["t"])
    known.add("flows", id=flow["id"], name=flow["name"])
    known.add("any", flow_id=flow["id"])
    for state in ("SCHEDULED", "RUNNING", "COMPLETED"):
        run = server.post("/flow_runs/", flow_id=flow["id"], state={"type": state}, parameters={"x": 1})
        known.add("flow_runs", id=run["id"], key="answer")
        known.add("any", flow_run_id=run["id"], parent_flow_run_id=run["id"])
        known.add("flow_run_states", id=run["state_id"])
        server.request("POST", f"/flow_runs/{run['id']}/input", {"key": "answer", "value": "1"})
        task_run = server.post(
            "/task_runs/", flow_run_id=run["id"], task_key="task", dynamic_key="0", state={"type": state}
        )
        known.add("task_runs", id=task_run["id"])
        known.add("any", task_run_id=task_run["id"])
        known.add("task_run_states", id=task_run["state_id"])
        known.add("ui", id=task_run["id"])


def _deployments(server: Server, known: Known, number: int) -> None:
    pool = server.post("/work_pools/", name=f"pool-{number}", type="process", base_job_template=TEMPLATE)
    queue = server.post(f"/work_pools/{pool['name']}/queues", name=f"queue-{number}")
    server.request("POST", f"/work_pools/{pool['name']}/workers/heartbeat", {"name": f"worker-{number}"})
    # One name serves for the pool, its queue and its worker, which are told apart by their paths.
    known.add("work_pools", name=pool["name"], work_pool_name=pool["name"])
    known.add("work_pools.queues", name=queue["name"], work_pool_name=pool["name"])
    known.add("work_pools.workers", name=f"worker-{number}", work_pool_name=pool["name"])
    known.add("work_queues", id=queue["id"], name=queue["name"])
    known.add("any", work_pool_name=pool["name"], work_queue_id=queue["id"], work_pool_id=pool["id"])
    flow = known.values["flows"]["id"][number]
    deployment = server.post(
        "/deployments/",
        name=f"deployment-{number}",
        flow_id=flow,
        work_pool_name=pool["name"],
        schedules=[{"schedule": {"interval": 3600}}],
        parameter_openapi_schema={"type": "object", "properties": {"x": {"type": "integer"}}},
        parameters={"x": 1},
        concurrency_limit=2,
    )
    known.add(
        "deployments",
        id=deployment["id"],
        schedule_id=deployment["schedules"][0]["id"],
        flow_name=f"flow-{number}",
        deployment_name=deployment["name"],
    )
    known.add("any", deployment_id=deployment["id"])


def _blocks(server: Server, known: Known, number: int) -> None:
    kind = server.post("/block_types/", name=f"Kind {number}", slug=f"kind-{number}")
    fields = {"title": f"Kind {number}", "type": "object", "properties": {"a": {"type": "string"}}}
    schema = server.post("/block_schemas/", block_type_id=kind["id"], fields=fields)
    document = server.post(
        "/block_documents/",
        name=f"document-{number}",
        block_type_id=kind["id"],
        block_schema_id=schema["id"],
        data={"a": "1"},
    )
    known.add("block_types", id=kind["id"], slug=kind["slug"], block_document_name=document["name"])
    known.add("block_schemas", id=schema["id"], checksum=schema["checksum"])
    known.add("block_documents", id=document["id"])
    known.add("any", block_type_id=kind["id"], block_schema_id=schema["id"], block_document_id=document["id"])


def _others(server: Server, known: Known, number: int) -> None:
    variable = server.post("/variables/", name=f"variable_{number}", value={"n": number})
    known.add("variables", id=variable["id"], name=variable["name"])
    artifact = server.post("/artifacts/", key=f"artifact-{number}", type="markdown", data="text")
    known.add("artifacts", id=artifact["id"], key=artifact["key"])
    tag = server.post("/concurrency_limits/", tag=f"tag-{number}", concurrency_limit=3)
    known.add("concurrency_limits", id=tag["id"], tag=tag["tag"])
    limit = server.post("/v2/concurrency_limits/", name=f"limit-{number}", limit=4)
    lease = server.post(
        "/v2/concurrency_limits/increment-with-lease", names=[limit["name"]], slots=1, mode="concurrency"
    )
    known.add("v2", id_or_name=limit["name"], lease_id=lease["lease_id"])
    known.add("any", names=[limit["name"]], lease_id=lease["lease_id"], tag=tag["tag"])
    search = server.request("PUT", "/saved_searches/", {"name": f"search-{number}", "filters": []})
    known.add("saved_searches", id=search["id"])
    automation = server.post(
        "/automations/", name=f"automation-{number}", trigger=TRIGGER, actions=[{"type": "do-nothing"}]
    )
    known.add("automations", id=automation["id"], resource_id=f"prefect.automation.{automation['id']}")
    server.request(
        "POST",
        "/events",
        [
            {
                "id": str(uuid.UUID(int=number)),
                "occurred": f"2026-01-01T00:00:0{number}Z",
                "event": "some.event",
                "resource": {"prefect.resource.id": f"some.{number}"},
            }
        ],
    )
