"""What starting costs: importing, the command line, the server, a first script; and what an idle server holds.

``cargo xtask bench startup``. Each row is the best of several runs, beside a floor and beside Prefect 3.9.1 from PyPI
(``.venv-prefect``, or the interpreter that ``MILLIWAYS_BENCH_PREFECT`` names; left out where there is none).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tasks import ROOT, free_port, wait_for

SCRIPT = """
from {package} import flow

@flow
def nothing():
    pass

nothing()
"""


def best(command: list[str], environment: dict[str, str] | None = None, runs: int = 10) -> float:
    """Milliseconds of the quickest of several runs."""
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took.append(time.perf_counter() - started)
    return min(took) * 1e3


def server(command: list[str], variable: str, runs: int) -> tuple[float, float]:
    """Milliseconds until a server is healthy, and MiB that it holds after two idle seconds."""
    took, held = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as home:
            port = free_port()
            environment = os.environ | {variable: home, "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
            started = time.perf_counter()
            process = subprocess.Popen(
                [*command, "server", "start", "--port", str(port)],
                env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            wait_for(f"http://127.0.0.1:{port}/api/health", process)
            took.append(time.perf_counter() - started)
            time.sleep(2)
            status = Path(f"/proc/{process.pid}/status").read_text()
            held.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
            process.terminate()
            process.wait(30)
    return min(took) * 1e3, min(held)


def first_script(python: str, package: str, binary: str) -> float:
    """Milliseconds of a no-op script in a home where nothing was before."""
    took = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as home:
            script = Path(home) / "script.py"
            script.write_text(SCRIPT.format(package=package))
            environment = os.environ | {"MILLIWAYS_HOME": home, "PREFECT_HOME": home, "MILLIWAYS_BIN": binary}
            for name in ("MILLIWAYS_API_URL", "PREFECT_API_URL"):
                environment.pop(name, None)
            took.append(best([python, str(script)], environment, runs=1))
            if package == "milliways":
                subprocess.run([binary, "server", "stop"], env=environment, check=False, capture_output=True)
    return min(took)


def main() -> None:
    python = sys.executable
    beside = shutil.which("milliways", path=str(Path(python).parent))
    binary = os.environ.get("MILLIWAYS_BIN") or beside or "milliways"
    peer = os.environ.get("MILLIWAYS_BENCH_PREFECT") or str(ROOT / ".venv-prefect" / "bin" / "python")
    prefect = str(Path(peer).parent / "prefect") if Path(peer).exists() else None
    bare = best([python, "-c", "pass"])
    rows = [
        ("import (flow and task), over bare Python", best([python, "-c", "from milliways import flow, task"]) - bare,
         best([peer, "-c", "from prefect import flow, task"], runs=3) - bare if prefect else None, "ms"),
        ("command line: version", best([binary, "version"]), best([prefect, "version"], runs=3) if prefect else None, "ms"),
        ("a no-op script, no server configured", first_script(python, "milliways", binary),
         first_script(peer, "prefect", binary) if prefect else None, "ms"),
    ]
    ours = server([binary], "MILLIWAYS_HOME", 5)
    theirs = server([prefect], "PREFECT_HOME", 1) if prefect else (None, None)
    rows.append(("server start to healthy", ours[0], theirs[0], "ms"))
    rows.append(("server, idle: resident memory", ours[1], theirs[1], "MiB"))
    print(f"{'':<44}{'milliways':>14}{'prefect':>14}{'prefect/ours':>14}   (bare python: {bare:.1f} ms)")
    for what, mine, other, unit in rows:
        line = f"{what:<44}{mine:>10.1f} {unit:<3}"
        print(line + (f"{other:>10.0f} {unit:<3}{other / mine:>13.0f}x" if other else ""))


if __name__ == "__main__":
    main()
