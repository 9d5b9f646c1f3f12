"""What is known of the deployment at work here: another name of `milliways.runtime.deployment`."""

import milliways.runtime.deployment as _real
from milliways.runtime.deployment import *  # noqa: F403 - it is another name of that module


def __getattr__(name: str) -> object:
    return getattr(_real, name)


for _name in _real.__all__:
    # Values are looked up whenever they are read.
    globals().pop(_name, None)
