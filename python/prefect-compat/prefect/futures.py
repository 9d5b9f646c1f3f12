"""Futures, by the names that Prefect gives them."""

from milliways._resolve import to_states as resolve_futures_to_states
from milliways._resolve import to_values as resolve_futures_to_results
from milliways.futures import DoneAndNotDoneFutures, Future, FutureList, TaskRunFuture, as_completed, wait

PrefectFuture = Future
PrefectTaskRunFuture = PrefectWrappedFuture = PrefectConcurrentFuture = TaskRunFuture
PrefectFutureList = FutureList

__all__ = [
    "DoneAndNotDoneFutures",
    "PrefectConcurrentFuture",
    "PrefectFuture",
    "PrefectFutureList",
    "PrefectTaskRunFuture",
    "PrefectWrappedFuture",
    "as_completed",
    "resolve_futures_to_results",
    "resolve_futures_to_states",
    "wait",
]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
