"""What is known of the flow run at work here: another name of `milliways.runtime.flow_run`."""

import milliways.runtime.flow_run as _real
from milliways.runtime.flow_run import *  # noqa: F403 - it is another name of that module


def __getattr__(name: str) -> object:
    return getattr(_real, name)


for _name in _real.__all__:
    # Values are looked up whenever they are read.
    globals().pop(_name, None)
