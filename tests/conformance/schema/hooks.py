"""What schemathesis does before each call: three out of four made-up names become those of something that exists.

Without it nearly every request would be answered at the door: at a path where nothing is, or with a version of the API
that is none.
"""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import schemathesis

_KNOWN: dict[str, dict[str, list[Any]]] = json.loads(Path(os.environ["CONFORMANCE_KNOWN"]).read_text())
# Requests are made one after another, so that the same seed gives the same requests.
_TURN = itertools.count()


def _known(resource: str, name: str) -> Any | None:
    """A value that means something there, or none this time."""
    turn = next(_TURN)
    values = _KNOWN.get(resource, {}).get(name)
    return values[turn // 4 % len(values)] if values and turn % 4 else None


def _resource(path: str) -> str:
    """The resource whose path it is: `flows`, or `work_pools.queues` for what lies in a pool."""
    words = [word for word in path.split("/") if word]
    words = words[1:] if words[0] == "api" else words
    inner = f"{words[0]}.{words[2]}" if len(words) > 2 else ""
    return inner if inner in _KNOWN else words[0]


def _with_known(value: Any) -> Any:
    """The body with names of what exists, wherever a field is called like one."""
    if isinstance(value, list):
        return [_with_known(each) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, each in value.items():
        known = _known("any", name) if isinstance(each, str | list) else None
        changed[name] = _with_known(each) if known is None else known
    return changed


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Changes the case."""
    if case.headers and next(_TURN) % 16:
        case.headers.pop("x-prefect-api-version", None)
    resource = _resource(case.path)
    parameters = dict(case.path_parameters or {})
    for name in parameters:
        known = _known(resource, name)
        # What is deleted is missed by all requests after it, so most of them delete nothing.
        if known is not None and (case.method != "DELETE" or next(_TURN) % 8 == 0):
            parameters[name] = known
    case.path_parameters = parameters
    case.body = _with_known(case.body)
