"""Owns `FlowRun` and `TaskRun`: runs of this process as hooks, callables and user code see them."""

from __future__ import annotations

from uuid import UUID

from milliways.states import State, StateType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from milliways.context import FlowRunContext, TaskRunContext

__all__ = ["FlowRun", "TaskRun"]


class _Run:
    """What flow runs and task runs have in common."""

    __slots__ = ("_context", "_state")

    def __init__(self, context: Any, state: State[Any] | None = None) -> None:
        self._context = context
        self._state = state

    @property
    def id(self) -> UUID:
        """The run's id."""
        return UUID(self._context.run.id)

    @property
    def name(self) -> str:
        """The run's name."""
        return self._context.run.name

    @property
    def run_count(self) -> int:
        """How often the run has started, retries included."""
        return self._context.run.run_count

    @property
    def start_time(self) -> datetime | None:
        """When the run first started, in UTC."""
        start = self._context.run.start_time
        if start is None:
            return None
        from datetime import datetime, timezone

        return datetime.fromtimestamp(start, timezone.utc)

    @property
    def state_type(self) -> StateType:
        """The type of its latest state."""
        return self.state.type

    @property
    def state_name(self) -> str:
        """The name of its latest state."""
        return self.state.name

    @property
    def state(self) -> State[Any]:
        """Its latest state."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={str(self.id)!r}, name={self.name!r})"


class FlowRun(_Run):
    """A flow run.

    Args:
        context: the run's context.
        state: the state to show; the latest by default.
    """

    __slots__ = ()

    _context: FlowRunContext

    @property
    def state(self) -> State[Any]:
        """Its latest state."""
        run = self._context.run
        return self._state or State._recorded(run.state, None, run.id, None)

    @property
    def flow_id(self) -> UUID | None:
        """The id of its flow, where the server has told it."""
        flow_id = self._context.run.flow_id
        return None if flow_id is None else UUID(flow_id)

    @property
    def parameters(self) -> dict[str, Any]:
        """What the flow was called with."""
        return self._context.parameters

    @property
    def tags(self) -> list[str]:
        """The run's tags, sorted."""
        return sorted(self._context.run_tags or ())

    @property
    def parent_task_run_id(self) -> UUID | None:
        """The task run that stands for this run in the flow around it."""
        parent = self._context.run.parent_task_run_id
        return None if parent is None else UUID(parent)


class TaskRun(_Run):
    """A task run.

    Args:
        context: the run's context.
        state: the state to show; the latest by default.
    """

    __slots__ = ()

    _context: TaskRunContext

    @property
    def state(self) -> State[Any]:
        """Its latest state."""
        run = self._context.run
        return self._state or State._recorded(run.state, None, run.flow_run_id, run.id)

    @property
    def flow_run_id(self) -> UUID | None:
        """The flow run around it."""
        flow_run_id = self._context.run.flow_run_id
        return None if flow_run_id is None else UUID(flow_run_id)

    @property
    def task_key(self) -> str:
        """What tells the task from every other."""
        return self._context.run.task_key

    @property
    def dynamic_key(self) -> str:
        """What tells this run of the task from the others in its flow run."""
        return self._context.run.dynamic_key

    @property
    def tags(self) -> list[str]:
        """The run's tags, sorted."""
        from milliways.context import current_tags

        return sorted(self._context.task.tags | (current_tags.get() or frozenset()))
