"""Submitting, mapping, and waiting for futures."""

from __future__ import annotations

import threading

import pytest

from milliways import allow_failure, as_completed, flow, quote, task, unmapped, wait
from milliways.exceptions import MappingLengthMismatch, MappingMissingIterable
from milliways.futures import FutureList
from milliways.task_runners import ThreadPoolTaskRunner


@task
def double(x):
    return x * 2


@task
def pair(a, b):
    return a, b


@task
def bad(x=None):
    raise ValueError("bad")


def in_flow(function, **options):
    return flow(function, name="test", **options)()


def test_submit_needs_a_flow():
    with pytest.raises(RuntimeError, match="outside a flow"):
        double.submit(1)


def test_future_has_state_result_and_id(session):
    def body():
        future = double.submit(2)
        future.wait()
        return future.result(), future.state.name, str(future.task_run_id), future.done()

    result, state, id_, done = in_flow(body)
    assert (result, state, done) == (4, "Completed", True)
    assert id_ == session.flow_runs[0].task_runs[0].id


def test_submitted_task_is_pending_until_a_thread_takes_it(session):
    gate = threading.Event()

    @task
    def held():
        gate.wait(10)

    def body():
        first, second = held.submit(), double.submit(1)
        states = (second.state.name, second.done())
        with pytest.raises(TimeoutError):
            second.result(timeout=0)
        gate.set()
        return states, second.result(), first.result()

    assert in_flow(body, task_runner=ThreadPoolTaskRunner(max_workers=1)) == (("Pending", False), 2, None)


def test_dependent_tasks_do_not_hold_threads():
    """With one thread, a task whose upstream comes later in the queue can still run."""
    gate = threading.Event()

    @task
    def held():
        gate.wait(10)
        return 1

    def body():
        upstream = held.submit()
        middle = double.submit(upstream)
        last = double.submit(middle)
        gate.set()
        return last.result()

    assert in_flow(body, task_runner=ThreadPoolTaskRunner(max_workers=1)) == 4


def test_tasks_that_wait_for_each_other_get_more_threads():
    barrier = threading.Barrier(40)

    @task
    def meet(i):
        barrier.wait(30)
        return i

    assert in_flow(lambda: meet.map(range(40)).result()) == list(range(40))


def test_nested_submission_does_not_lock_up():
    @task
    def tree(depth):
        if depth == 0:
            return 1
        return sum(f.result() for f in [tree.submit(depth - 1), tree.submit(depth - 1)])

    assert in_flow(lambda: tree(5)) == 32


def test_done_callbacks_come_once():
    def body():
        seen = []
        future = double.submit(1)
        future.add_done_callback(seen.append)
        future.wait()
        future.add_done_callback(seen.append)
        return seen == [future, future]

    assert in_flow(body)


def test_flow_waits_for_what_it_has_submitted(session):
    gate = threading.Event()

    @task
    def held():
        gate.wait(10)

    def body():
        held.submit()
        threading.Timer(0.01, gate.set).start()

    in_flow(body)
    assert session.flow_runs[0].task_runs[0].state.type == "COMPLETED"


def test_failed_flow_drops_what_has_not_started(session):
    gate = threading.Event()
    started = threading.Event()

    @task
    def held():
        started.set()
        gate.wait(10)

    def body():
        held.submit()
        double.submit(1)
        started.wait(10)
        threading.Timer(0.01, gate.set).start()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        in_flow(body, task_runner=ThreadPoolTaskRunner(max_workers=1))
    assert [t.state.type for t in session.flow_runs[0].task_runs] == ["COMPLETED", "CANCELLED"]


def test_wait_and_as_completed():
    def body():
        futures = double.map([1, 2, 3])
        done, not_done = wait(futures)
        return done == set(futures), not_done, sorted(f.result() for f in as_completed(futures))

    assert in_flow(body) == (True, set(), [2, 4, 6])


