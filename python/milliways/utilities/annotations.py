"""Markers around an argument that say how a task run treats it: ``unmapped``, ``allow_failure``, ``quote``."""

from __future__ import annotations

from milliways._typing import Generic, T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["BaseAnnotation", "NotSet", "allow_failure", "freeze", "opaque", "quote", "unmapped"]


class BaseAnnotation(Generic[T]):
    """A value with a mark on it.

    Args:
        value: the value that is marked.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def unwrap(self) -> T:
        """Gives the value without the mark."""
        return self.value

    def rewrap(self, value: T) -> Self:
        """Puts the same mark on another value."""
        return type(self)(value)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.value == getattr(other, "value", None)

    # Python's way to say that there is none, which the checkers have no word for.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"


class unmapped(BaseAnnotation[T]):
    """Gives ``map`` one value for all of its task runs, even where the value could be iterated over."""

    __slots__ = ()

    def __getitem__(self, _index: object) -> T:
        return self.value


class allow_failure(BaseAnnotation[T]):
    """Lets a task run start although the upstream run failed; it then gets the exception as its argument."""

    __slots__ = ()


class quote(BaseAnnotation[T]):
    """Passes a value on as it is: nothing in it is looked through for futures and states."""

    __slots__ = ()

    def unquote(self) -> T:
        """Gives the value without the mark."""
        return self.value


class opaque(BaseAnnotation[T]):
    """Like `quote`; kept for functions written with the other name."""

    __slots__ = ()


class freeze(BaseAnnotation[T]):
    """Marks a parameter whose value is fixed when a flow is deployed."""

    __slots__ = ()

    def unfreeze(self) -> T:
        """Gives the value without the mark."""
        return self.value


class NotSet:
    """Stands for an option that was not given, where ``None`` is a value of its own."""
