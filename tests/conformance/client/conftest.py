"""Our server on a home of its own, and the real client set up to use it before anything of it is imported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

assert version("prefect") == "3.9.1", "these tests are about the unmodified client"


def _start(home: Path) -> tuple[subprocess.Popen[str], str]:
    environment = {"HOME": str(home), "MILLIWAYS_HOME": str(home), "PATH": "/usr/bin:/bin"}
    with open(home / "server.log", "a") as log:
        process = subprocess.Popen(
            [os.environ["MILLIWAYS_BIN"], "server", "start", "--port", "0", "--no-ui"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("api "):
            return process, line.split()[1]
    raise RuntimeError((home / "server.log").read_text()[-4_000:])


_folder = tempfile.TemporaryDirectory(prefix="milliways-conformance-")
_home = Path(_folder.name)
(_home / "server").mkdir()
(_home / "client").mkdir()
_process, API = _start(_home / "server")

# The client reads its settings when it is imported.
os.environ |= {
    "PREFECT_HOME": str(_home / "client"),
    "PREFECT_API_URL": API,
    "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


def pytest_sessionfinish() -> None:
    _process.send_signal(signal.SIGTERM)
    code = _process.wait(30)
    _folder.cleanup()
    assert code == 0, f"the server ended with {code}"


class Server:
    """What our own API says."""

    url = API

    def get(self, path: str):
        with urllib.request.urlopen(self.url + path, timeout=10) as response:
            return json.loads(response.read())

    def post(self, path: str, **body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read())

    def flow_states(self, flow_run_id: object) -> list[str]:
        return [state["name"] for state in self.get(f"/flow_run_states/?flow_run_id={flow_run_id}")]

    def task_states(self, task_run_id: object) -> list[str]:
        return [state["name"] for state in self.get(f"/task_run_states/?task_run_id={task_run_id}")]

    def logs(self, flow_run_id: object) -> list[str]:
        filters = {"flow_run_id": {"any_": [str(flow_run_id)]}}
        return [log["message"] for log in self.post("/logs/filter", logs=filters, sort="TIMESTAMP_ASC")]

    def task_runs(self, flow_run_id: object, count: int) -> list[dict]:
        """The task runs of a flow run, oldest first, once there are `count` that have ended."""

        def ended() -> list[dict]:
            runs = self.post("/task_runs/filter", flow_runs={"id": {"any_": [str(flow_run_id)]}})
            final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
            return sorted((run for run in runs if run["state_type"] in final), key=lambda run: run["start_time"])

        return until(ended, lambda runs: len(runs) == count)


def until(look: Callable[[], list], enough: Callable[[list], bool], seconds: float = 30) -> list:
    """Looks until it is enough: the client reports task runs and logs in its own time."""
    end = time.monotonic() + seconds
    while not enough(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


@pytest.fixture
def server() -> Iterator[Server]:
    yield Server()
