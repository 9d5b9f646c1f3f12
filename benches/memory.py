"""How much memory a server takes while it is under full load: flat, and below a bound.

Usage: `python benches/memory.py [--minutes 10] [--connections 16] [--bin target/release/milliways]`. Each connection
makes flow runs and takes them through their states, posts events and log lines, and reads lists, one after the other.
The exit code is 1 where the memory passes `--bound` MiB, or still grows by more than a tenth in the second half.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from datetime import datetime, timezone


class Client:
    """One connection, which is kept."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=60)
        self.requests = 0

    def post(self, path: str, body: object) -> object:
        self.connection.request("POST", f"/api{path}", json.dumps(body), {"content-type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (path, answer.status, text[:500])
        self.requests += 1
        return json.loads(text) if text else None


def now() -> str:
    return datetime.now(timezone.utc).isoformat()


def work(client: Client, flow: str) -> None:
    run = client.post("/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}, "parameters": {"x": "y" * 200}})
    path = f"/flow_runs/{run['id']}"
    client.post(f"{path}/set_state", {"state": {"type": "RUNNING"}})
    lines = [{"name": "load", "level": 20, "message": f"line {n}", "timestamp": now(), "flow_run_id": run["id"]} for n in range(20)]
    client.post("/logs/", lines)
    resource = {"prefect.resource.id": f"load.{run['id']}"}
    client.post("/events", [{"id": str(uuid.uuid4()), "occurred": now(), "event": "load.made", "resource": resource} for _ in range(10)])
    client.post("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}, "limit": 200})
    client.post("/flow_runs/count", {})
    client.post(f"{path}/set_state", {"state": {"type": "COMPLETED"}})


def resident(process: int) -> float:
    """Resident memory in MiB."""
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def load(address: str, flow: str, until: float, failures: list[BaseException], done: list[int]) -> None:
    client = Client(address)
    try:
        while time.monotonic() < until:
            work(client, flow)
    except BaseException as error:
        failures.append(error)
    done.append(client.requests)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--bound", type=float, default=200, help="MiB")
    arguments.add_argument("--bin", default=os.environ.get("MILLIWAYS_BIN", "target/release/milliways"))
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "MILLIWAYS_HOME": home, "PATH": "/usr/bin:/bin"}
        for name in ("PREFECT_API_DATABASE_CONNECTION_URL", "MILLIWAYS_SERVER_DATABASE_CONNECTION_URL"):
            if name in os.environ:
                environment[name] = os.environ[name]
        command = [given.bin, "server", "start", "--port", "0", "--no-ui"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert server.stdout is not None
        api = next(line.split()[1] for line in server.stdout if line.startswith("api "))
        address = api.split("/")[2]
        flow = Client(address).post("/flows/", {"name": "load"})["id"]
        start = time.monotonic()
        until = start + given.minutes * 60
        failures: list[BaseException] = []
        done: list[int] = []
        threads = [
            threading.Thread(target=load, args=(address, flow, until, failures, done)) for _ in range(given.connections)
        ]
        for thread in threads:
            thread.start()
        sizes: list[float] = []
        while time.monotonic() < until and not failures:
            sizes.append(resident(server.pid))
            print(f"{time.monotonic() - start:6.0f} s {sizes[-1]:7.1f} MiB", flush=True)
            time.sleep(min(5.0, max(0.1, until - time.monotonic())))
        for thread in threads:
            thread.join()
        sizes.append(resident(server.pid))
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    half = sizes[len(sizes) // 2 :]
    grown = sizes[-1] / half[0] - 1
    print(f"{sum(done)} requests, most {max(sizes):.1f} MiB, in the second half {grown:+.1%}, {len(failures)} failures")
    for failure in failures[:3]:
        print(f"failure: {failure!r}")
    return int(bool(failures) or max(sizes) > given.bound or grown > 0.1)


if __name__ == "__main__":
    sys.exit(main())
