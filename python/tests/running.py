"""Runs scripts in processes of their own, on the native extension, with a home of their own; finds the executable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).parent.parent
REPOSITORY = PYTHON.parent


def native_executable() -> str | None:
    """The executable that the tests start servers from, or None where it is not built."""
    for name in ("MILLIWAYS_TEST_SERVER", "MILLIWAYS_BIN"):
        if os.environ.get(name):
            return os.environ[name]
    built = REPOSITORY / "target" / "debug" / "milliways"
    return str(built) if built.exists() else None


def has_extension() -> bool:
    """Tells whether the native extension can be imported: it lies in the sources, or the wheel is installed."""
    return subprocess.run([sys.executable, "-c", "import milliways._core"], env=environment({})).returncode == 0


def environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment of a script: ours without settings, with the sources on the path if the extension lies there."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MILLIWAYS_", "PREFECT_"))}
    paths = [str(PYTHON / "prefect-compat")]
    if list((PYTHON / "milliways").glob("_core*.so")):
        paths.append(str(PYTHON))
    kept["PYTHONPATH"] = os.pathsep.join(paths)
    if native_executable():
        kept["MILLIWAYS_BIN"] = native_executable()
    return {**kept, **extra}


def run(arguments: list[str], home: Path, timeout: float = 120, **extra: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with some arguments and waits for its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment({"MILLIWAYS_HOME": str(home), **extra}),
        capture_output=True,
        text=True,
        timeout=timeout,
    )
