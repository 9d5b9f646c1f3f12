"""Chooses the extension that the tests run on: the native one, or its stand-in where ``MILLIWAYS_TEST_FAKE_CORE=1``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

if os.environ.get("MILLIWAYS_TEST_FAKE_CORE") == "1":
    import fake_core

    sys.modules["milliways._core"] = fake_core
    import milliways

    milliways._core = fake_core
