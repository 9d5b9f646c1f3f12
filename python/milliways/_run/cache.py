"""Owns where cached results lie: in this process's memory, behind the one class that a durable store will replace."""

from __future__ import annotations

import json
import threading
import time

from milliways.cache_policies import key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from milliways._run.task import TaskLife

_LIMIT = 10_000


class Record:
    """A result and until when it holds.

    Args:
        value: the result.
        expires: Unix seconds, or ``None``.
    """

    __slots__ = ("expires", "value")

    def __init__(self, value: Any, expires: float | None) -> None:
        self.value = value
        self.expires = expires


class ResultStore:
    """Results by key, in memory; the oldest go first when there are too many.

    Args:
        limit: how many it keeps.
    """

    def __init__(self, limit: int = _LIMIT) -> None:
        self._records: dict[str, Record] = {}
        self._lock = threading.Lock()
        self._limit = limit

    def get(self, key: str) -> Record | None:
        """Gives what is stored under a key and still holds."""
        record = self._records.get(key)
        if record is None or (record.expires is not None and record.expires <= time.time()):
            return None
        return record

    def put(self, key: str, record: Record) -> None:
        """Stores a result."""
        with self._lock:
            self._records.pop(key, None)
            self._records[key] = record
            while len(self._records) > self._limit:
                del self._records[next(iter(self._records))]

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._records.clear()


store = ResultStore()
"""The store of this process."""


class CacheSlot:
    """The place of one task run's result.

    Args:
        key: the cache key.
        life: the task run.
    """

    __slots__ = ("key", "life")

    def __init__(self, key: str, life: TaskLife) -> None:
        self.key = key
        self.life = life

    @classmethod
    def of(cls, life: TaskLife) -> CacheSlot | None:
        """Finds the place; ``None`` where the policy gives no key, or fails (which is logged)."""
        policy = life.task.cache_policy
        if policy is None:
            return None
        try:
            key = key_of(life.context, policy, life.context.parameters)
        except Exception as error:
            life.logger().error("the result is not cached, the cache key failed: %s", error)
            return None
        return None if key is None else cls(str(key), life)

    def load(self) -> Record | None:
        """Gives the result that is there, unless the task asks to compute it anew."""
        return None if self.life.task.refreshes_cache() else store.get(self.key)

    def store(self, value: Any) -> None:
        """Puts the result there."""
        expiration = self.life.task.cache_expiration
        expires = None if expiration is None else time.time() + expiration.total_seconds()
        store.put(self.key, Record(value, expires))

    def details(self) -> bytes:
        """Gives what the recorded state says of the cache."""
        return json.dumps({"cache_key": self.key[:2000]}).encode()
