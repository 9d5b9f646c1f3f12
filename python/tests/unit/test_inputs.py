"""Which task runs a run is recorded to depend on."""

from __future__ import annotations

import gc

import pytest

from milliways import flow, task
from milliways._identity import ResultIndex


@task
def make(value):
    return value


@task
def take(*values, named=None):
    return None


class Thing:
    pass


@pytest.mark.parametrize(
    "value",
    [1000, 1.5, "a longer text", ["list"], {"k": "v"}, {"set"}, Thing(), b"bytes!", (1000, 2)],
    ids=lambda v: type(v).__name__,
)
def test_passed_results_are_recognised(session, value):
    @flow
    def main():
        result = make(value)
        take(result)
        take(named=result)
        take([result])
        take({"x": result})

    main()
    source, *takers = session.flow_runs[0].task_runs
    found = [next(iter(t.inputs.values()), []) for t in takers]
    assert found == [[source.id]] * 4


def test_items_of_a_result_are_recognised(session):
    @flow
    def main():
        first, _ = make((Thing(), "second text"))
        take(first)
        for item in make(["alpha text", "beta text"]):
            take(item)

    main()
    runs = session.flow_runs[0].task_runs
    assert [list(t.inputs.values()) for t in runs if t.definition.name == "take"] == [
        [[runs[0].id]],
        [[runs[2].id]],
        [[runs[2].id]],
    ]


@pytest.mark.parametrize("value", [None, True, 5, "", (), ...])
def test_values_that_are_everywhere_the_same_are_not_tracked(session, value):
    @flow
    def main():
        make(value)
        take(value)

    main()
    assert session.flow_runs[0].task_runs[1].inputs == {}


def test_futures_and_wait_for(session):
    @flow
    def main():
        a, b, c = (make.submit(i) for i in range(3))
        take([a, {"x": b}], wait_for=[c])
        take.submit(a, named=b, wait_for=c).wait()

    main()
    a, b, c, first, second = session.flow_runs[0].task_runs
    assert first.inputs == {"values": [a.id, b.id], "wait_for": [c.id]}
    assert second.inputs == {"values": [a.id], "named": [b.id], "wait_for": [c.id]}


def test_result_of_a_subflow_comes_from_its_stand_in(session):
    @flow
    def child():
        return Thing()

    @flow
    def main():
        take(named=child())

    main()
    stand_in, taker = session.flow_runs[0].task_runs
    assert taker.inputs == {"named": [stand_in.id]}


def test_dead_objects_are_forgotten():
    index = ResultIndex()
    thing = Thing()
    identity = id(thing)
    index.remember(thing, "run")
    assert index.find(thing) == "run"
    del thing
    gc.collect()
    others = [Thing() for _ in range(1000)]
    assert all(index.find(o) is None for o in others if id(o) == identity)


def test_new_container_at_an_old_address_is_another_one(session):
    @flow
    def main():
        for _ in range(5):
            make([1, 2])

    main()
    assert [t.inputs for t in session.flow_runs[0].task_runs] == [{}] * 5


def test_changed_container_is_still_the_same(session):
    @flow
    def main():
        rows = make([1000])
        rows.append(2000)
        take(rows)

    main()
    source, taker = session.flow_runs[0].task_runs
    assert taker.inputs == {"values": [source.id]}


def test_containers_are_let_go_when_nobody_else_has_them():
    class Canary:
        alive = 0

        def __init__(self):
            Canary.alive += 1

        def __del__(self):
            Canary.alive -= 1

    @flow
    def main():
        most = 0
        for _ in range(50):
            make([Canary()])
            most = max(most, Canary.alive)
        return most

    assert main() <= 10


def test_index_is_bounded():
    index = ResultIndex()
    values = [f"value number {i}" for i in range(30_000)]
    for value in values:
        index.remember(value, value)
    assert len(index._entries) <= 20_000
    assert index.find(values[-1]) == values[-1]
    assert index.find(values[0]) is None
    for _ in range(3):
        index.remember([object() for _ in range(10)], "run")
    assert len(index._held) < 100
