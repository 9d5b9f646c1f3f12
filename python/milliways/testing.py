"""What tests of flows use: a place of their own for what the flows record."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["milliways_test_harness"]

_OTHER_PLACES = ("MILLIWAYS_API_URL", "PREFECT_API_URL", "PREFECT_HOME")
_home: str | None = None


class milliways_test_harness:
    """Records inside the block go to a temporary home, with a local server of its own.

    A process has one session with one home: blocks that are entered later share the first one's, which is
    removed when the process ends. Where flows have run before the first block, records go on where they went.

    Args:
        server_startup_timeout: for how long the end of the block waits for the server to have everything.
    """

    def __init__(self, server_startup_timeout: float | None = 30) -> None:
        self.server_startup_timeout = server_startup_timeout
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        home = _test_home()
        if home is None:
            return
        for name in (*_OTHER_PLACES, "MILLIWAYS_HOME"):
            self._before[name] = os.environ.pop(name, None)
        os.environ["MILLIWAYS_HOME"] = home

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        from milliways._run import process

        if process.has_session():
            process.session().flush(self.server_startup_timeout or 0.0)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _test_home() -> str | None:
    """Gives the home of the tests of this process; None where a session has another one already."""
    global _home
    if _home is None:
        import atexit
        import tempfile

        from milliways._run import process

        if process.has_session():
            return None
        _home = tempfile.mkdtemp(prefix="milliways-test-")
        # Registered before the session's own end, so that it comes after it.
        atexit.register(_remove_home, _home)
    return _home


def _remove_home(home: str) -> None:
    import contextlib
    import shutil
    import socket

    # The session has ended, so the local server is asked to end by hand.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(os.path.join(home, "server.sock"))
        connection.sendall(
            b"POST /api/admin/local/stop HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        while connection.recv(4096):
            pass
    shutil.rmtree(home, ignore_errors=True)
