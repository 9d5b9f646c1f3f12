"""Keeps the tests of the real client out of an environment that holds our own package of that name."""

import sys
from pathlib import Path

OWN = Path(__file__).resolve().parents[2] / ".venv-conformance"

collect_ignore = [] if OWN in Path(sys.prefix).resolve().parents else ["client"]