def test_as_completed_gives_the_first_first():
    gate = threading.Event()

    @task
    def held():
        gate.wait(10)
        return "late"

    def body():
        late, early = held.submit(), double.submit(1)
        order = as_completed([late, early])
        first = next(order).result()
        not_done = wait([late, early], timeout=0).not_done == {late}
        with pytest.raises(TimeoutError):
            next(as_completed([late], timeout=0))
        gate.set()
        return first, next(order).result(), not_done

    assert in_flow(body) == (2, "late", True)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (([1, 2], 3), [(1, 3), (2, 3)]),
        (([1, 2], [3, 4]), [(1, 3), (2, 4)]),
        (([1, 2], unmapped([5])), [(1, [5]), (2, [5])]),
        (([1, 2], "ab"), [(1, "ab"), (2, "ab")]),
        (({"a": 1, "b": 2}, 3), [("a", 3), ("b", 3)]),
        ((range(2), quote([9])), [(0, [9]), (1, [9])]),
        (((i for i in (1, 2)), 3), [(1, 3), (2, 3)]),
        (([], 3), []),
    ],
)
def test_map(args, expected):
    assert in_flow(lambda: pair.map(*args).result()) == expected


def test_map_over_futures():
    def body():
        doubled = double.map([1, 2])
        return (
            double.map(doubled).result(),
            pair.map(double.submit([1, 2]), 3).result(),
            pair.map([double.submit(1), 5], b=[1, 2]).result(),
        )

    assert in_flow(body) == ([4, 8], [(1, 3), (2, 3), (1, 3), (2, 3)], [(2, 1), (5, 2)])


def test_map_keeps_failures_to_their_items():
    def body():
        first = bad.map([1, 2])
        return pair.map(allow_failure(first), 1).result(), double.map([1, bad.submit()], return_state=True)

    pairs, states = in_flow(body)
    assert [type(a) for a, _ in pairs] == [ValueError, ValueError]
    assert [s.name for s in states] == ["Completed", "NotReady"]


@pytest.mark.parametrize(
    ("args", "error"),
    [((1, 2), MappingMissingIterable), (([1], [1, 2]), MappingLengthMismatch), (("ab", 1), MappingMissingIterable)],
)
def test_map_refuses(args, error):
    def body():
        with pytest.raises(error):
            pair.map(*args)

    in_flow(body)


def test_future_list():
    def body():
        futures = bad.map([1, 2])
        assert isinstance(futures, FutureList)
        assert isinstance(futures[:1], FutureList)
        futures.wait()
        with pytest.raises(ValueError, match="bad"):
            futures.result()
        return futures.result(raise_on_failure=False)

    assert [str(e) for e in in_flow(body)] == ["bad", "bad"]


def test_context_variables_reach_the_threads():
    from contextvars import ContextVar

    variable = ContextVar("variable", default=0)

    @task
    def read():
        return variable.get()

    def body():
        variable.set(7)
        return read.submit().result()

    assert in_flow(body) == 7


def test_custom_task_runner_gets_the_calls():
    from milliways.task_runners import TaskRunner

    seen = []

    class Recording(TaskRunner):
        def submit(self, task, parameters, wait_for=None, dependencies=None):
            seen.append((task.name, parameters))
            return ThreadPoolTaskRunner.submit(self.inner, task, parameters, wait_for)

        def __enter__(self):
            self.inner = ThreadPoolTaskRunner().__enter__()
            return self

        def __exit__(self, *exception):
            self.inner.__exit__(*exception)

    assert in_flow(lambda: pair.submit(1, b=2).result(), task_runner=Recording()) == (1, 2)
    assert seen == [("pair", {"a": 1, "b": 2})]


def test_many_items_are_quick():
    import time

    def body():
        start = time.perf_counter()
        total = sum(double.map(range(10_000)).result())
        return total, time.perf_counter() - start

    total, seconds = in_flow(body)
    assert total == 99_990_000
    assert seconds < 5, "even on a loaded machine, with the slow stand-in"
