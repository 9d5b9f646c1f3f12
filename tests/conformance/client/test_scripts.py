"""Two scripts of Prefect's own documentation, word for word, run as users run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from our_server import Server
from waiting import until

ETL = """\
from prefect import flow, task

@task
def extract_data():
    return {"users": 100, "events": 1000}

@task
def transform_data(data):
    data["total"] = data["users"] + data["events"]
    return data

@task
def load_data(data):
    print(f"Loading data: {data}")

@flow(name="ETL Pipeline")
def etl_flow():
    raw = extract_data()
    transformed = transform_data(raw)
    load_data(transformed)

if __name__ == "__main__":
    etl_flow()
"""

HELLO = """\
from prefect import task, flow

@task
def say_hello():
    print("Hello, world!")

@task
def greet(name):
    print(f"Hello, {name}!")

@flow
def main():
    hello = say_hello()
    greet_hello = greet("Prefect")

if __name__ == "__main__":
    print(main())
"""


def run(folder: Path, text: str) -> str:
    script = folder / "script.py"
    script.write_text(text)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=folder, env=os.environ, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def recorded(server: Server, flow: str, tasks: list[str]) -> None:
    """One run of the flow, completed, with these task runs, all completed."""

    def look() -> list[dict]:
        return server.post("/flow_runs/filter", flows={"name": {"any_": [flow]}})

    runs = until(look, lambda runs: [run["state_name"] for run in runs] == ["Completed"])
    found = server.task_runs(runs[0]["id"], len(tasks))
    assert [run["name"].rsplit("-", 1)[0] for run in found] == tasks
    assert {run["state_name"] for run in found} == {"Completed"}
    assert server.flow_states(runs[0]["id"]) == ["Pending", "Running", "Completed"]


def test_etl(tmp_path: Path, server: Server) -> None:
    assert run(tmp_path, ETL) == "Loading data: {'users': 100, 'events': 1000, 'total': 1100}\n"
    recorded(server, "ETL Pipeline", ["extract_data", "transform_data", "load_data"])


def test_hello(tmp_path: Path, server: Server) -> None:
    assert run(tmp_path, HELLO) == "Hello, world!\nHello, Prefect!\nNone\n"
    recorded(server, "main", ["say_hello", "greet"])
