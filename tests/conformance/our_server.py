"""Our server in a process and on a home of its own, and what its API says to plain HTTP."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from uuid import UUID

from waiting import until

# What the server does by itself is done often, so that nobody waits for it.
LOOPS = {
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "0.5",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "1",
}

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class Refused(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Server:
    """A running server; `url` is its API.

    With CONFORMANCE_API_URL it is the server at that address instead, such as Prefect's own: what is claimed here of
    ours has to hold there.
    """

    def __init__(self, home: Path, database: str) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._database: Database | None = None
        home.mkdir(parents=True)
        if given := os.environ.get("CONFORMANCE_API_URL"):
            self.url = given
            return
        self.log = home / "server.log"
        if database == "postgres":
            self._database = Database()
        environment = LOOPS | {"HOME": str(home), "MILLIWAYS_HOME": str(home), "PATH": "/usr/bin:/bin"}
        if self._database is not None:
            environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = self._database.url
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [os.environ["MILLIWAYS_BIN"], "server", "start", "--port", "0", "--no-ui"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("api "):
                self.url = line.split()[1]
                return
        raise RuntimeError(self.log.read_text()[-4_000:])

    def stop(self) -> None:
        """Ends it, and fails where it had ended before or ends badly."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(30)
        if self._database is not None:
            self._database.drop()
        assert code == 0, f"the server ended with {code}: {self.log.read_text()[-4_000:]}"

    def request(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode()) from None
        return json.loads(text) if text else None

    def get(self, path: str) -> Any:
        return self.request("GET", path)

    def post(self, path: str, **body: Any) -> Any:
        return self.request("POST", path, body)

    def patch(self, path: str, **body: Any) -> Any:
        return self.request("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.request("DELETE", path)

    def is_missing(self, path: str) -> bool:
        """Whether there is nothing at that path."""
        try:
            self.get(path)
        except Refused as refused:
            return refused.status == 404
        return False

    def flow_states(self, flow_run_id: UUID | str) -> list[str]:
        return [state["name"] for state in self.get(f"/flow_run_states/?flow_run_id={flow_run_id}")]

    def task_states(self, task_run_id: UUID | str) -> list[str]:
        return [state["name"] for state in self.get(f"/task_run_states/?task_run_id={task_run_id}")]

    def logs(self, flow_run_id: UUID | str) -> list[str]:
        filters = {"flow_run_id": {"any_": [str(flow_run_id)]}}
        return [log["message"] for log in self.post("/logs/filter", logs=filters, sort="TIMESTAMP_ASC")]

    def flow_runs(self, flow: str) -> list[dict[str, Any]]:
        """The runs of a flow, by its name, oldest first."""
        runs = self.post("/flow_runs/filter", flows={"name": {"any_": [flow]}})
        return sorted(runs, key=lambda run: run["created"])

    def task_runs(self, flow_run_id: UUID | str, count: int) -> list[dict[str, Any]]:
        """The task runs of a flow run, oldest first, once there are `count` that have ended."""

        def ended() -> list[dict[str, Any]]:
            runs = self.post("/task_runs/filter", flow_runs={"id": {"any_": [str(flow_run_id)]}})
            return sorted((run for run in runs if run["state_type"] in ENDED), key=lambda run: run["start_time"])

        return until(ended, lambda runs: len(runs) == count)

    def flow_run_ends(self, flow_run_id: UUID | str) -> dict[str, Any]:
        """The flow run, once it has ended."""
        return until(lambda: self.get(f"/flow_runs/{flow_run_id}"), lambda run: run["state_type"] in ENDED)

    def flow_run_is(self, flow_run_id: UUID | str, name: str) -> dict[str, Any]:
        """The flow run, once its state has that name."""
        return until(lambda: self.get(f"/flow_runs/{flow_run_id}"), lambda run: run["state_name"] == name)

    def events(self, *names: str, resource: str | None = None, count: int = 1) -> list[dict[str, Any]]:
        """At least `count` events of those names, oldest first."""
        filters: dict[str, Any] = {"event": {"name": list(names)}, "order": "ASC"}
        if resource is not None:
            filters["any_resource"] = {"id": [resource]}
        return until(lambda: self.post("/events/filter", filter=filters)["events"], lambda events: len(events) >= count)


class Database:
    """A database in the cluster that the tests were given."""

    def __init__(self) -> None:
        self._cluster = os.environ["MILLIWAYS_TEST_POSTGRES_URL"]
        self._name = f"conformance_{secrets.token_hex(8)}"
        self._run(f"CREATE DATABASE {self._name}")
        self.url = f"{self._cluster.rsplit('/', 1)[0]}/{self._name}"

    def drop(self) -> None:
        self._run(f"DROP DATABASE {self._name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        words = ["psql", "--no-psqlrc", "--quiet", "--dbname", self._cluster, "--command", statement]
        subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
