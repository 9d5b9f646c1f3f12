"""Logs: what reaches the console and the journal."""

from __future__ import annotations

import logging
import sys

import pytest

from milliways import flow, get_run_logger, task
from milliways.exceptions import MissingContextError
from milliways.logging import LogEavesdropper, disable_run_logger, get_logger


def messages(run):
    return [(level, message, task_id) for level, _, message, task_id in run.logs]


def test_run_loggers_write_to_the_journal(session):
    @task
    def t():
        get_run_logger().warning("from %s", "task")

    @flow
    def main():
        get_run_logger().info("from flow")
        t()
        t.submit().wait()

    main()
    run = session.flow_runs[0]
    found = messages(run)
    assert (logging.INFO, "from flow", None) in found
    assert [(logging.WARNING, "from task", t.id) for t in run.task_runs] == [f for f in found if f[1] == "from task"]
    assert found[0][1] == "starts: flow 'main'"
    assert found[-1][1] == "ended as Completed()"


def test_console_lines(session, capsys):
    @flow
    def main():
        get_run_logger().info("hello")

    main()
    lines = capsys.readouterr().err.splitlines()
    name = session.flow_runs[0].name
    assert len(lines) == 3
    assert lines[1][2] == ":" and lines[1][8] == "."
    assert lines[1][12:] == f" | INFO    | Flow run '{name}' - hello"


def test_failure_is_logged_with_the_users_traceback(session, capsys):
    @flow
    def main():
        raise ValueError("oh")

    main(return_state=True)
    text = capsys.readouterr().err
    assert "failed: ValueError: oh" in text
    assert "test_logging.py" in text
    assert "_run/sync_flow.py" not in text
    assert "ended as Failed('flow run raised ValueError: oh')" in text


def test_log_of_a_task_outside_a_flow(session):
    @task
    def t():
        get_run_logger().info("alone")

    t()
    assert session.logs == [(20, "milliways.task_runs", "alone", None, session.task_runs[0].id)]


def test_no_logger_outside_a_run():
    with pytest.raises(MissingContextError, match="hint: call get_run_logger"):
        get_run_logger()


@pytest.mark.parametrize(
    ("of_flow", "of_task", "setting", "logged"),
    [
        (True, None, None, ["flow", "task"]),
        (True, False, None, ["flow"]),
        (None, True, None, ["task"]),
        (None, None, None, []),
        (None, None, "1", ["flow", "task"]),
        (False, None, "1", []),
    ],
)
def test_prints(session, capsys, monkeypatch, of_flow, of_task, setting, logged):
    if setting:
        monkeypatch.setenv("MILLIWAYS_LOGGING_LOG_PRINTS", setting)

    @task(log_prints=of_task)
    def t():
        print("task", end="\n")

    @flow(log_prints=of_flow)
    def main():
        print("flow")
        print("elsewhere", file=sys.stderr)
        t()

    main()
    captured = capsys.readouterr()
    found = [m for _, m, _ in messages(session.flow_runs[0]) if m in ("flow", "task")]
    assert found == logged
    assert captured.out.split() == [w for w in ("flow", "task") if w not in logged]
    assert "elsewhere" in captured.err


def test_print_joins_its_values(session):
    @flow(log_prints=True)
    def main():
        print("a", 1, sep="-")
        print("50%", {"x": 1})

    main()
    assert [m for _, m, _ in messages(session.flow_runs[0])][1:3] == ["a-1", "50% {'x': 1}"]


def test_child_loggers_and_extras(session):
    @flow
    def main():
        get_run_logger(extra_field=1).getChild("child").info("deep")

    main()
    assert ("milliways.flow_runs.child", "deep") in [(n, m) for _, n, m, _ in session.flow_runs[0].logs]


def test_level_of_the_setting_holds():
    logger = get_logger("some")
    assert (logger.name, logger.isEnabledFor(20), logger.isEnabledFor(10)) == ("milliways.some", True, False)


def test_run_loggers_can_be_turned_off_and_listened_to(capsys):
    with disable_run_logger():
        flow(lambda: 1, name="f")()
    assert capsys.readouterr().err == ""
    with LogEavesdropper("milliways.flow_runs", logging.INFO) as heard:
        flow(lambda: 1, name="f")()
    assert "[INFO]: milliways.flow_runs - ended as Completed()" in heard.text()


def test_tracebacks_start_with_the_users_code():
    @task
    def inner():
        raise ValueError("x")

    @flow
    def outer():
        inner()

    try:
        outer()
    except ValueError as error:
        names = []
        traceback = error.__traceback__
        while traceback is not None:
            names.append(traceback.tb_frame.f_code.co_name)
            traceback = traceback.tb_next
    assert names[0] == "test_tracebacks_start_with_the_users_code"
    assert names[-2:] == ["outer", "inner"]
    assert len(names) <= 6, "only the frames of the outermost call are ours"


def test_notices_of_the_engine_are_shown_at_the_end_of_a_flow_run(session, capsys):
    session.pending_notices = ["the server is away: records wait in the spool"]
    flow(lambda: 1, name="f")()
    assert "WARNING" in capsys.readouterr().err.splitlines()[-1]
    assert session.pending_notices == []
