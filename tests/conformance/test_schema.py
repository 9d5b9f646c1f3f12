"""Our OpenAPI document: that it is one, and that no request made from it breaks a server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE / "schema")]

# Found only once their folders are on the path.
from our_server import Server  # noqa: E402
from resources import make  # noqa: E402

PROGRAMS = HERE.parents[1] / ".venv-conformance/schema/bin"

# Examples for each operation. All of it is made from one seed, so that a failure comes again.
EXAMPLES = 10
SEED = 20260101


# The environment may have to be made first.
pytestmark = pytest.mark.timeout(1_000)


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where schemathesis and the validator are."""
    subprocess.run([HERE / "environment.sh", "schema"], check=True, timeout=900)
    return PROGRAMS


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "server", request.param)
    yield running
    running.stop()


def answers(server: Server) -> dict[str, int]:
    """How many requests were answered how, by the server's own count."""
    with urllib.request.urlopen(server.url.removesuffix("/api") + "/metrics", timeout=20) as response:
        text = response.read().decode()
    counts: dict[str, int] = {}
    for status, count in re.findall(r'^milliways_http_requests_total\{.*status="(\dxx)"\} (\d+)$', text, re.MULTILINE):
        counts[status] = counts.get(status, 0) + int(count)
    return counts


def test_the_document_is_valid(programs: Path, tmp_path: Path) -> None:
    server = Server(tmp_path / "server", "sqlite")
    document = server.get("/openapi.json")
    server.stop()
    assert document["openapi"].startswith("3.1")
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    done = subprocess.run(
        [programs / "openapi-spec-validator", "--schema", "3.1", tmp_path / "openapi.json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(1_800)
def test_no_request_breaks_a_server(programs: Path, server: Server, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(json.dumps(make(server)))
    before = answers(server)
    done = subprocess.run(
        [
            programs / "schemathesis",
            "run",
            server.url + "/openapi.json",
            *("--url", server.url.removesuffix("/api")),
            *("--checks", "not_a_server_error"),
            *("--phases", "fuzzing"),
            *("--mode", "all"),
            *("--max-examples", str(EXAMPLES)),
            *("--seed", str(SEED)),
            *("--generation-database", "none"),
            *("--suppress-health-check", "all"),
            *("--warnings", "off"),
            *("--request-timeout", "60"),
            "--continue-on-failure",
            "--no-shrink",
            "--no-color",
        ],
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": "hooks",
            "PYTHONPATH": str(HERE / "schema"),
            "CONFORMANCE_KNOWN": str(tmp_path / "known.json"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=1_200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    after = answers(server)
    given = {status: after[status] - before.get(status, 0) for status in after}
    assert "5xx" not in given, given
    # Requests that are all refused would show nothing.
    assert given["2xx"] * 5 > given["4xx"], given
