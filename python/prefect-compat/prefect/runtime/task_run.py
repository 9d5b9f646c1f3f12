"""What is known of the task run at work here: another name of `milliways.runtime.task_run`."""

import milliways.runtime.task_run as _real
from milliways.runtime.task_run import *  # noqa: F403 - it is another name of that module


def __getattr__(name: str) -> object:
    return getattr(_real, name)


for _name in _real.__all__:
    # Values are looked up whenever they are read.
    globals().pop(_name, None)
