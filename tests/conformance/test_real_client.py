"""The real `prefect` client against our server, in an environment of its own: see run.sh and client/."""

import subprocess
from pathlib import Path


def test_the_unmodified_client_works() -> None:
    done = subprocess.run(
        [str(Path(__file__).with_name("run.sh"))], capture_output=True, text=True, timeout=1_800, check=False
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-4_000:]
    assert " passed" in done.stdout
