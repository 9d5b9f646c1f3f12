"""The command `prefect`: the native `milliways`, which understands the same words."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig


def main() -> None:
    """Becomes the native command, with the same arguments."""
    name = "milliways.exe" if os.name == "nt" else "milliways"
    beside = os.path.join(sysconfig.get_path("scripts"), name)
    command = beside if os.access(beside, os.X_OK) else shutil.which(name)
    if command is None:
        sys.stderr.write("error: the command milliways was not found\nhint: pip install milliways\n")
        raise SystemExit(1)
    os.execv(command, [command, *sys.argv[1:]])
