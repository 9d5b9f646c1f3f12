"""A real server for tests: the native executable on a home of its own and a free port, and requests to it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from running import environment, native_executable


class Server:
    """One server and the requests that the tests make of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self, port: int = 0) -> Server:
        with open(self.home / "test-server.log", "ab") as log:
            self.process = subprocess.Popen(
                [str(native_executable()), "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"],
                env=environment({"MILLIWAYS_HOME": str(self.home)}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._answers, f"the server did not start: {self.home / 'test-server.log'}")
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.home / "test-server.log").read_text()[-2000:]
        try:
            state = json.loads((self.home / "server.json").read_text())
            if state.get("process") != self.process.pid or not state.get("url"):
                return False
            self.url = state["url"].rstrip("/").removesuffix("/api") + "/api"
            return self.get("/health") is True
        except (OSError, ValueError):
            return False

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].split("/")[0])

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)

    def get(self, path: str):
        with urllib.request.urlopen(self.url + path, timeout=10) as response:
            return json.loads(response.read())

    def post(self, path: str, /, **body):
        return json.loads(self._send("POST", path, body))

    def patch(self, path: str, **body):
        self._send("PATCH", path, body)

    def _send(self, method: str, path: str, body: dict) -> bytes:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"content-type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.read()

    def everything(self, path: str, **body) -> list[dict]:
        """All pages of a filter."""
        found: list[dict] = []
        while True:
            page = self.post(path, offset=len(found), limit=200, **body)
            found += page
            if len(page) < 200:
                return found

    def flow_runs(self) -> list[dict]:
        return sorted(self.everything("/flow_runs/filter", sort="EXPECTED_START_TIME_ASC"), key=lambda r: r["id"])

    def completed_flows(self) -> list[str]:
        """The names of the flows of all runs that have completed."""
        runs = [run for run in self.flow_runs() if run["state_type"] == "COMPLETED"]
        return [self.get(f"/flows/{run['flow_id']}")["name"] for run in runs]

    def task_runs(self, flow_run_id: str) -> list[dict]:
        found = self.everything("/task_runs/filter", flow_runs={"id": {"any_": [flow_run_id]}})
        return sorted(found, key=lambda r: r["id"])

    def flow_states(self, flow_run_id: str) -> list[str]:
        return [s["name"] for s in self.get(f"/flow_run_states/?flow_run_id={flow_run_id}")]

    def task_states(self, task_run_id: str) -> list[str]:
        return [s["name"] for s in self.get(f"/task_run_states/?task_run_id={task_run_id}")]

    def logs(self, flow_run_id: str) -> list[dict]:
        return self.everything("/logs/filter", logs={"flow_run_id": {"any_": [flow_run_id]}}, sort="TIMESTAMP_ASC")


def until(condition, message: str, seconds: float = 30) -> None:
    """Waits for a condition on another process, which has no way of telling us."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, message
        time.sleep(0.02)
