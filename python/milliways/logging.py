"""Owns loggers: what a run logs is shown on the console and sent with the run's journal."""

from __future__ import annotations

import builtins
import logging
import sys

from milliways import _core
from milliways._settings import flag, log_level
from milliways._text import sendable
from milliways.context import FlowRunContext, TaskRunContext, current
from milliways.exceptions import MissingContextError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

__all__ = ["LogEavesdropper", "RunLogAdapter", "RunLogHandler", "disable_run_logger", "get_logger", "get_run_logger"]

_FLOW_RUNS = "milliways.flow_runs"
_TASK_RUNS = "milliways.task_runs"
_is_set_up = False


class RunLogAdapter(logging.LoggerAdapter[logging.Logger] if TYPE_CHECKING else logging.LoggerAdapter):
    """A logger that knows its run."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Puts the run's names and ids on the record; what the caller gave stays."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs

    def getChild(self, suffix: str, extra: dict[str, object] | None = None) -> RunLogAdapter:
        """Gives a logger below this one, for the same run.

        Args:
            suffix: its name below this one's.
            extra: more to put on its records.
        """
        return RunLogAdapter(self.logger.getChild(suffix), {**(self.extra or {}), **(extra or {})})


def get_logger(name: str | None = None) -> logging.Logger:
    """Gives a logger of Milliways.

    Args:
        name: its name below ``milliways``; the topmost by default.
    """
    set_up()
    if name is None or name == "milliways":
        return logging.getLogger("milliways")
    return logging.getLogger(name if name.startswith("milliways.") else f"milliways.{name}")


def get_run_logger(context: object = None, **extra: object) -> RunLogAdapter:
    """Gives the logger of the run at work here.

    Args:
        context: a run's context; the innermost by default.
        extra: more to put on its records.

    Raises:
        MissingContextError: nothing runs here.
    """
    found = context if context is not None else current.get()
    if isinstance(found, TaskRunContext):
        return task_run_logger(found, **extra)
    if isinstance(found, FlowRunContext):
        return flow_run_logger(found, **extra)
    raise MissingContextError(
        "no flow or task run is at work here\n"
        "hint: call get_run_logger() inside a flow or a task; elsewhere use logging.getLogger()"
    )


def flow_run_logger(context: FlowRunContext, **extra: object) -> RunLogAdapter:
    """Gives the logger of a flow run."""
    set_up()
    run = context.run
    about = {"flow_run_name": run.name, "flow_run_id": run.id, "flow_name": context.flow.name, "milliways_run": context}
    return RunLogAdapter(logging.getLogger(_FLOW_RUNS), {**about, **extra})


def task_run_logger(context: TaskRunContext, **extra: object) -> RunLogAdapter:
    """Gives the logger of a task run."""
    set_up()
    run, flow = context.run, context.flow_context
    about: dict[str, object] = {
        "task_run_id": run.id,
        "task_run_name": run.name,
        "task_name": context.task.name,
        "flow_run_id": run.flow_run_id,
        "flow_run_name": None if flow is None else flow.run.name,
        "flow_name": None if flow is None else flow.flow.name,
        "milliways_run": context,
    }
    return RunLogAdapter(logging.getLogger(_TASK_RUNS), {**about, **extra})


def set_up() -> None:
    """Makes the handlers, once: the console's and the journal's."""
    global _is_set_up
    if _is_set_up:
        return
    _is_set_up = True
    top = logging.getLogger("milliways")
    if top.level == logging.NOTSET:
        top.setLevel(log_level())
    top.propagate = False
    console = _ConsoleHandler()
    console.setFormatter(_ConsoleFormatter())
    top.addHandler(console)
    if flag("logging.to_api.enabled", True):
        journal = RunLogHandler()
        for name in (_FLOW_RUNS, _TASK_RUNS, *_extra_loggers()):
            logger = logging.getLogger(name)
            logger.addHandler(journal)
            if not name.startswith("milliways") and logger.level == logging.NOTSET:
                logger.setLevel(log_level())


def _extra_loggers() -> list[str]:
    return [name.strip() for name in (_core.setting("logging.extra_loggers") or "").split(",") if name.strip()]


class RunLogHandler(logging.Handler):
    """Sends records to the journal of the run that they belong to."""

    def emit(self, record: logging.LogRecord) -> None:
        """Appends a record to the journal; records of no run are left out."""
        context = getattr(record, "milliways_run", None) or current.get()
        if context is None or getattr(record, "send_to_api", True) is False:
            return
        try:
            message = _text_of(record)
            if isinstance(context, FlowRunContext):
                context.run.log(record.levelno, record.name, message, record.created)
            elif context.flow_context is not None:
                context.flow_context.run.log(record.levelno, record.name, message, record.created, context.run.id)
            else:
                _core.session().log(record.levelno, record.name, message, record.created, None, context.run.id)
        except Exception:
            self.handleError(record)


_formatter = logging.Formatter("%(message)s")


def _text_of(record: logging.LogRecord) -> str:
    return sendable(_formatter.format(record))


class _ConsoleHandler(logging.StreamHandler[Any] if TYPE_CHECKING else logging.StreamHandler):
    """Writes to the standard error stream of the moment, which tests and notebooks replace."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


class _ConsoleFormatter(logging.Formatter):
    """Time, level, and which run speaks."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03d | %(levelname)-7s | %(speaker)s - %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith(_TASK_RUNS) and hasattr(record, "task_run_name"):
            record.speaker = f"Task run {record.task_run_name!r}"  # pyright: ignore
        elif record.name.startswith(_FLOW_RUNS) and hasattr(record, "flow_run_name"):
            record.speaker = f"Flow run {record.flow_run_name!r}"  # pyright: ignore
        else:
            record.speaker = record.name
        return super().format(record)


class disable_run_logger:
    """Turns the loggers of runs off inside the block, so that functions can be tested without a run."""

    def __enter__(self) -> None:
        self._before = [(logging.getLogger(n), logging.getLogger(n).disabled) for n in (_FLOW_RUNS, _TASK_RUNS)]
        for logger, _ in self._before:
            logger.disabled = True

    def __exit__(self, *_exception: object) -> None:
        for logger, before in self._before:
            logger.disabled = before


class LogEavesdropper(logging.Handler):
    """Listens to a logger inside the block and keeps its text.

    Args:
        eavesdrop_on: the logger's name.
        level: from which level on.
    """

    def __init__(self, eavesdrop_on: str, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._logger = logging.getLogger(eavesdrop_on)
        self._lines: list[str] = []
        self.setFormatter(logging.Formatter("[%(levelname)s]: %(name)s - %(message)s"))

    def __enter__(self) -> LogEavesdropper:
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps a record's text."""
        self._lines.append(self.format(record))

    def text(self) -> str:
        """Gives what was heard, one record a line."""
        return "\n".join(self._lines)


_real_print: Any = None


def capture_prints() -> None:
    """Makes ``print`` go to the log of runs that ask for it. Done once, on the first such run."""
    global _real_print
    if builtins.print is not _print:
        _real_print = builtins.print
        builtins.print = _print


def _print(*values: object, **options: Any) -> None:
    context = current.get()
    if context is None or not context.log_prints or options.get("file") not in (None, sys.stdout):
        _real_print(*values, **options)
        return
    import io

    text = io.StringIO()
    _real_print(*values, **{**options, "file": text, "end": options.get("end", "")})
    get_run_logger(context).info("%s", text.getvalue().rstrip("\n") if "end" in options else text.getvalue())
