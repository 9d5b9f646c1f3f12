"""Owns names: which ones a flow or task may have, and the names of runs made from templates."""

from __future__ import annotations

from milliways._text import sendable
from milliways.exceptions import InvalidNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

BANNED = "/%&><"
"""Characters that no name may contain, because names are parts of addresses."""


def checked_name(name: object, owner: str) -> str:
    """Checks the name of a flow or task.

    Args:
        name: the name.
        owner: ``flow`` or ``task``, for the message.
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a {owner} is text, got: {type(name).__name__}")
    for character in BANNED:
        if character in name:
            raise InvalidNameError(
                f"the name of a {owner} contains a character that it must not: {name!r}, {character!r}\n"
                f"hint: leave out {' '.join(BANNED)}"
            )
    return name


def checked_template(template: Any, option: str) -> Any:
    """Checks the template of run names: text with ``{parameter}``, or a function that gives the name."""
    if template is not None and not isinstance(template, str) and not callable(template):
        raise TypeError(f"option {option} takes text or a function, got: {type(template).__name__}")
    return template


def run_name(template: str | Callable[..., str], parameters: Mapping[str, Any], option: str) -> str:
    """Makes the name of a run.

    Args:
        template: text with ``{parameter}`` in it, or a function; one with an argument called
            ``parameters`` gets them.
        parameters: what the run was called with.
        option: the option's name, for messages.
    """
    if isinstance(template, str):
        try:
            return sendable(template.format(**parameters))
        except KeyError as error:
            raise KeyError(
                f"option {option} names a parameter that there is not: {error.args[0]}; "
                f"there are: {', '.join(parameters) or 'none'}"
            ) from None
    from milliways._signature import plan_of

    names = plan_of(template).all_names
    name = template(parameters=parameters) if "parameters" in names else template()
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"the function of option {option} gives text, got: {type(name).__name__}")
    return sendable(name)
