"""A server that is away before, during or after a run: the flow finishes, and everything arrives once, in order."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from real_server import Server, until
from running import environment, run

NOOP = """
import sys
from milliways import flow

@flow(name="noop")
def noop():
    pass

noop()
sys.stdin.readline()
"""

WORK = """
import sys
from milliways import flow, task, get_run_logger

@task
def step(i):
    get_run_logger().info("step %d", i)
    return i

@flow(name="work")
def work():
    for i in range(50):
        step(i)
    print("half", flush=True)
    sys.stdin.readline()
    for i in range(50, 100):
        step(i)

work()
"""


@pytest.fixture
def homes(tmp_path):
    client, server = tmp_path / "client", tmp_path / "server"
    client.mkdir()
    server.mkdir()
    return client, Server(server)


def check(server, states=("Pending", "Running", "Completed"), count=100):
    """Everything of the run `work` is there, once, in order: so many steps."""
    runs = [r for r in server.flow_runs() if server.get(f"/flows/{r['flow_id']}")["name"] == "work"]
    (work,) = runs
    assert server.flow_states(work["id"]) == list(states)
    tasks = server.task_runs(work["id"])
    assert [t["name"] for t in tasks] == [f"step-{i}" for i in range(count)]
    assert {t["state_type"] for t in tasks} == {"COMPLETED"}
    for task in tasks:
        assert server.task_states(task["id"]) == ["Pending", "Running", "Completed"]
    steps = [entry["message"] for entry in server.logs(work["id"]) if entry["message"].startswith("step")]
    assert steps == [f"step {i}" for i in range(count)]


def next_process(server, client, tmp_path, has_arrived):
    """The next process on the home sends what the one before could not, while it is at work."""
    process = subprocess.Popen(
        [sys.executable, write(tmp_path, "noop.py", NOOP)],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment({"MILLIWAYS_HOME": str(client), "MILLIWAYS_API_URL": server.url}),
    )
    try:
        until(has_arrived, "what the server missed does not arrive")
    finally:
        process.communicate(b"end\n", timeout=30)
    assert process.returncode == 0


def check_after_next_process(server, client, tmp_path):
    """Nothing is missing once another process has begun on the home."""
    next_process(server, client, tmp_path, lambda: "work" in server.completed_flows())
    check(server)


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def test_server_is_away_before_and_during_the_run(homes, tmp_path):
    client, server = homes
    server.start()
    port, url = server.port, server.url
    server.end()
    result = run([write(tmp_path, "work.py", WORK.replace("sys.stdin.readline()", ""))], client, MILLIWAYS_API_URL=url)
    assert result.returncode == 0, result.stderr
    assert "the server is away" in result.stderr
    server.start(port)
    try:
        check_after_next_process(server, client, tmp_path)
    finally:
        server.end()


@pytest.mark.parametrize("returns", [True, False], ids=["returns in time", "returns later"])
def test_server_is_killed_during_the_run(homes, tmp_path, returns):
    client, server = homes
    server.start()
    port, url = server.port, server.url
    process = subprocess.Popen(
        [sys.executable, write(tmp_path, "work.py", WORK)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({"MILLIWAYS_HOME": str(client), "MILLIWAYS_API_URL": url}),
    )
    try:
        assert process.stdout.readline() == b"half\n"
        server.end(signal.SIGKILL)
        if returns:
            server.start(port)
        _, err = process.communicate(b"go\n", timeout=60)
        assert process.returncode == 0, err
        if not returns:
            server.start(port)
        check_after_next_process(server, client, tmp_path)
    finally:
        process.kill()
        server.end()


def test_server_is_killed_when_the_run_has_ended(homes, tmp_path):
    """The last states may or may not have been acknowledged, and the process does not know of what it is not told."""
    client, server = homes
    server.start()
    port = server.port
    text = WORK.replace("sys.stdin.readline()", "") + 'print("done", flush=True)\nsys.stdin.readline()\n'
    process = started(client, server, write(tmp_path, "work.py", text))
    try:
        assert process.stdout.readline() == b"half\n"
        assert process.stdout.readline() == b"done\n"
        server.end(signal.SIGKILL)
        process.communicate(b"go\n", timeout=60)
        assert process.returncode == 0
        server.start(port)
        check_after_next_process(server, client, tmp_path)
    finally:
        process.kill()
        server.end()


FLUSHED = WORK.replace(
    'print("half"', 'from milliways._run.process import session\n    assert session().flush(30)\n    print("half"'
)
"""The same work, which waits in the middle until the server has said that it has everything."""


def started(client, server, path):
    """A process that the tests talk with."""
    return subprocess.Popen(
        [sys.executable, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment({"MILLIWAYS_HOME": str(client), "MILLIWAYS_API_URL": server.url}),
    )


def test_process_is_killed_in_the_middle(homes, tmp_path):
    """What was acknowledged stays, once; the run ends by the word of the server, which misses its process."""
    client, server = homes
    server.start()
    process = started(client, server, write(tmp_path, "work.py", FLUSHED))
    try:
        assert process.stdout.readline() == b"half\n"
        process.kill()
        process.wait(30)
        check(server, ["Pending", "Running"], 50)
        # The next process finds nothing that the server does not have.
        next_process(server, client, tmp_path, lambda: "noop" in server.completed_flows())
        check(server, ["Pending", "Running"], 50)
        until(
            lambda: any(r["state_type"] == "CRASHED" for r in server.flow_runs()),
            "nobody misses the process",
            seconds=120,
        )
        check(server, ["Pending", "Running", "Crashed"], 50)
    finally:
        process.kill()
        server.end()


def test_process_is_killed_while_the_server_is_away(homes, tmp_path):
    """What lies in the spool is delivered by the next process, from its beginning to the moment of the kill."""
    client, server = homes
    server.start()
    port = server.port
    server.end()
    process = started(client, server, write(tmp_path, "work.py", WORK))
    try:
        assert process.stdout.readline() == b"half\n"
        until(lambda: b"step 49" in spooled(client) and b"step-49" in spooled(client), "nothing is spooled")
        process.kill()
        process.wait(30)
        server.start(port)

        def has_arrived():
            return any(len(server.task_runs(r["id"])) >= 50 for r in server.flow_runs())

        next_process(server, client, tmp_path, has_arrived)
        check(server, ["Pending", "Running"], 50)
    finally:
        process.kill()
        server.end()


def spooled(home):
    """All that lies in the spool of a home."""
    return b"".join(path.read_bytes() for path in (home / "spool").rglob("*") if path.is_file())


def leave_work_behind(homes, tmp_path):
    """Runs the work while its server is away; gives the server's port and address."""
    client, server = homes
    server.start()
    port, url = server.port, server.url
    server.end()
    result = run([write(tmp_path, "work.py", WORK.replace("sys.stdin.readline()", ""))], client, MILLIWAYS_API_URL=url)
    assert result.returncode == 0, result.stderr
    return port, url


