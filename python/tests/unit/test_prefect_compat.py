"""The module `prefect` of the drop-in distribution: the names that scripts import, and what is said of the others."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMPAT = Path(__file__).parents[2] / "prefect-compat"

NAMES = {
    "prefect": "flow task Flow Task State unmapped allow_failure tags get_run_logger runtime",
    "prefect.flows": "Flow flow",
    "prefect.tasks": "Task task exponential_backoff task_input_hash",
    "prefect.states": "State Completed Failed Cancelled Crashed Paused Pending Running Scheduled StateType",
    "prefect.futures": "PrefectFuture PrefectFutureList PrefectConcurrentFuture as_completed wait",
    "prefect.task_runners": "ThreadPoolTaskRunner ConcurrentTaskRunner ProcessPoolTaskRunner TaskRunner",
    "prefect.cache_policies": "INPUTS TASK_SOURCE RUN_ID FLOW_PARAMETERS NO_CACHE NONE DEFAULT CacheKeyFnPolicy",
    "prefect.context": "FlowRunContext TaskRunContext get_run_context tags",
    "prefect.runtime": "flow_run task_run deployment",
    "prefect.logging": "get_run_logger get_logger disable_run_logger",
    "prefect.logging.loggers": "get_run_logger PrefectLogAdapter",
    "prefect.exceptions": "PrefectException FailedRun CrashedRun MissingContextError ParameterTypeError",
    "prefect.utilities.annotations": "unmapped allow_failure quote NotSet",
    "prefect.testing.utilities": "prefect_test_harness",
    "prefect.client.schemas.objects": "State StateType FlowRun TaskRun",
    "prefect.client.schemas": "State StateType",
    "prefect.flow_engine": "FlowRunTimeoutError",
    "prefect.task_engine": "TaskRunTimeoutError",
}


@pytest.mark.parametrize("module", NAMES)
def test_names(module):
    found = importlib.import_module(module)
    for name in NAMES[module].split():
        assert getattr(found, name) is not None


def test_runtime_attributes_are_looked_up_each_time():
    from prefect import flow, runtime
    from prefect.runtime import flow_run

    assert flow_run.id is None

    @flow(name="named")
    def main():
        return flow_run.flow_name, runtime.flow_run.flow_name, runtime.flow_run.id

    first = main()
    assert first[:2] == ("named", "named")
    assert main()[2] != first[2]


@pytest.mark.parametrize(
    "statement", ["from prefect import serve", "from prefect.flows import load_flow_from_entrypoint"]
)
def test_import_of_what_is_not_here_says_so(statement):
    with pytest.raises(ImportError, match="not available in this version of milliways: prefect"):
        exec(statement)


@pytest.mark.parametrize("expression", ["prefect.serve", "prefect.futures.PrefectFlowRunFuture"])
def test_use_of_what_is_not_here_says_so(expression):
    import prefect.futures

    with pytest.raises(AttributeError, match=f"not available in this version of milliways: {expression}"):
        eval(expression, {"prefect": prefect})
    assert not hasattr(prefect, "serve")


@pytest.mark.parametrize("place", ["scripts", "path"])
def test_command_becomes_the_native_one(tmp_path, place):
    """It is looked for beside the interpreter's other commands first, then on PATH."""
    native = tmp_path / place / "milliways"
    native.parent.mkdir()
    native.write_text('#!/bin/sh\necho "native: $*"\n')
    native.chmod(0o755)
    call = (
        "import sys, sysconfig; scripts = sys.argv.pop(1); sysconfig.get_path = lambda _: scripts; "
        "from prefect._command import main; main()"
    )
    run = [sys.executable, "-c", call, str(tmp_path / "scripts"), "version", "--x"]
    env = {**os.environ, "PYTHONPATH": str(COMPAT), "PATH": f"{tmp_path / 'path'}:{os.environ['PATH']}"}
    result = subprocess.run(run, env=env, capture_output=True, text=True)
    assert result.stdout == "native: version --x\n", result.stderr
