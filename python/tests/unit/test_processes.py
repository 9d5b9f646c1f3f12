"""Tasks in other processes."""

from __future__ import annotations

import os
import threading

import processes_module as there
import pytest

from milliways import flow, task
from milliways.exceptions import SerializationError
from milliways.task_runners import ConcurrentTaskRunner, ProcessPoolTaskRunner, ThreadPoolTaskRunner


def test_tasks_run_in_other_processes(session):
    @flow(task_runner=ProcessPoolTaskRunner(max_workers=1))
    def main():
        pid, name, value = there.pid_of.submit(2).result()
        states = [f.submit(return_state=True) for f in (there.fails, there.spins)]
        local = task(lambda: (os.getpid(), threading.Lock()), name="unsendable")
        with pytest.raises(SerializationError, match="cannot send the result of task 'unsendable'"):
            local.submit().result()
        return pid != os.getpid(), name, value, [s.name for s in states], there.asynchronous.submit(1).result()

    assert main() == (True, "pid_of-0", 4, ["Failed", "TimedOut"], 2)
    run = session.flow_runs[0]
    logged = [(m, t) for _, _, m, t in run.logs]
    assert ("printed there", run.task_runs[0].id) in logged
    assert ("logged there", run.task_runs[0].id) in logged


def test_runners_as_values():
    assert ConcurrentTaskRunner is ThreadPoolTaskRunner
    assert ThreadPoolTaskRunner(3) == ThreadPoolTaskRunner(max_workers=3).duplicate()
    assert ThreadPoolTaskRunner(3) != ThreadPoolTaskRunner(4)
    assert (ThreadPoolTaskRunner().name, repr(ThreadPoolTaskRunner(2))) == (
        "threadpool",
        "ThreadPoolTaskRunner(max_workers=2)",
    )
    with pytest.raises(ValueError, match="at least 1"):
        ThreadPoolTaskRunner(0)
    assert flow(lambda: 1, name="f", task_runner=ThreadPoolTaskRunner).task_runner == ThreadPoolTaskRunner()