def test_short_process_delivers_what_was_left(homes, tmp_path):
    client, server = homes
    port, url = leave_work_behind(homes, tmp_path)
    server.start(port)
    try:
        noop = write(tmp_path, "noop.py", NOOP.replace("sys.stdin.readline()", ""))
        assert run([noop], client, MILLIWAYS_API_URL=url).returncode == 0
        check(server)
    finally:
        server.end()


def test_server_takes_in_what_was_left_when_it_starts(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    server = Server(home)
    port, _ = leave_work_behind((home, server), tmp_path)
    server.start(port)
    try:
        until(lambda: "work" in server.completed_flows(), "the run that the server missed does not arrive")
        check(server)
    finally:
        server.end()


def test_nothing_is_configured(tmp_path):
    """A local server is started for the run; a full server on the same home takes over and shows the same runs."""
    home = tmp_path / "home"
    home.mkdir()
    result = run([write(tmp_path, "work.py", WORK.replace("sys.stdin.readline()", ""))], home)
    assert result.returncode == 0, result.stderr
    server = Server(home).start()
    try:
        check(server)
    finally:
        server.end()


def test_run_that_is_asked_to_end_is_recorded_as_crashed(homes, tmp_path):
    client, server = homes
    server.start()
    process = subprocess.Popen(
        [sys.executable, write(tmp_path, "work.py", WORK)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment({"MILLIWAYS_HOME": str(client), "MILLIWAYS_API_URL": server.url}),
    )
    try:
        assert process.stdout.readline() == b"half\n"
        process.terminate()
        assert process.wait(30) == -signal.SIGTERM
        (run_,) = server.flow_runs()
        assert (run_["state_type"], run_["state"]["message"]) == (
            "CRASHED",
            "the process was asked to end by signal 15",
        )
    finally:
        process.kill()
        server.end()


def test_harness_keeps_records_apart_and_leaves_nothing(tmp_path):
    script = """
import os
from prefect import flow
from prefect.testing.utilities import prefect_test_harness

@flow
def noop():
    return 5

for _ in range(2):
    with prefect_test_harness():
        home = os.environ["MILLIWAYS_HOME"]
        assert noop() == 5
print(home)
"""
    result = run([write(tmp_path, "harness.py", script)], tmp_path / "home", TMPDIR=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert "milliways-test-" in result.stdout
    assert not (tmp_path / "home" / "milliways.db").exists()
    assert not list(tmp_path.glob("milliways-test-*/milliways.db"))
