"""What tests of flows use: a place of their own for what the flows record."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["milliways_test_harness"]


class milliways_test_harness:
    """Records inside the block go to a temporary home, which is removed at its end.

    The block must be entered before the first flow runs in the process: what is recorded later goes where
    the process's session has gone first.

    Args:
        server_startup_timeout: for how long the local server may take to start, in seconds.
    """

    def __init__(self, server_startup_timeout: float | None = 30) -> None:
        self.server_startup_timeout = server_startup_timeout
        self._before: dict[str, str | None] = {}
        self._home = ""

    def __enter__(self) -> None:
        import tempfile

        self._home = tempfile.mkdtemp(prefix="milliways-test-")
        for name in ("MILLIWAYS_HOME", "MILLIWAYS_API_URL", "PREFECT_API_URL", "PREFECT_HOME"):
            self._before[name] = os.environ.pop(name, None)
        os.environ["MILLIWAYS_HOME"] = self._home

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        import shutil

        from milliways import _core

        _core.session().flush(self.server_startup_timeout or 0.0)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(self._home, ignore_errors=True)
