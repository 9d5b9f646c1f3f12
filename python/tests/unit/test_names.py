"""Names of flows, tasks and runs; tags; descriptions."""

from __future__ import annotations

import pytest

from milliways import flow, runtime, tags, task
from milliways.exceptions import InvalidNameError, ReservedArgumentError


def test_default_names():
    def some_function():
        """Does
        something.
        """

    assert (flow(some_function).name, task(some_function).name) == ("some-function", "some_function")
    assert flow(some_function).description == "Does\nsomething."
    assert flow(lambda: 1).name == "lambda"


@pytest.mark.parametrize("name", ["a/b", "50%", "a&b", "a>b", "a<b"])
def test_characters_of_addresses_are_refused(name):
    for make in (flow, task):
        with pytest.raises(InvalidNameError, match="hint: leave out"):
            make(lambda: 1, name=name)


@pytest.mark.parametrize("option", ["return_state", "wait_for"])
def test_reserved_parameters_are_refused(option):
    for make in (flow, task):
        with pytest.raises(ReservedArgumentError, match=option):
            make(eval(f"lambda {option}: 1"), name="x")


class Thing:
    a = 4


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("hello-{x.a}", "hello-4"),
        (lambda: f"by-{runtime.flow_run.flow_name}", "by-main"),
        (lambda parameters: f"with-{parameters['y']}", "with-2"),
    ],
)
def test_run_names(session, template, name):
    @task(task_run_name=template)
    def named(x, y=2):
        return runtime.task_run.name

    @flow(flow_run_name=template)
    def main(x, y=2):
        return runtime.flow_run.name, named(x), named.submit(x).result()

    assert main(Thing()) == (name, name, name)
    assert session.flow_runs[0].name == name


def test_wrong_run_names():
    with pytest.raises(KeyError, match="names a parameter that there is not: z"):
        flow(lambda x: 1, flow_run_name="{z}")(1)
    with pytest.raises(TypeError, match="text or a function"):
        task(lambda: 1, task_run_name=3)
    with pytest.raises(TypeError, match="gives text"):
        flow(lambda: 1, flow_run_name=lambda: 3)()


def test_tags(session):
    @task(tags=["own"])
    def tagged():
        return runtime.task_run.tags

    @flow
    def main():
        with tags("a"), tags("b"):
            return tagged(), tagged.submit().result(), runtime.flow_run.tags

    with tags("outside") as joined:
        assert joined == {"outside"}
        result = main()
    assert result == (["a", "b", "outside", "own"], ["a", "b", "outside", "own"], ["outside"])
    run = session.flow_runs[0]
    assert run.tags == ["outside"]
    assert run.task_runs[0].tags == ["a", "b", "outside", "own"]


def test_tags_as_decorator(session):
    @tags("x")
    def outside():
        flow(lambda: 1, name="f")()

    outside()
    assert session.flow_runs[0].tags == ["x"]


def test_runtime_outside_a_run():
    assert (runtime.flow_run.id, runtime.flow_run.tags, runtime.flow_run.parameters) == (None, [], {})
    assert (runtime.task_run.id, runtime.task_run.run_count, runtime.deployment.id) == (None, 0, None)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = runtime.flow_run.nonsense


def test_runtime_in_a_subflow(session):
    @flow
    def child():
        return runtime.flow_run.parent_flow_run_id, runtime.flow_run.root_flow_run_id, runtime.flow_run.run_count

    @flow
    def middle():
        return child()

    @flow
    def main():
        return middle()

    parent, root, count = main()
    assert (root, parent, count) == (session.flow_runs[0].id, session.flow_runs[1].id, 1)


def test_runtime_can_be_set_for_tests(monkeypatch):
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__NAME", "fixed")
    monkeypatch.setenv("MILLIWAYS__RUNTIME__FLOW_RUN__TAGS", "a, b")
    assert (runtime.flow_run.name, runtime.flow_run.tags) == ("fixed", ["a", "b"])


def test_with_options():
    hook = lambda *_: None  # noqa: E731 - a function without a name is the point

    @task(retries=2, tags=["x"], timeout_seconds=5, on_failure=[hook])
    def original(): ...

    changed = original.with_options(name="other", retries=None, log_prints=True)
    assert (changed.name, changed.retries, changed.tags, changed.timeout_seconds) == ("other", 0, {"x"}, 5.0)
    assert (changed.log_prints, changed.on_failure_hooks) == (True, [hook])
    assert original.retries == 2

    @flow(retries=1, log_prints=True)
    def main(): ...

    other = main.with_options(name="other", log_prints=None)
    assert (other.name, other.retries, other.log_prints, main.log_prints) == ("other", 1, None, True)


@pytest.mark.parametrize(
    ("make", "option"),
    [(flow, "result_storage"), (task, "result_serializer"), (task, "result_storage_key"), (task, "asset_deps")],
)
def test_options_of_later_versions_are_refused_by_name(make, option):
    with pytest.raises(NotImplementedError, match=f"not available in this version: {option}"):
        make(lambda: 1, name="x", **{option: "something"})


@pytest.mark.parametrize("name", ["serve", "deploy", "to_deployment"])
def test_methods_of_later_versions_are_told_apart_from_nonsense(name):
    with pytest.raises(AttributeError, match="not available in this version"):
        getattr(flow(lambda: 1), name)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = flow(lambda: 1).nonsense
    assert not hasattr(task(lambda: 1), "delay")
