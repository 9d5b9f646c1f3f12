"""The contract of the native extension: what crosses between Python and Rust.

Only ``bytes``, ``str``, numbers and frozen handles cross, one call per state change. Times are Unix
seconds as ``float``, ids are lower-case UUID text. No function here calls user code, and none waits
for the server except where its documentation says so. Nothing here is public API.
"""

from typing import Final, final

from typing_extensions import Self

__all__ = [
    "ApiError",
    "FlowDef",
    "FlowRun",
    "MilliwaysError",
    "Session",
    "StateRecord",
    "TaskDef",
    "TaskRun",
    "__version__",
    "generate_name",
    "session",
    "setting",
    "settings_json",
    "uuid7",
]

__version__: Final[str]

@final
class FlowDef:
    """What the engine has to know of a flow: made once per ``@flow``, frozen."""

    def __new__(
        cls,
        name: str,
        *,
        version: str | None = None,
        retries: int = 0,
        retry_delay_seconds: float = 0.0,
        timeout_seconds: float | None = None,
        description: str | None = None,
    ) -> Self: ...
    @property
    def name(self) -> str: ...

@final
class TaskDef:
    """What the engine has to know of a task: made once per ``@task``, frozen."""

    def __new__(
        cls,
        name: str,
        task_key: str,
        *,
        version: str | None = None,
        tags: list[str] = ...,
        retries: int = 0,
        retry_delays: list[float] = ...,
        retry_jitter_factor: float | None = None,
        timeout_seconds: float | None = None,
    ) -> Self:
        """``retry_delays``: seconds before retry 1, 2, …; the last one repeats; empty means none."""
    @property
    def name(self) -> str: ...
    @property
    def task_key(self) -> str: ...

@final
class StateRecord:
    """A state that was recorded: enough to build a ``State`` from."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str:
        """Upper case: ``COMPLETED``, ``FAILED``, …"""
    @property
    def name(self) -> str: ...
    @property
    def message(self) -> str | None: ...
    @property
    def timestamp(self) -> float: ...

@final
class TaskRun:
    """One task run in this process. Methods never block and may be called from any thread."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def flow_run_id(self) -> str | None: ...
    @property
    def run_count(self) -> int: ...
    @property
    def task_key(self) -> str: ...
    @property
    def dynamic_key(self) -> str: ...
    @property
    def start_time(self) -> float | None: ...
    @property
    def state(self) -> StateRecord:
        """The latest recorded state."""
    def set_name(self, name: str) -> None: ...
    def set_inputs(self, inputs: dict[str, list[str]]) -> None:
        """Parameter name to the ids of the task runs its value came from."""
    def running(self) -> None:
        """Pending or AwaitingRetry to Running (named ``Retrying`` after a retry)."""
    def complete(self, name: str | None = None, message: str | None = None, data: bytes | None = None) -> None:
        """Ends the run as Completed. ``data``: JSON text of the state's data, or None."""
    def fail(
        self, message: str, name: str | None = None, *, retriable: bool = True, data: bytes | None = None
    ) -> float | None:
        """Records a failure. The engine decides: the seconds to wait before ``running()`` is called
        again (an AwaitingRetry state was recorded), or None where the run has ended as Failed."""
    def set_state(
        self,
        type: str,
        name: str | None = None,
        message: str | None = None,
        data: bytes | None = None,
        *,
        details: bytes | None = None,
    ) -> None:
        """Any other state as it is: Crashed, Cancelled, NotReady, Cached, custom names.
        ``details``: JSON object merged into the state's details."""

