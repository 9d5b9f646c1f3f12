"""The `prefect` command: once, with what it printed, or in the background until the test ends it."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waiting import until

# Each command is a process of its own, forked from one that has imported the client already: importing takes longer
# than nearly every command.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["prefect.cli", "prefect.client.orchestration", "prefect.flow_engine"])


@dataclass(frozen=True)
class Printed:
    """What a command printed and ended with."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class Prefect:
    """Runs the command in a folder, which holds its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: object, code: int = 0, **environment: str) -> Printed:
        """Runs it to its end, which has to be with `code`."""
        words = [str(argument) for argument in arguments]
        out, err = self.folder / "command.out", self.folder / "command.err"
        process = _PROCESSES.Process(target=_command, args=(words, self.folder, out, err, environment))
        process.start()
        process.join(100)
        if process.is_alive():
            process.kill()
            process.join()
        printed = Printed(process.exitcode if process.exitcode is not None else -1, out.read_text(), err.read_text())
        assert printed.code == code, (words, printed)
        return printed

    def start(self, *arguments: object, **environment: str) -> Background:
        """Starts it in the background."""
        return Background(
            [str(Path(sys.executable).with_name("prefect")), *map(str, arguments)], self.folder, environment
        )

    def script(self, name: str, text: str, *arguments: str) -> Background:
        """Writes a script of that name and starts it in the background."""
        (self.folder / name).write_text(text)
        return Background([sys.executable, name, *arguments], self.folder, {})


class Background:
    """A process that is there until the test ends it, or it ends."""

    def __init__(self, words: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._log = folder / f"background-{len(list(folder.glob('background-*')))}.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                words,
                cwd=folder,
                env=os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "300"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _started.append(self)

    def printed(self) -> str:
        return self._log.read_text()

    def says(self, text: str) -> str:
        """All that it has printed once the text is in it."""

        def look() -> str:
            printed = self.printed()
            assert text in printed or self.process.poll() is None, (self.process.returncode, printed)
            return printed

        return until(look, lambda printed: text in printed)

    def ends(self, code: int = 0) -> str:
        """All that it has printed, once it has ended, with `code`."""
        assert self.process.wait(100) == code, self.printed()
        return self.printed()

    def interrupt(self) -> None:
        """Asks it to end, as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Ends it and what it has started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(30)


_started: list[Background] = []


def end_all() -> None:
    """Ends whatever is still there."""
    while _started:
        _started.pop().kill()


def _command(words: list[str], folder: Path, out: Path, err: Path, environment: dict[str, str]) -> None:
    """What the forked process does."""
    for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ.update({"COLUMNS": "300"} | environment)
    sys.argv = ["prefect", *words]

    from prefect.cli import app

    app()
