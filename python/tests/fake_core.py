"""Stands for the native extension in tests that need no server: the same contract in plain Python, with what was recorded kept in lists."""

from __future__ import annotations

import itertools
import os
import random
import threading
import time
import uuid

__version__ = "0.0.0"


class MilliwaysError(Exception):
    """Base of the errors that the extension raises."""


class ApiError(MilliwaysError):
    """A request was refused or could not be made."""


class FlowDef:
    def __init__(
        self, name, *, version=None, retries=0, retry_delay_seconds=0.0, timeout_seconds=None, description=None
    ):
        self.name, self.version, self.retries, self.delay = name, version, retries, retry_delay_seconds
        self.timeout_seconds, self.description = timeout_seconds, description


class TaskDef:
    def __init__(
        self,
        name,
        task_key,
        *,
        version=None,
        tags=(),
        retries=0,
        retry_delays=(),
        retry_jitter_factor=None,
        timeout_seconds=None,
    ):
        self.name, self.task_key, self.version, self.tags = name, task_key, version, list(tags)
        self.retries, self.retry_delays, self.jitter = retries, list(retry_delays), retry_jitter_factor


class StateRecord:
    __slots__ = ("id", "message", "name", "timestamp", "type")

    def __init__(self, type, name=None, message=None):
        self.id = uuid7()
        self.type, self.name, self.message = type, name or type.capitalize(), message
        self.timestamp = time.time()


class _Run:
    def __init__(self, id, name):
        self.id, self.name = id or uuid7(), name
        self.run_count = 0
        self.start_time = None
        self.states = []
        self._enter("PENDING")

    def _enter(self, type, name=None, message=None):
        self.state = StateRecord(type, name, message)
        self.states.append(self.state)

    def set_name(self, name):
        self.name = name

    def running(self):
        self._enter("RUNNING", "Retrying" if self.state.name == "AwaitingRetry" else None)
        self.run_count += 1
        self.start_time = self.start_time or self.state.timestamp

    def complete(self, name=None, message=None, data=None):
        self._enter("COMPLETED", name, message)

    def set_state(self, type, name=None, message=None, data=None, *, details=None):
        self._enter(type, name, message)
        self.details = details

    def _fail(self, retries, delay, message, name, retriable):
        if self.run_count and retriable and self.run_count <= retries:
            self._enter("SCHEDULED", "AwaitingRetry", message)
            return delay
        self._enter("FAILED", name, message)
        return None


class TaskRun(_Run):
    def __init__(self, definition, name, inputs, tags, start, flow_run, number):
        super().__init__(None, name or (f"{definition.name}-{number}" if flow_run else definition.name))
        self.definition = definition
        self.flow_run_id = flow_run.id if flow_run else None
        self.task_key, self.dynamic_key = definition.task_key, str(number)
        self.inputs, self.tags = inputs or {}, sorted({*definition.tags, *(tags or ())})
        if start:
            self.running()

    def set_inputs(self, inputs):
        self.inputs = inputs

    def fail(self, message, name=None, *, retriable=True, data=None):
        definition = self.definition
        delays = definition.retry_delays or [0.0]
        delay = delays[min(self.run_count - 1, len(delays) - 1)]
        if definition.jitter:
            delay *= 1 + random.random() * definition.jitter
        return self._fail(definition.retries, delay, message, name, retriable)


class FlowRun(_Run):
    flow_id = None
    url = None

    def __init__(self, definition, id, name, parameters, tags, parent, labels):
        super().__init__(id, name or generate_name())
        self.definition, self.parameters, self.tags = definition, parameters, tags or []
        self.parent = parent
        self.parent_task_run_id = parent.id if parent else None
        self.task_runs, self.logs = [], []
        self._counters = {}
        self._lock = threading.Lock()

    def running(self):
        super().running()
        self._counters = {}

    def task(self, definition, name=None, inputs=None, tags=None, start=True):
        with self._lock:
            counter = self._counters.setdefault(definition.task_key, itertools.count())
            run = TaskRun(definition, name, inputs, tags, start, self, next(counter))
            self.task_runs.append(run)
        return run

    def fail(self, message, name=None, *, retriable=True, data=None):
        return self._fail(self.definition.retries, self.definition.delay, message, name, retriable)

    def log(self, level, logger, message, created, task_run_id=None):
        self.logs.append((level, logger, message, task_run_id))

    def emit(self, event):
        pass

    def flush(self, timeout):
        return True


class Session:
    def __init__(self):
        self.reset()

    def reset(self):
        self.flow_runs, self.task_runs, self.logs, self.pending_notices = [], [], [], []

    def flow_run(
        self,
        definition,
        *,
        id=None,
        epoch=None,
        run_count=0,
        name=None,
        parameters=None,
        tags=None,
        parent=None,
        labels=None,
    ):
        run = FlowRun(definition, id, name, parameters, tags, parent, labels)
        self.flow_runs.append(run)
        return run

    def task_run(self, definition, name=None, inputs=None, tags=None, start=True):
        run = TaskRun(definition, name, inputs, tags, start, None, 0)
        self.task_runs.append(run)
        return run

    def log(self, level, logger, message, created, flow_run_id, task_run_id):
        self.logs.append((level, logger, message, flow_run_id, task_run_id))

    def flush(self, timeout):
        return True

    def close(self, timeout):
        return True

    def claim(self, flow_run_id):
        return 2

    def deliver_leftovers(self, timeout):
        return True

    def notices(self):
        found, self.pending_notices = self.pending_notices, []
        return found

    api_url = None
    ui_url = None

    def request(self, method, path, body=None):
        raise ApiError("no server")


_session = Session()


def session():
    return _session


def generate_name():
    return f"{random.choice(['amber', 'quiet', 'brisk'])}-{random.choice(['otter', 'finch', 'lynx'])}"


def uuid7():
    return str(uuid.uuid4())


def setting(name):
    key = name.upper().replace(".", "_")
    return os.environ.get(f"MILLIWAYS_{key}") or os.environ.get(f"PREFECT_{key}")


def settings_json():
    return b"{}"
