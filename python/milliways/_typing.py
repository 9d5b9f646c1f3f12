"""Owns the typing names that exist at run time: importing ``typing`` itself would cost every start-up.

Type checkers see the real ones; at run time ``Generic[P, R]`` is a plain base class that can be subscripted.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic as Generic
    from typing import ParamSpec, TypeVar
    from typing import overload as overload

    P = ParamSpec("P")
    R = TypeVar("R")
    R_co = TypeVar("R_co", covariant=True)
    T = TypeVar("T")
else:
    P = R = R_co = T = None

    def overload(function):
        """Stands for ``typing.overload``, whose declarations nobody reads at run time."""
        return function

    class Generic:
        """Stands for ``typing.Generic``: subscripting a class gives the class."""

        __slots__ = ()

        def __class_getitem__(cls, _parameters):
            return cls


__all__ = ["Generic", "P", "R", "R_co", "T", "overload"]
