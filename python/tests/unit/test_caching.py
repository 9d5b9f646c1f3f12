"""Caching of results within the process."""

from __future__ import annotations

import datetime

import pytest

from milliways import flow, task
from milliways._run.cache import store
from milliways.cache_policies import (
    DEFAULT,
    FLOW_PARAMETERS,
    INPUTS,
    NO_CACHE,
    RUN_ID,
    TASK_SOURCE,
    CacheKeyFnPolicy,
    CachePolicy,
    Inputs,
    hash_of,
)
from milliways.exceptions import HashError
from milliways.tasks import task_input_hash


@pytest.fixture(autouse=True)
def empty_store():
    store.clear()


def counting(**options):
    calls = []

    @task(name="counting", **options)
    def function(x=0, y=0):
        calls.append(x)
        return len(calls)

    return function


def run(function, *calls):
    """Calls a task in one flow; gives results and state names."""

    @flow
    def main(p=0):
        return [(s.result(), s.name) for s in (function(*c, return_state=True) for c in calls)]

    return main()


def test_nothing_is_cached_without_a_word():
    assert run(counting(), (1,), (1,)) == [(1, "Completed"), (2, "Completed")]


def test_inputs(session):
    function = counting(cache_policy=INPUTS)
    assert run(function, (1,), (1,), (2,)) == [(1, "Completed"), (1, "Cached"), (2, "Completed")]
    assert run(function, (1,)) == [(1, "Cached")], "the key holds for other flow runs too"
    assert session.flow_runs[0].task_runs[1].state.type == "COMPLETED"
    assert "Running" not in [s.name for s in session.flow_runs[0].task_runs[1].states]


def test_run_id_holds_within_one_flow_run():
    function = counting(cache_policy=RUN_ID)
    assert run(function, (1,), (2,)) == [(1, "Completed"), (1, "Cached")]
    assert run(function, (1,)) == [(2, "Completed")]


def test_flow_parameters():
    function = counting(cache_policy=FLOW_PARAMETERS)

    @flow
    def main(p):
        return function()

    assert [main(1), main(1), main(2)] == [1, 1, 2]


def test_subtracted_inputs_do_not_count():
    assert run(counting(cache_policy=INPUTS - "y"), (1, 1), (1, 2), (2, 2)) == [
        (1, "Completed"),
        (1, "Cached"),
        (2, "Completed"),
    ]


@pytest.mark.parametrize(
    ("options", "second"),
    [
        ({"cache_policy": NO_CACHE}, "Completed"),
        ({"cache_policy": None}, "Completed"),
        ({"cache_policy": DEFAULT}, "Cached"),
        ({"cache_policy": INPUTS, "persist_result": False}, "Completed"),
        ({"cache_policy": INPUTS, "refresh_cache": True}, "Completed"),
        ({"cache_policy": INPUTS, "cache_expiration": datetime.timedelta(hours=1)}, "Cached"),
        ({"cache_policy": INPUTS, "cache_expiration": datetime.timedelta(0)}, "Completed"),
        ({"cache_key_fn": lambda context, parameters: "k"}, "Cached"),
        ({"cache_key_fn": lambda context, parameters: None}, "Completed"),
        ({"cache_key_fn": task_input_hash}, "Cached"),
        ({"cache_policy": CacheKeyFnPolicy(lambda context, parameters: context.task.name)}, "Cached"),
        ({"cache_policy": TASK_SOURCE + INPUTS}, "Cached"),
    ],
)
def test_options(options, second):
    assert [name for _, name in run(counting(**options), (1,), (1,))] == ["Completed", second]


def test_persist_result_turns_the_default_policy_on_and_says_where_results_are(monkeypatch):
    from milliways import _options

    monkeypatch.setattr(_options, "_warned", False)
    with pytest.warns(UserWarning, match="memory of this process"):
        function = counting(persist_result=True)
    assert [name for _, name in run(function, (1,), (1,))] == ["Completed", "Cached"]


def test_failing_key_is_logged_and_the_task_runs(session):
    def broken(context, parameters):
        raise RuntimeError("no key")

    assert [name for _, name in run(counting(cache_key_fn=broken), (1,), (1,))] == ["Completed", "Completed"]
    assert any("no key" in message for _, _, message, _ in session.flow_runs[0].logs)


def test_refresh_by_setting(monkeypatch):
    monkeypatch.setenv("MILLIWAYS_TASKS_REFRESH_CACHE", "true")
    assert [name for _, name in run(counting(cache_policy=INPUTS), (1,), (1,))] == ["Completed", "Completed"]


def test_sums_of_policies():
    assert (INPUTS + NO_CACHE) is INPUTS
    assert (NO_CACHE + INPUTS) is INPUTS
    both = Inputs(["a"]) + Inputs(["b"]) + TASK_SOURCE
    assert both == TASK_SOURCE + Inputs(["a", "b"])
    with pytest.raises(NotImplementedError):
        CachePolicy().compute_key(None, {}, {})


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ({"x": 1, "y": 2}, {"y": 2, "x": 1}, True),
        ([1, 2], (1, 2), False),
        ({1: "a"}, {"1": "a"}, False),
        (1, True, False),
        (1, "1", False),
        ({1, 2}, {2, 1}, True),
    ],
)
def test_hashes_tell_values_apart(a, b, same):
    assert (hash_of(a) == hash_of(b)) == same


def test_what_cannot_be_hashed_is_said():
    import threading

    with pytest.raises(HashError, match="cache_policy=NO_CACHE"):
        hash_of(threading.Lock())


def test_result_that_is_not_kept_is_missing():
    from milliways.exceptions import MissingResult

    @flow
    def main():
        state = task(lambda: 5, name="t", cache_result_in_memory=False)(return_state=True)
        with pytest.raises(MissingResult):
            state.result()

    main()
