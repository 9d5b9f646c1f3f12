"""What importing the package pulls in: nothing that costs a script its quick start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = Path(__file__).parent.parent
LOAD = (
    "import sys; sys.path[:0] = ['tests']; import fake_core, milliways;"
    "sys.modules['milliways._core'] = milliways._core = fake_core; before = set(sys.modules);"
)
HEAVY = {
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "inspect",
    "json",
    "logging",
    "multiprocessing",
    "pickle",
    "pydantic",
    "cloudpickle",
    "queue",
    "signal",
    "socket",
    "subprocess",
    "threading",
    "typing",
    "uuid",
}


@pytest.mark.parametrize(
    "statement", ["import milliways", "from milliways import flow, task", "from milliways import *"]
)
def test_imports_stay_light(statement):
    # The stand-in imports modules of its own, so that only what comes after it counts.
    code = f"{LOAD}{statement}; print(*(set(sys.modules) - before))"
    allowed = {"typing", "logging", "threading", "uuid", "signal"} if "*" in statement else set()
    result = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=PYTHON, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert not (set(result.stdout.split()) & (HEAVY - allowed))


def test_deciding_a_kind_needs_no_inspect():
    functions = "exec('@task\\ndef t(x, *, y=1): pass\\n@flow\\nasync def f(): pass')"
    code = f"{LOAD}from milliways import flow, task; {functions}; print(*(set(sys.modules) - before))"
    result = subprocess.run([sys.executable, "-S", "-c", code], cwd=PYTHON, capture_output=True, text=True, check=True)
    assert not (set(result.stdout.split()) & HEAVY)
