"""Chooses the extension that the tests in this process run on: its stand-in, unless ``MILLIWAYS_TEST_FAKE_CORE=0``.

Tests with a server (``sdk/``) run scripts in processes of their own, on the native extension.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS / "unit"), str(TESTS), str(TESTS.parent), str(TESTS.parent / "prefect-compat")]

if os.environ.get("MILLIWAYS_TEST_FAKE_CORE", "1") == "1":
    import fake_core

    import milliways

    sys.modules["milliways._core"] = fake_core
    milliways._core = fake_core


@pytest.fixture
def session():
    """What the code under test has recorded in this test. Only the stand-in tells."""
    if "fake_core" not in sys.modules:
        pytest.skip("looks at the records of the stand-in")
    import fake_core

    fake_core._session.reset()
    return fake_core._session
