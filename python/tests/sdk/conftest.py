"""The fixtures of the tests with a real server."""

from __future__ import annotations

import os
import subprocess

import pytest
from real_server import Server
from running import has_extension, native_executable, run


def _why_not() -> str | None:
    executable = native_executable()
    if executable is None:
        return "the executable is not built: `cargo build -p milliways-cli` builds it"
    if not has_extension():
        return "the extension is not built: `cargo xtask setup` builds it"
    if subprocess.run([executable, "server", "start", "--help"], capture_output=True).returncode != 0:
        return "the executable has no server"
    return None


@pytest.fixture(scope="session", autouse=True)
def _can_run():
    why = _why_not()
    if why is not None:
        if os.environ.get("MILLIWAYS_TEST_SERVER"):
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture
def server(tmp_path):
    home = tmp_path / "server"
    home.mkdir()
    server = Server(home).start()
    yield server
    server.end()


@pytest.fixture
def script(tmp_path, server):
    """Runs a script against the server."""

    def run_script(text: str, **extra: str):
        path = tmp_path / "script.py"
        path.write_text(text)
        home = tmp_path / "client"
        home.mkdir(exist_ok=True)
        result = run([str(path)], home, MILLIWAYS_API_URL=server.url, **extra)
        assert result.returncode == 0, result.stderr
        return result

    return run_script
