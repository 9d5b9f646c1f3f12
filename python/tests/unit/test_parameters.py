"""How parameters are bound, checked and recorded."""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import Annotated, Any, Literal, Union

import pydantic
import pytest

from milliways import flow
from milliways._plain_validation import fits
from milliways._serialize import parameters_to_json
from milliways._signature import kind_of, plan_of
from milliways.exceptions import ParameterTypeError, SignatureMismatchError


class Model(pydantic.BaseModel):
    a: int


def f_plain(a, b=2): ...
def f_all(a, /, b, *rest, c=3, **named): ...
def f_only(*, k): ...


@functools.wraps(f_plain)
def f_wrapped(*args, **kwargs): ...


class Callable:
    def __call__(self, x): ...


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (f_plain, "f_plain(a, b=2)"),
        (f_all, "f_all(a, /, b, *rest, c=3, **named)"),
        (f_only, "f_only(*, k)"),
        (f_wrapped, "f_plain(a, b=2)"),
        (functools.partial(f_plain, 1), "partial(b=2)"),
        (Callable(), "Callable(x)"),
    ],
)
def test_plan(function, text):
    assert plan_of(function).describe() == text


@pytest.mark.parametrize(
    ("function", "args", "kwargs"),
    [
        (f_plain, (1,), {}),
        (f_plain, (), {"b": 1, "a": 2}),
        (f_all, (1, 2, 3, 4), {"c": 5, "d": 6}),
        (f_all, (1,), {"b": 2}),
        (f_only, (), {"k": 1}),
    ],
)
def test_binding_agrees_with_inspect_and_can_be_undone(function, args, kwargs):
    import inspect

    plan = plan_of(function)
    bound = inspect.signature(function).bind(*args, **kwargs)
    assert plan.bind(args, kwargs, defaults=False) == bound.arguments
    bound.apply_defaults()
    assert plan.bind(args, kwargs) == bound.arguments
    assert plan.unbind(bound.arguments) == (bound.args, bound.kwargs)


async def k_async(): ...
async def k_agen():
    yield


def k_gen():
    yield


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (f_plain, "sync"),
        (k_async, "async"),
        (k_gen, "generator"),
        (k_agen, "async_generator"),
        (functools.partial(k_async), "async"),
        (Callable(), "sync"),
        (len, "sync"),
    ],
)
def test_kind(function, kind):
    assert kind_of(function) == kind


@pytest.mark.parametrize(
    ("hint", "value", "result"),
    [
        (int, 3, 3),
        (int, "3", 3),
        (float, 1, 1.0),
        (list[int], ("1", 2), [1, 2]),
        (int | None, None, None),
        (int | str, "x", "x"),
        (Model, {"a": "5"}, Model(a=5)),
        (Literal["a", "b"], "a", "a"),
        (Annotated[int, pydantic.Field(gt=2)], 3, 3),
        (Any, object, object),
        (Callable, (c := Callable()), c),
    ],
)
def test_parameters_get_the_hinted_type(hint, value, result):
    def function(x):
        return x

    function.__annotations__ = {"x": hint}
    assert flow(function)(value) == result


@pytest.mark.parametrize(
    ("hint", "value", "problem"),
    [
        (int, "a", "x: Input should be a valid integer"),
        (Model, {"a": "z"}, "x.a: "),
        (Annotated[int, pydantic.Field(gt=2)], 1, "greater than 2"),
    ],
)
def test_wrong_parameters_fail_the_run_and_the_call(session, hint, value, problem):
    called = []

    def function(x):
        called.append(x)

    function.__annotations__ = {"x": hint}
    with pytest.raises(ParameterTypeError, match=problem):
        flow(function)(value)
    assert flow(function)(value, return_state=True).is_failed()
    assert called == []
    assert session.flow_runs[0].state.type == "FAILED"
    assert flow(function, validate_parameters=False, name="f")(value) is None


def test_variable_parameters_are_checked_one_by_one():
    @flow
    def sums(*numbers: int, **named: float):
        return numbers, named

    assert sums("1", 2, x="3") == ((1, 2), {"x": 3.0})
    assert sums() == ((), {})


def test_defaults_are_not_checked_and_unknown_hints_do_no_harm():
    @flow
    def main(x: int = None, y: NotImported = 1, z: int = 3):  # noqa: F821, RUF013 - such hints are the point
        return x, y, z

    assert main() == (None, 1, 3)
    assert main("1", 2, "4") == (1, 2, 4)


def test_validate_parameters_by_name():
    @flow
    def main(x: int): ...

    assert main.validate_parameters({"x": "3"}) == {"x": 3}
    with pytest.raises(SignatureMismatchError, match="no such parameter: y"):
        main.validate_parameters({"y": 1})


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (1, int, True),
        (True, int, False),
        (1, float, True),
        ("1", int, False),
        ([1], list[int], True),
        (["1"], list[int], False),
        ({"a": 1}, dict[str, int], True),
        ({1: 1}, dict[str, int], False),
        (None, Union[int, None], True),
        (1.5, int | None, False),
        ((1, "a"), tuple[int, str], True),
        ((1, 2, 3), tuple[int, ...], True),
        ((1,), tuple[int, str], False),
        ("a", Literal["a"], True),
        ("c", Literal["a"], False),
        (3, Annotated[int, "x"], True),
        (object(), "forward", True),
    ],
)
def test_checks_without_pydantic(value, hint, expected):
    assert fits(value, hint) is expected


def test_without_pydantic_values_are_checked_and_not_converted(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pydantic", None)

    @flow
    def main(x: list[int]):
        return x

    assert main([1]) == [1]
    with pytest.raises(ParameterTypeError, match=r"x: expected .*list.*, got list"):
        main(["1"])


@dataclasses.dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": [1, None, 2.5]}, {"a": [1, None, 2.5]}),
        (Point(3), {"x": 3}),
        (Model(a=1), {"a": 1}),
        (
            {
                1,
            },
            [1],
        ),
        (float("inf"), "inf"),
        ({(1, 2): 3}, {"(1, 2)": 3}),
        (b"x", "x"),
        (object, "<builtins.type>"),
        (1 << 1024, hex(1 << 1024)),
        ("half a pair: \ud800", "half a pair: \\ud800"),
        ([float("nan")] * 2, ["nan", "nan"]),
    ],
)
def test_parameters_as_json(value, shown):
    assert json.loads(parameters_to_json({"p": value})) == {"p": shown}


def test_cycles_end():
    loop: list = []
    loop.append(loop)
    assert b"too deep" in parameters_to_json({"p": loop})


def test_large_parameters_are_shown_by_their_beginnings():
    data = parameters_to_json({"small": [1], "large": list(range(200_000))})
    assert len(data) < 512 * 1024
    shown = json.loads(data)
    assert shown["small"] == [1]
    assert shown["large"].startswith("[0, 1, 2") and shown["large"].endswith("bytes)")
