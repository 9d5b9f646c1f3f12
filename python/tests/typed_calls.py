"""What type checkers see of calls: read by pyright, never run."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from typing_extensions import assert_type

from milliways import flow, task
from milliways.futures import FutureList, TaskRunFuture
from milliways.states import State


@task(retries=2)
def double(x: int) -> int:
    return x * 2


@task
async def fetch(x: int) -> str:
    return str(x)


@flow
def plain(n: int) -> list[int]:
    assert_type(double(n), int)
    assert_type(double(n, return_state=True), State[int])
    assert_type(double.submit(n), TaskRunFuture[int])
    assert_type(double.submit(n, return_state=True), State[int])
    assert_type(double.map([n]), FutureList[int])
    assert_type(double.with_options(name="other")(n), int)
    return double.map([n]).result()


@flow(name="other")
async def other() -> str:
    assert_type(await fetch(1), str)
    assert_type(await fetch(1, return_state=True), State[str])
    assert_type(fetch.submit(1).result(), str)
    assert_type(fetch.map([1]).result(), list[str])
    return await fetch(1)


def calls() -> None:
    assert_type(plain(1), list[int])
    assert_type(plain(1, return_state=True), State[list[int]])
    result: Coroutine[Any, Any, str] = other()
    result.close()
    double("x")  # pyright: ignore[reportArgumentType]
    plain()  # pyright: ignore[reportCallIssue]
