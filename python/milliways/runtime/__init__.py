"""What is known of the run at work here, as plain attributes: ``runtime.flow_run.name`` and the like.

An attribute is looked up when it is read. Outside a run it is ``None`` or empty.
"""

from milliways.runtime import deployment as deployment
from milliways.runtime import flow_run as flow_run
from milliways.runtime import task_run as task_run

__all__ = ["deployment", "flow_run", "task_run"]
