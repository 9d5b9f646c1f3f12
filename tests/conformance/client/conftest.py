"""Our server, and the real client set up to use it before anything of it is imported."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from commands import Prefect, end_all
from our_server import Server

CLIENT = os.environ["CONFORMANCE_CLIENT"]
assert version("prefect") == CLIENT, "these tests are about the unmodified client"

# What is started in the background of a shell ignores the interrupt, and so would all that is started from here.
signal.signal(signal.SIGINT, signal.default_int_handler)

_folder = tempfile.TemporaryDirectory(prefix="milliways-conformance-")
_servers: list[Server] = []


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config.option, "numprocesses", None):
        return  # This process only hands out the tests; those that run them have a server each.
    home = Path(_folder.name)
    _servers.append(Server(home / "server", os.environ["CONFORMANCE_DATABASE"]))
    # The client reads its settings when it is imported.
    os.environ |= {
        "PREFECT_HOME": str(home / "client"),
        "PREFECT_API_URL": _servers[0].url,
        "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_WRAP_LINES": "false",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "0.5",
        "PREFECT_WORKER_HEARTBEAT_SECONDS": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "NO_COLOR": "1",
        "DO_NOT_TRACK": "1",
    }


def pytest_sessionfinish() -> None:
    end_all()
    try:
        for server in _servers:
            server.stop()
    finally:
        _folder.cleanup()


@pytest.fixture
def server() -> Server:
    return _servers[0]


@pytest.fixture
def prefect(tmp_path: Path) -> Iterator[Prefect]:
    yield Prefect(tmp_path)
    end_all()
