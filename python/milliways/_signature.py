"""Owns how the arguments of a call are bound to a function's parameters.

A plain function is read from its code object, so that ``inspect`` is imported only for the others.
"""

from __future__ import annotations

from milliways.exceptions import ParameterBindError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

CO_VARARGS, CO_VARKEYWORDS = 0x04, 0x08
CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200

_FUNCTION = type(lambda: None)


class Plan:
    """How calls of one function are bound: made once per function.

    Attributes:
        names: the parameters by position, without ``*args`` and ``**kwargs``.
        required: how many of them have no default.
        defaults: the values of those that have one.
        keyword_only: the parameters that can only be given by name.
        positional_only: how many of ``names`` can only be given by position.
        variable: the name of ``*args``, or ``None``.
        keywords: the name of ``**kwargs``, or ``None``.
    """

    __slots__ = (
        "defaults",
        "function_name",
        "keyword_only",
        "keywords",
        "least",
        "most",
        "names",
        "positional_only",
        "required",
        "variable",
    )

    def __init__(
        self,
        function_name: str,
        names: tuple[str, ...],
        defaults: dict[str, Any],
        keyword_only: tuple[str, ...] = (),
        positional_only: int = 0,
        variable: str | None = None,
        keywords: str | None = None,
    ) -> None:
        self.function_name = function_name
        self.names = names
        self.defaults = defaults
        self.keyword_only = keyword_only
        self.positional_only = positional_only
        self.variable = variable
        self.keywords = keywords
        self.required = sum(name not in defaults for name in names)
        # A call with positional arguments only fits when their number lies between these two.
        self.least = self.required if all(name in defaults for name in keyword_only) else 1 << 30
        self.most = 1 << 30 if variable else len(names)

    @property
    def all_names(self) -> list[str]:
        """Every parameter's name."""
        extra = [name for name in (self.variable, self.keywords) if name]
        return [*self.names, *self.keyword_only, *extra]

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, defaults: bool = True) -> dict[str, Any]:
        """Gives the parameters of a call by name, in the order of the signature.

        Args:
            args: positional arguments.
            kwargs: named arguments.
            defaults: fill in what was not given.

        Raises:
            ParameterBindError: they do not fit the signature.
        """
        names = self.names
        if len(args) > len(names) and not self.variable:
            raise self._misfit(f"takes {len(names)} positional arguments, got {len(args)}", args, kwargs)
        bound: dict[str, Any] = dict(zip(names, args, strict=False))
        given = len(bound)
        rest: dict[str, Any] = {}
        positional_only = names[: self.positional_only]
        for name, value in kwargs.items():
            if (name in names and name not in positional_only) or name in self.keyword_only:
                if name in bound:
                    raise self._misfit(f"got two values for the parameter: {name}", args, kwargs)
                bound[name] = value
            elif self.keywords:
                rest[name] = value
            else:
                raise self._misfit(f"has no such parameter: {name}", args, kwargs)
        result: dict[str, Any] = {}
        for index, name in enumerate(names):
            if index < given or name in bound:
                result[name] = bound[name]
            elif name not in self.defaults:
                raise self._misfit(f"misses a value for the parameter: {name}", args, kwargs)
            elif defaults:
                result[name] = self.defaults[name]
        if self.variable and (defaults or len(args) > len(names)):
            result[self.variable] = args[len(names) :]
        for name in self.keyword_only:
            if name in bound:
                result[name] = bound[name]
            elif name not in self.defaults:
                raise self._misfit(f"misses a value for the parameter: {name}", args, kwargs)
            elif defaults:
                result[name] = self.defaults[name]
        if self.keywords and (defaults or rest):
            result[self.keywords] = rest
        return result

    def unbind(self, parameters: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Gives the arguments that a call with these parameters has: the reverse of `bind`."""
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        by_name = False
        for name in self.names:
            if name not in parameters:
                by_name = True
            elif by_name:
                kwargs[name] = parameters[name]
            else:
                args.append(parameters[name])
        if self.variable and not by_name:
            args.extend(parameters.get(self.variable, ()))
        for name in self.keyword_only:
            if name in parameters:
                kwargs[name] = parameters[name]
        if self.keywords:
            kwargs.update(parameters.get(self.keywords, {}))
        return tuple(args), kwargs

    def without_first(self) -> Plan:
        """Gives the plan of the bound method: without ``self``."""
        if not self.names:
            return self
        first, names = self.names[0], self.names[1:]
        defaults = {name: value for name, value in self.defaults.items() if name != first}
        positional_only = max(self.positional_only - 1, 0)
        return Plan(
            self.function_name, names, defaults, self.keyword_only, positional_only, self.variable, self.keywords
        )

    def describe(self) -> str:
        """Gives the signature as people write it, without hints."""
        parts: list[str] = []
        for index, name in enumerate(self.names):
            parts.append(f"{name}={self.defaults[name]!r}" if name in self.defaults else name)
            if index + 1 == self.positional_only:
                parts.append("/")
        if self.variable:
            parts.append(f"*{self.variable}")
        elif self.keyword_only:
            parts.append("*")
        parts += [f"{n}={self.defaults[n]!r}" if n in self.defaults else n for n in self.keyword_only]
        if self.keywords:
            parts.append(f"**{self.keywords}")
        return f"{self.function_name}({', '.join(parts)})"

    def _misfit(self, what: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ParameterBindError:
        given = f"{len(args)} by position" + (f", by name: {', '.join(kwargs)}" if kwargs else "")
        return ParameterBindError(
            f"'{self.function_name}' {what}\nhint: the signature is {self.describe()}; given were {given}"
        )


def plan_of(function: Callable[..., Any]) -> Plan:
    """Makes the plan of a function, a method, or anything else that can be called."""
    if type(function) is _FUNCTION and not hasattr(function, "__wrapped__") and not hasattr(function, "__signature__"):
        return _plan_of_code(function)
    return _plan_of_signature(function)


def _plan_of_code(function: Any) -> Plan:
    code = function.__code__
    names = code.co_varnames
    count, by_name = code.co_argcount, code.co_kwonlyargcount
    positional = names[:count]
    keyword_only = names[count : count + by_name]
    defaults = dict(
        zip(positional[count - len(function.__defaults__ or ()) :], function.__defaults__ or (), strict=True)
    )
    defaults.update(function.__kwdefaults__ or {})
    rest = list(names[count + by_name :])
    variable = rest.pop(0) if code.co_flags & CO_VARARGS else None
    keywords = rest.pop(0) if code.co_flags & CO_VARKEYWORDS else None
    return Plan(function.__name__, positional, defaults, keyword_only, code.co_posonlyargcount, variable, keywords)


def _plan_of_signature(function: Callable[..., Any]) -> Plan:
    import inspect

    names: list[str] = []
    keyword_only: list[str] = []
    defaults: dict[str, Any] = {}
    positional_only = 0
    variable = keywords = None
    for name, parameter in inspect.signature(function).parameters.items():
        kind = parameter.kind
        if kind is parameter.VAR_POSITIONAL:
            variable = name
        elif kind is parameter.VAR_KEYWORD:
            keywords = name
        elif kind is parameter.KEYWORD_ONLY:
            keyword_only.append(name)
        else:
            names.append(name)
            positional_only += kind is parameter.POSITIONAL_ONLY
        if parameter.default is not parameter.empty:
            defaults[name] = parameter.default
    return Plan(
        function_name(function), tuple(names), defaults, tuple(keyword_only), positional_only, variable, keywords
    )


def function_name(function: Any) -> str:
    """Gives the name of a function, or of the class of another callable."""
    return getattr(function, "__name__", None) or type(function).__name__


def kind_of(function: Any) -> str:
    """Says how a function is called: ``sync``, ``async``, ``generator`` or ``async_generator``."""
    while True:
        code = getattr(function, "__code__", None)
        if code is not None:
            break
        inner = getattr(function, "func", None) or getattr(function, "__func__", None)
        if inner is None:
            call: Any = getattr(function.__class__, "__call__", None)  # noqa: B004 - its code is wanted, not whether it is there
            code = getattr(call, "__code__", None)
            break
        function = inner
    flags = code.co_flags if code is not None else 0
    if flags & CO_ASYNC_GENERATOR:
        return "async_generator"
    if flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE):
        return "async"
    if flags & CO_GENERATOR:
        return "generator"
    marker = getattr(function, "_is_coroutine_mark", None) or getattr(function, "_is_coroutine_marker", None)
    return "async" if marker is not None else "sync"
