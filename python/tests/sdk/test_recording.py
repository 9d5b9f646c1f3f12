"""What the server has of runs: states, retries, subflows, logs, names, tags, parameters, a thousand tasks."""

from __future__ import annotations

import time

from real_server import until


def test_retries_are_recorded_in_order(server, script):
    script("""
from milliways import flow, task, runtime

@task(retries=2, retry_delay_seconds=0.05)
def flaky():
    if runtime.task_run.run_count < 3:
        raise ValueError("not yet")

@flow(retries=1)
def main():
    flaky()
    if runtime.flow_run.run_count == 1:
        raise RuntimeError("once more")

main()
""")
    (run,) = server.flow_runs()
    assert server.flow_states(run["id"]) == ["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"]
    assert run["run_count"] == 2
    (task,) = server.task_runs(run["id"])
    assert server.task_states(task["id"])[:7] == [
        "Pending",
        "Running",
        "AwaitingRetry",
        "Retrying",
        "AwaitingRetry",
        "Retrying",
        "Completed",
    ]


def test_failure_crash_and_timeout(server, script):
    script("""
import time
from milliways import flow, task

@task
def bad():
    raise ValueError("bad thing")

@task(timeout_seconds=0.05)
def slow():
    time.sleep(30)

@flow
def failing():
    slow(return_state=True)
    bad()

@flow
def crashing():
    raise KeyboardInterrupt

failing(return_state=True)
try:
    crashing()
except KeyboardInterrupt:
    pass
""")
    failing, crashing = server.flow_runs()
    assert failing["state"]["message"] == "flow run raised ValueError: bad thing"
    assert [t["state_name"] for t in server.task_runs(failing["id"])] == ["TimedOut", "Failed"]
    assert (crashing["state_type"], crashing["state"]["message"]) == ("CRASHED", "the run was interrupted")


def test_subflow_has_its_task_run_in_the_parent(server, script):
    script("""
from milliways import flow, task

@task
def one():
    return 1

@flow
def child(x):
    return x

@flow
def parent():
    child(one.submit())

parent()
""")
    runs = {server.get(f"/flows/{r['flow_id']}")["name"]: r for r in server.flow_runs()}
    tasks = {t["name"].removesuffix("-0"): t for t in server.task_runs(runs["parent"]["id"])}
    assert runs["child"]["parent_task_run_id"] == tasks["child"]["id"]
    assert runs["child"]["parameters"] == {"x": 1}
    assert tasks["child"]["state_type"] == "COMPLETED"
    assert tasks["child"]["state"]["state_details"]["child_flow_run_id"] == runs["child"]["id"]
    assert [i["id"] for i in tasks["child"]["task_inputs"]["x"]] == [tasks["one"]["id"]]


def test_logs_names_tags_and_parameters(server, script):
    script("""
import dataclasses
from milliways import flow, task, tags, get_run_logger

@dataclasses.dataclass
class Point:
    x: int

@task(tags=["own"], task_run_name="task-{n}")
def log(n):
    get_run_logger().warning("number %d", n)

@flow(flow_run_name="run-{label}", log_prints=True)
def main(label, point):
    print("printed")
    with tags("inside"):
        log(7)

with tags("outside"):
    main("a", Point(3))
""")
    (run,) = server.flow_runs()
    assert (run["name"], run["tags"], run["parameters"]) == ("run-a", ["outside"], {"label": "a", "point": {"x": 3}})
    (task,) = server.task_runs(run["id"])
    assert (task["name"], sorted(task["tags"])) == ("task-7", ["inside", "outside", "own"])
    logs = [(entry["level"], entry["message"], entry["task_run_id"]) for entry in server.logs(run["id"])]
    assert (20, "printed", None) in logs
    assert (30, "number 7", task["id"]) in logs


def test_task_outside_a_flow(server, script):
    script("""
from milliways import task

@task
def alone():
    return 1

alone()
""")
    (task,) = server.everything("/task_runs/filter")
    assert (task["flow_run_id"], task["state_type"]) == (None, "COMPLETED")


def test_a_thousand_mapped_tasks_are_all_there(server, script):
    script("""
from milliways import flow, task

@task
def double(x):
    return 2 * x

@flow
def main():
    assert sum(double.map(range(1000)).result()) == 999000

main()
""")
    (run,) = server.flow_runs()
    tasks = server.task_runs(run["id"])
    assert len(tasks) == 1000
    assert {t["state_type"] for t in tasks} == {"COMPLETED"}
    assert {t["name"] for t in tasks} == {f"double-{i}" for i in range(1000)}


def test_another_process_sees_a_run_while_it_is_at_work(server, tmp_path):
    import subprocess
    import sys

    from running import environment

    path = tmp_path / "waiting.py"
    path.write_text("""
from milliways import flow, task

@task
def wait_for_input():
    input()

@flow
def main():
    wait_for_input()

main()
""")
    home = tmp_path / "client"
    home.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(path)],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment({"MILLIWAYS_HOME": str(home), "MILLIWAYS_API_URL": server.url}),
    )
    try:

        def is_running():
            runs = server.flow_runs()
            return bool(runs) and [t["state_name"] for t in server.task_runs(runs[0]["id"])] == ["Running"]

        until(is_running, "the run does not show")
        process.communicate(b"go\n", timeout=30)
    finally:
        process.kill()
    start = time.monotonic()
    until(lambda: server.flow_runs()[0]["state_name"] == "Completed", "the end does not show", 10)
    assert time.monotonic() - start < 5
