"""Owns the one thing that text from user code may have and text on the wire may not: halves of surrogate pairs."""

from __future__ import annotations


def sendable(text: str) -> str:
    """Gives the text with what UTF-8 cannot express written as escapes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
