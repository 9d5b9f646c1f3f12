"""Runs flow runs that the server has already: those that somebody scheduled, and those whose process is gone.

``python -m milliways.engine flows.py:etl`` runs the flow run that ``MILLIWAYS__FLOW_RUN_ID`` (or Prefect's
``PREFECT__FLOW_RUN_ID``) names. Without the entry point it is that of ``PREFECT__FLOW_ENTRYPOINT``, which a worker sets
after it has fetched the code, else that of the run's deployment.
"""

from __future__ import annotations

import json
import os
import sys
from uuid import UUID

from milliways import _core
from milliways._run.continued import Continued, claim, upcoming
from milliways._run.process import session
from milliways.exceptions import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any

    from milliways.flows import Flow

__all__ = ["load_flow", "main", "run_flow"]

_VARIABLES = ("MILLIWAYS__FLOW_RUN_ID", "PREFECT__FLOW_RUN_ID")


def run_flow(
    flow: Flow[..., Any],
    flow_run_id: UUID | str,
    parameters: Mapping[str, Any] | None = None,
    return_state: bool = False,
) -> Any:
    """Runs a flow run that the server has: as its next attempt, which alone may go on to record it.

    Args:
        flow: the flow.
        flow_run_id: the run.
        parameters: what the flow is called with; what the run was made with by default.
        return_state: give the run's final state rather than what the function returned.

    Returns:
        What a call of the flow gives; for an ``async`` flow a coroutine.

    Raises:
        ApiError: the server does not answer, or has no such run.
    """
    run_id = str(UUID(str(flow_run_id)))
    record = _read(run_id)
    given: Mapping[str, Any] = record["parameters"] if parameters is None else parameters
    continued = Continued(run_id, claim(run_id), record["name"], record["run_count"])
    args, kwargs = flow.plan.unbind(given)
    if flow.isasync:
        return _call_async(flow, args, kwargs, return_state, continued)
    token = upcoming.set(continued)
    try:
        return flow(*args, **kwargs, return_state=return_state)
    finally:
        upcoming.reset(token)


def load_flow(entrypoint: str) -> Flow[..., Any]:
    """Finds a flow.

    Args:
        entrypoint: ``path/to/file.py:name``, or ``package.module:name``.

    Raises:
        ConfigurationError: there is no flow.
    """
    from milliways.flows import Flow

    place, _, name = entrypoint.rpartition(":")
    if not place or not name:
        raise ConfigurationError(f"not an entry point: {entrypoint!r}\nhint: write path/to/file.py:flow")
    found: Any = _module(place)
    for part in name.split("."):
        found = getattr(found, part, None)
    kind: type[Any] = Flow
    if not isinstance(found, kind):
        raise ConfigurationError(f"there is no flow `{name}` in {place}")
    return found


async def _call_async(
    flow: Flow[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], return_state: bool, continued: Continued
) -> Any:
    upcoming.set(continued)
    call: Coroutine[Any, Any, Any] = flow(*args, **kwargs, return_state=return_state)
    return await call


def _read(run_id: str) -> dict[str, Any]:
    status, body = session().request("GET", f"/flow_runs/{run_id}")
    if status != 200:
        raise _core.ApiError(f"flow run {run_id} can't be read: the server answers {status}")
    return json.loads(body)


def _module(place: str) -> Any:
    import importlib
    import importlib.util

    if not place.endswith(".py"):
        return importlib.import_module(place)
    path = os.path.abspath(place)
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not os.path.isfile(path):
        raise ConfigurationError(f"there is no file {place}")
    # As Python does it for a script: what lies beside it can be imported, and pickle finds it.
    sys.path.insert(0, os.path.dirname(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _entry_point(run_id: str) -> str:
    """Finds the entry point of a run, and goes to the folder that it is meant from."""
    given = os.environ.get("PREFECT__FLOW_ENTRYPOINT")
    if given:
        return given
    deployment_id = _read(run_id).get("deployment_id")
    if deployment_id is None:
        raise ConfigurationError(f"flow run {run_id} has no deployment\nhint: name its flow: path/to/file.py:flow")
    status, body = session().request("GET", f"/deployments/{deployment_id}")
    if status != 200:
        raise _core.ApiError(f"deployment {deployment_id} can't be read: the server answers {status}")
    deployment: dict[str, Any] = json.loads(body)
    if not deployment.get("entrypoint"):
        raise ConfigurationError(f"deployment {deployment_id} has no entry point")
    given_steps: list[dict[str, dict[str, Any]]] = deployment.get("pull_steps") or []
    steps = [step for step in given_steps if step]
    if not steps and deployment.get("path"):
        os.chdir(deployment["path"])
    for step in steps:
        ((name, arguments),) = step.items()
        if not name.endswith(".set_working_directory"):
            raise ConfigurationError(
                f"pull step {name} is run by workers\nhint: start the run by `milliways worker start`"
            )
        os.chdir(arguments["directory"])
    return deployment["entrypoint"]


def main() -> int:
    """Runs the flow run that the environment names.

    Returns:
        The exit code: 0 where the run has completed.
    """
    run_id = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), None)
    if len(sys.argv) > 2 or run_id is None:
        print(f"usage: {_VARIABLES[0]}=ID python -m milliways.engine [path/to/file.py:flow]", file=sys.stderr)
        return 2
    flow = load_flow(sys.argv[1] if len(sys.argv) == 2 else _entry_point(run_id))
    result = run_flow(flow, run_id, return_state=True)
    if flow.isasync:
        import asyncio

        result = asyncio.run(result)
    return 0 if result.is_completed() else 1


if __name__ == "__main__":
    sys.exit(main())
