"""Tasks that run in other processes; a module of its own so that those can import it."""

from __future__ import annotations

import os

from milliways import get_run_logger, runtime, task


@task(retries=1, log_prints=True)
def pid_of(x):
    print("printed there")
    get_run_logger().info("logged there")
    return os.getpid(), runtime.task_run.name, x * 2


@task
def fails():
    raise ValueError("there")


@task(timeout_seconds=0.2)
def spins():
    while True:
        pass


@task
async def asynchronous(x):
    return x + 1
