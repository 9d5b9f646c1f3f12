"""Owns what is said of names of Prefect that are not here yet."""

from __future__ import annotations

import sys


def missing(module: str, name: str) -> AttributeError:
    """Makes the error for a name that a module does not have.

    ``from module import name`` turns it into an ``ImportError`` with the same text.
    """
    if name.startswith("__") and name.endswith("__"):
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    if _is_from_import():
        raise ImportError(_text(module, name), name=module)
    return AttributeError(_text(module, name))


def _text(module: str, name: str) -> str:
    return (
        f"not available in this version of milliways: {module}.{name}\n"
        "hint: the changelog tells what each version provides"
    )


def _is_from_import() -> bool:
    """Tells whether the name is wanted by an import statement and not by an expression.

    The import system asks for a name through its own frozen module, or directly from the bytecode of
    ``from … import …``; an expression never does the former.
    """
    import dis

    frame = sys._getframe(3)
    if frame.f_code.co_filename.startswith("<frozen importlib"):
        return False
    code = frame.f_code.co_code
    return dis.opname[code[frame.f_lasti]] == "IMPORT_FROM"
