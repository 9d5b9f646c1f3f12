"""Owns the check of a flow's parameters against the type hints: by pydantic where it is installed, else by itself.

A value whose type is exactly the plain type hinted at needs neither: pydantic is imported when another comes.
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# The values that this module looks at are of any type at all.

from __future__ import annotations

from milliways.exceptions import ParameterTypeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from milliways._signature import Plan

_PLAIN = frozenset({int, str, float, bool, bytes, type(None)})


class Validator:
    """Checks the parameters of one function.

    Args:
        function: the function whose hints count.
        plan: its parameters.
    """

    def __init__(self, function: Callable[..., Any], plan: Plan) -> None:
        self._function = function
        self._plan = plan
        self._hints: dict[str, Any] | None = None
        self._checks: dict[str, Callable[[Any], Any]] = {}

    def validate(self, parameters: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """Gives the parameters as their hints want them.

        Args:
            parameters: all parameters, defaults included; defaults are not checked.
            given: those that the caller gave.

        Raises:
            ParameterTypeError: some do not have the right type.
        """
        if self._hints is None:
            self._hints = _hints_of(self._function)
        hints = self._hints
        result = dict(parameters)
        problems: list[str] = []
        for name, value in given.items():
            hint = hints.get(name)
            if hint is None or (hint in _PLAIN and type(value) is hint) if _is_hashable(hint) else False:
                continue
            try:
                result[name] = self._checked(name, hint, value)
            except Exception as error:
                found = _problems_of(name, error)
                if found is None:
                    raise
                problems += found
        if problems:
            raise ParameterTypeError(
                f"parameters of '{self._plan.function_name}' do not have the right type\n"
                + "\n".join(f" - {problem}" for problem in problems)
            )
        return result

    def _checked(self, name: str, hint: Any, value: Any) -> Any:
        check = self._checks.get(name)
        if check is None:
            check = self._checks[name] = _check_of(hint)
        if name == self._plan.variable:
            return tuple(check(item) for item in value)
        if name == self._plan.keywords:
            return {key: check(item) for key, item in value.items()}
        return check(value)


def _is_hashable(hint: Any) -> bool:
    return type(hint).__hash__ is not None


def _hints_of(function: Any) -> dict[str, Any]:
    function = getattr(function, "__func__", function)
    raw = getattr(function, "__annotations__", None) or {}
    if not raw:
        return {}
    if all(isinstance(hint, type) for hint in raw.values()):
        return {name: hint for name, hint in raw.items() if name != "return"}
    import typing

    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception:
        # A hint that cannot be evaluated here (a name imported for type checkers only) is not checked.
        hints = _evaluated_one_by_one(function, raw)
    return {name: hint for name, hint in hints.items() if name != "return" and hint is not typing.Any}


def _evaluated_one_by_one(function: Any, raw: dict[str, Any]) -> dict[str, Any]:
    import typing

    found: dict[str, Any] = {}
    for name, hint in raw.items():
        holder: Any = type("Holder", (), {"__annotations__": {name: hint}})
        try:
            found.update(typing.get_type_hints(holder, getattr(function, "__globals__", {}), include_extras=True))
        except Exception:
            continue
    return found


def _check_of(hint: Any) -> Callable[[Any], Any]:
    try:
        import pydantic
    except ImportError:
        from milliways._plain_validation import check_of

        return check_of(hint)
    if _is_old_model(hint):
        return lambda value: value if isinstance(value, hint) else hint.parse_obj(value)
    try:
        adapter: Any = pydantic.TypeAdapter(hint, config=pydantic.ConfigDict(arbitrary_types_allowed=True))
    except pydantic.PydanticUserError:
        # Models, data classes and typed dictionaries carry a configuration of their own.
        adapter = pydantic.TypeAdapter(hint)
    return adapter.validate_python


def _is_old_model(hint: Any) -> bool:
    return isinstance(hint, type) and any(base.__module__.startswith("pydantic.v1") for base in hint.__mro__)


def _problems_of(name: str, error: Exception) -> list[str] | None:
    """Gives one line for each problem, or None where the error is not about types."""
    errors = getattr(error, "errors", None)
    if callable(errors):
        details: Any = errors()
        return [f"{'.'.join([name, *(str(part) for part in detail['loc'])])}: {detail['msg']}" for detail in details]
    return [f"{name}: {error}"] if isinstance(error, TypeError | ValueError) else None
