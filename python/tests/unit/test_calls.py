"""Calling flows and tasks: what the caller gets, and what is recorded."""

from __future__ import annotations

import pytest

from milliways import flow, task
from milliways.exceptions import ParameterBindError
from milliways.states import Failed, State


@task
def add(a, b=1):
    return a + b


@task
def fail():
    raise ValueError("bad")


def names(run):
    return [state.name for state in run.states]


def test_task_in_a_flow_is_recorded_from_pending_to_completed(session):
    @flow
    def sums():
        return add(1) + add(2, b=3)

    assert sums() == 7
    (run,) = session.flow_runs
    assert names(run) == ["Pending", "Running", "Completed"]
    assert [(t.name, names(t)) for t in run.task_runs] == [
        ("add-0", ["Pending", "Running", "Completed"]),
        ("add-1", ["Pending", "Running", "Completed"]),
    ]


def test_task_outside_a_flow_is_recorded_on_its_own(session):
    assert add(1) == 2
    (run,) = session.task_runs
    assert run.flow_run_id is None
    assert names(run) == ["Pending", "Running", "Completed"]


def test_exception_of_a_task_goes_through_to_the_caller_of_the_flow(session):
    @flow
    def failing():
        fail()

    with pytest.raises(ValueError, match="bad"):
        failing()
    (run,) = session.flow_runs
    assert run.state.type == "FAILED"
    assert run.state.message == "flow run raised ValueError: bad"
    assert run.task_runs[0].state.message == "task run raised ValueError: bad"


def test_return_state_gives_the_state_and_raises_nothing():
    @flow
    def failing():
        fail()

    state = failing(return_state=True)
    assert state.is_failed()
    assert isinstance(state.result(raise_on_failure=False), ValueError)
    with pytest.raises(ValueError, match="bad"):
        state.result()


def test_return_state_of_a_task_knows_its_runs(session):
    @flow
    def one():
        return [add(1, return_state=True)]

    (state,) = one()
    (run,) = session.flow_runs
    assert state.result() == 2
    assert str(state.state_details.task_run_id) == run.task_runs[0].id
    assert str(state.state_details.flow_run_id) == run.id
    assert state.timestamp.tzinfo is not None


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "misses a value for the parameter: a"),
        ((1, 2, 3), {}, "takes 2 positional arguments, got 3"),
        ((1,), {"a": 2}, "got two values for the parameter: a"),
        ((1,), {"c": 2}, "has no such parameter: c"),
    ],
)
def test_arguments_that_do_not_fit_make_no_run(session, args, kwargs, message):
    @flow
    def wrong():
        for call in (add, add.submit):
            with pytest.raises(ParameterBindError, match=message):
                call(*args, **kwargs)

    wrong()
    assert session.flow_runs[0].task_runs == []


def test_futures_and_states_among_the_arguments_become_results():
    @task
    def same(*values, **named):
        return values, named

    @flow
    def mixed():
        future = add.submit(1)
        state = add(2, return_state=True)
        return same(future, [state, {"k": (future, 5)}], named={"x": future})

    assert mixed() == ((2, [3, {"k": (2, 5)}]), {"named": {"x": 2}})


def test_data_classes_are_looked_through_and_left_alone():
    import dataclasses

    @dataclasses.dataclass
    class Box:
        value: object

    @task
    def open_box(box):
        return box.value

    @flow
    def boxes():
        future = add.submit(1)
        box = Box(future)
        return open_box(box), box.value is future

    assert boxes() == (2, True)


def test_nested_task_names_its_parent(session):
    @task
    def outer():
        return add(1)

    @flow
    def nested():
        return outer()

    assert nested() == 2
    outer_run, inner_run = session.flow_runs[0].task_runs
    assert inner_run.inputs["__parents__"] == [outer_run.id]


def test_task_that_returns_a_failed_state_gives_the_state(session):
    @task
    def refuse():
        return Failed(message="no")

    @flow
    def refused():
        state = refuse()
        return state.message if isinstance(state, State) else None

    assert refused() == "no"
    assert session.flow_runs[0].task_runs[0].state.type == "FAILED"


def test_keyboard_interrupt_crashes_task_and_flow_and_goes_on(session):
    @task
    def interrupted():
        raise KeyboardInterrupt

    @flow
    def main():
        interrupted()

    with pytest.raises(KeyboardInterrupt):
        main()
    (run,) = session.flow_runs
    assert run.state.type == "CRASHED"
    assert run.task_runs[0].state.type == "CRASHED"


def test_subflow_is_a_run_of_its_own_with_a_task_run_that_stands_for_it(session):
    @flow
    def child(x):
        return x * 2

    @flow
    def parent():
        return child(add.submit(1)) + 1

    assert parent() == 5
    parent_run, child_run = session.flow_runs
    stand_in = child_run.parent
    assert stand_in in parent_run.task_runs
    assert names(stand_in) == ["Pending"]
    assert stand_in.inputs == {"x": [parent_run.task_runs[0].id]}
    assert child_run.parameters == b'{"x": 2}'


def test_subflow_does_not_start_after_a_failed_upstream(session):
    from milliways.exceptions import UnfinishedRun

    started = []

    @flow
    def child(x):
        started.append(x)

    @flow
    def parent():
        with pytest.raises(UnfinishedRun):
            child(fail.submit())

    parent()
    assert started == []
    assert session.flow_runs[1].state.name == "NotReady"


def test_method_class_method_and_static_method():
    class Thing:
        factor = 2

        @task
        def scaled(self, x):
            return x * self.factor

        @task
        @classmethod
        def of_class(cls, x):
            return cls.__name__, x

        @task
        @staticmethod
        def inner_static(x):
            return x

        @staticmethod
        @task
        def outer_static(x):
            return x

        @flow
        def run(self, x):
            return (
                self.scaled(x),
                self.scaled.submit(x).result(),
                self.of_class(x),
                self.inner_static(x),
                self.outer_static(x),
            )

        @flow
        @classmethod
        def run_class(cls, x):
            return cls.__name__, x

    assert Thing().run(3) == (6, 6, ("Thing", 3), 3, 3)
    assert Thing.run_class(4) == ("Thing", 4)
    assert Thing().run_class(4) == ("Thing", 4)


def test_tasks_can_be_copied_and_pickled():
    import copy
    import pickle

    import cloudpickle

    assert copy.copy(add)(1) == 2
    twin = pickle.loads(cloudpickle.dumps(add.with_options(name="other")))
    assert (twin.name, twin(1)) == ("other", 2)


def test_text_that_utf8_cannot_express_is_recorded_escaped(session):
    @flow
    def main():
        raise ValueError("half a pair: \ud800")

    main(return_state=True)
    assert session.flow_runs[0].state.message.endswith("half a pair: \\ud800")


def test_exception_without_text_does_no_harm(session):
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    @flow
    def main():
        raise Broken

    assert main(return_state=True).is_failed()
