"""What a task costs: no-op tasks of a flow beside bare Python, and beside Prefect on the same machine.

``cargo xtask bench tasks [--tasks N]``. Each side runs in a process of its own against a server of its own on
this machine: Milliways against the native binary of the environment, Prefect (from PyPI, in
``.venv-prefect``, or the interpreter that ``MILLIWAYS_BENCH_PREFECT`` names) against ``prefect server``.
States are streamed to the server in every row but the bare ones; the last lines say when all of them were
recorded there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def nothing(x: int = 0) -> int:
    return x


async def nothing_async(x: int = 0) -> int:
    return x


def bare(count: int) -> dict[str, float]:
    """Microseconds a call without any engine."""
    started = time.perf_counter()
    for i in range(count):
        nothing(i)
    sync = time.perf_counter() - started

    async def loop() -> None:
        for i in range(count):
            await asyncio.create_task(nothing_async(i))

    started = time.perf_counter()
    asyncio.run(loop())
    tasks = time.perf_counter() - started
    with ThreadPoolExecutor(8) as pool:
        started = time.perf_counter()
        for i in range(count):
            pool.submit(nothing, i).result()
        submit = time.perf_counter() - started
        started = time.perf_counter()
        list(pool.map(nothing, range(count)))
        mapped = time.perf_counter() - started
    micros = 1e6 / count
    return {"sync": sync * micros, "async": tasks * micros, "submit": submit * micros, "map": mapped * micros}


def worker(engine: str, count: int) -> dict[str, float]:
    """Microseconds a task with an engine, and seconds from the flow's end until all is recorded."""
    if engine == "prefect":
        from prefect import flow, task
        from prefect.task_runners import ThreadPoolTaskRunner
    else:
        from milliways import flow, task
        from milliways.task_runners import ThreadPoolTaskRunner

    step = task(nothing)
    step_async = task(nothing_async)
    took: dict[str, float] = {}

    def timed(name: str, work) -> None:
        started = time.perf_counter()
        work()
        took[name] = (time.perf_counter() - started) * 1e6 / count

    @flow
    def sync_flow() -> None:
        timed("sync", lambda: [step(i) for i in range(count)])

    @flow
    async def async_flow() -> None:
        started = time.perf_counter()
        for i in range(count):
            await step_async(i)
        took["async"] = (time.perf_counter() - started) * 1e6 / count

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=8))
    def submit_flow() -> None:
        timed("submit", lambda: [step.submit(i).result() for i in range(count)])

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=8))
    def map_flow() -> None:
        timed("map", lambda: step.map(range(count)).result())

    # The first run connects; it is not measured.
    flow(nothing, name="warm-up")()
    url = os.environ["BENCH_API_URL"]
    for name, run in [("sync", sync_flow), ("async", async_flow), ("submit", submit_flow), ("map", map_flow)]:
        before = recorded(url)
        asyncio.run(run()) if name == "async" else run()
        ended = time.perf_counter()
        deadline = ended + 60
        while recorded(url) < before + count and time.perf_counter() < deadline:
            time.sleep(0.01)
        took[f"{name} recorded after"] = time.perf_counter() - ended
        if recorded(url) < before + count:
            raise SystemExit(f"{engine}: only {recorded(url) - before} of {count} task runs were recorded")
    return took


def recorded(url: str) -> int:
    """How many completed task runs the server has."""
    body = {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    request = urllib.request.Request(
        f"{url}/task_runs/count", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(answer.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve_and_work(command: list[str], python: str, engine: str, count: int, home: str, variable: str) -> dict[str, float]:
    """Runs a server and, against it, a process with the workload."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = os.environ | {
        variable: home,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "MILLIWAYS_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_LEVEL": "WARNING",
    }
    with open(Path(home) / "bench-server.log", "wb") as log:
        server = subprocess.Popen([*command, "--port", str(port)], env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"{url}/health", server)
        environment |= {"BENCH_API_URL": url, "MILLIWAYS_API_URL": url, "PREFECT_API_URL": url}
        done = subprocess.run(
            [python, __file__, "--worker", engine, "--tasks", str(count)],
            env=environment, check=True, stdout=subprocess.PIPE,
        )
        return json.loads(done.stdout.splitlines()[-1])
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"no server at {url}")


def prefect_python() -> str:
    """An interpreter with Prefect from PyPI."""
    named = os.environ.get("MILLIWAYS_BENCH_PREFECT")
    if named:
        return named
    folder = ROOT / ".venv-prefect"
    python = folder / "bin" / "python"
    if not python.exists():
        print("installing Prefect from PyPI ...", file=sys.stderr)
        pins = ROOT / "tests" / "conformance" / "requirements.txt"
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--no-deps", "-r", str(pins)], check=True)
    return str(python)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tasks", type=int, default=10_000)
    arguments.add_argument("--peer-tasks", type=int, default=300)
    arguments.add_argument("--no-peer", action="store_true")
    arguments.add_argument("--worker", choices=["milliways", "prefect"])
    given = arguments.parse_args()
    if given.worker:
        print(json.dumps(worker(given.worker, given.tasks)))
        return
    floor = bare(given.tasks)
    binary = os.environ.get("MILLIWAYS_BIN") or shutil.which("milliways", path=str(Path(sys.executable).parent)) or "milliways"
    with tempfile.TemporaryDirectory() as home:
        ours = serve_and_work([binary, "server", "start"], sys.executable, "milliways", given.tasks, home, "MILLIWAYS_HOME")
    peer: dict[str, float] = {}
    if not given.no_peer:
        python = prefect_python()
        command = [str(Path(python).parent / "prefect"), "server", "start"]
        with tempfile.TemporaryDirectory() as home:
            peer = serve_and_work(command, python, "prefect", given.peer_tasks, home, "PREFECT_HOME")
    print(f"{'a no-op task':<14}{'bare':>10}{'milliways':>12}{'over bare':>12}{'prefect':>12}{'prefect/ours':>14}")
    for name in ("sync", "async", "submit", "map"):
        theirs = peer.get(name)
        print(
            f"{name:<14}{floor[name]:>8.2f}us{ours[name]:>10.2f}us{ours[name] / floor[name]:>11.1f}x"
            + (f"{theirs:>10.0f}us{theirs / ours[name]:>13.0f}x" if theirs else "")
        )
    for name in ("sync", "async", "submit", "map"):
        line = f"{name}: all {given.tasks} task runs recorded {ours[f'{name} recorded after']:.2f} s after the flow's end"
        if peer:
            line += f" (prefect: {given.peer_tasks} after {peer[f'{name} recorded after']:.2f} s)"
        print(line)


if __name__ == "__main__":
    main()
