"""The real `prefect` client against our server, in environments of its own: see run.sh and client/."""

import subprocess
from pathlib import Path

import pytest


@pytest.mark.timeout(1_900)
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["3.9.1", "sqlite"], id="3.9.1-sqlite"),
        pytest.param(["3.9.1", "postgres", "-m", "core"], id="3.9.1-postgres"),
        pytest.param(["3.4.25", "sqlite", "-m", "core and not newer"], id="3.4.25-sqlite"),
    ],
)
def test_the_unmodified_client_works(arguments: list[str]) -> None:
    done = subprocess.run(
        [str(Path(__file__).with_name("run.sh")), *arguments, "-n", "2", "--dist", "worksteal", "--durations", "5"],
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-4_000:]
    assert " passed" in done.stdout
