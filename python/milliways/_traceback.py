"""Owns how exceptions look that pass through us: the frames of this package are taken out of their tracebacks."""

from __future__ import annotations

import os

from milliways._text import sendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def _is_ours(traceback: TracebackType) -> bool:
    return traceback.tb_frame.f_code.co_filename.startswith(_PACKAGE)


def strip(exception: BaseException) -> None:
    """Takes our frames out of an exception's traceback, so that it shows the user's code."""
    kept: TracebackType | None = None
    last: TracebackType | None = None
    traceback = exception.__traceback__
    while traceback is not None:
        following = traceback.tb_next
        if not _is_ours(traceback):
            if last is None:
                kept = traceback
            else:
                last.tb_next = traceback
            last = traceback
        traceback = following
    if last is not None:
        last.tb_next = None
        exception.__traceback__ = kept


def describe(exception: BaseException) -> str:
    """Gives the exception's type and text in one line or more."""
    try:
        text = sendable(str(exception))
    except Exception:
        text = "its text cannot be had"
    name = (
        type(exception).__qualname__
        if type(exception).__module__ in ("builtins", "__main__")
        else type(exception).__name__
    )
    return f"{name}: {text}" if text else name