@final
class FlowRun:
    """One attempt of a flow run in this process: the handle of its journal. Thread safe."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def run_count(self) -> int: ...
    @property
    def flow_id(self) -> str | None:
        """The server finds or makes the flow: this waits for its answer, up to a second, the first time. None where
        it is not known by then."""
    @property
    def parent_task_run_id(self) -> str | None: ...
    @property
    def start_time(self) -> float | None: ...
    @property
    def url(self) -> str | None:
        """The run's address in the web UI, or None where the server shows none."""
    @property
    def state(self) -> StateRecord: ...
    def set_name(self, name: str) -> None: ...
    def running(self) -> None:
        """Pending or AwaitingRetry to Running. After a retry the task counters start again, so that
        the same call gets the same task run."""
    def task(
        self,
        definition: TaskDef,
        name: str | None = None,
        inputs: dict[str, list[str]] | None = None,
        tags: list[str] | None = None,
        start: bool = True,
    ) -> TaskRun:
        """Makes a task run. ``start``: record Pending and Running at once (a direct call), else only
        Pending (a submitted one). ``tags`` are added to the definition's. ``name``: default ``{task}-{n}``."""
    def complete(self, name: str | None = None, message: str | None = None, data: bytes | None = None) -> None: ...
    def fail(
        self, message: str, name: str | None = None, *, retriable: bool = True, data: bytes | None = None
    ) -> float | None:
        """As ``TaskRun.fail``: seconds until the retry, or None where the run has ended."""
    def set_state(
        self,
        type: str,
        name: str | None = None,
        message: str | None = None,
        data: bytes | None = None,
        *,
        details: bytes | None = None,
    ) -> None: ...
    def log(self, level: int, logger: str, message: str, created: float, task_run_id: str | None = None) -> None: ...
    def emit(self, event: bytes) -> None:
        """Appends an event (JSON text of a whole event) to the journal."""
    def flush(self, timeout: float) -> bool:
        """Waits, without the GIL, until the server has acknowledged all that was recorded so far.
        False when that took longer than ``timeout`` seconds or the server is away (at once where it is
        known to be away): the records stay in the spool and are sent later."""

@final
class Session:
    """The process's connection: settings, spool, sender thread. One per process, made on first use.

    It survives ``fork`` in the child by starting afresh."""

    def flow_run(
        self,
        definition: FlowDef,
        *,
        id: str | None = None,
        epoch: int | None = None,
        run_count: int = 0,
        name: str | None = None,
        parameters: bytes | None = None,
        tags: list[str] | None = None,
        parent: TaskRun | None = None,
        labels: bytes | None = None,
    ) -> FlowRun:
        """Makes a flow run (recorded as Pending). ``id``: continue a run that the server has already, under the
        ``epoch`` that `claim` gave; ``run_count``: how often it has started before.
        ``parameters``: JSON object. ``parent``: the task run in the parent flow that stands for this run."""
    def task_run(
        self,
        definition: TaskDef,
        name: str | None = None,
        inputs: dict[str, list[str]] | None = None,
        tags: list[str] | None = None,
        start: bool = True,
    ) -> TaskRun:
        """A task run outside any flow."""
    def log(
        self, level: int, logger: str, message: str, created: float, flow_run_id: str | None, task_run_id: str | None
    ) -> None: ...
    def flush(self, timeout: float) -> bool:
        """As ``FlowRun.flush``, for everything of this process."""
    def close(self, timeout: float) -> bool:
        """Flushes and stops the sender. Called at exit."""
    def claim(self, flow_run_id: str) -> int:
        """Waits for the server: the epoch under which this process, and no other any more, continues a flow run. The
        claim of the worker that has started this process for the run is taken as it is, once."""
    def deliver_leftovers(self, timeout: float) -> bool:
        """Sends what processes that are gone have left in the spool for this server. Waits, without the GIL; False
        where the server was not reached or ``timeout`` seconds were over before all of it was sent."""
    def notices(self) -> list[str]:
        """What a user should know since the last look, a sentence each: the server is away, records were refused, …"""
    @property
    def api_url(self) -> str | None: ...
    @property
    def ui_url(self) -> str | None: ...
    def request(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """One API request (path below the API root), retried as the client does; waits without the GIL."""

def session() -> Session:
    """The process's session; starts nothing and connects to nothing by itself."""

def generate_name() -> str:
    """A run name of two words, adjective and animal."""

def uuid7() -> str: ...
def setting(name: str) -> str | None:
    """The value of a setting by its name in snake case with dots (``api.url``), as text, from the
    environment and the active profile; None when unset."""

def settings_json() -> bytes:
    """Every known setting with its value and where it came from."""

class MilliwaysError(Exception):
    """Base of the errors that the extension raises."""

class ApiError(MilliwaysError):
    """A request was refused or could not be made."""
