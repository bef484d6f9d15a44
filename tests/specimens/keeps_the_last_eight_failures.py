"""Failures are kept in a deque that has room for eight, and the oldest one there is raised.

The ninth failure pushes the first one out.
"""

from __future__ import annotations

from collections import deque

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.4",)
SAYS = {"TQ-3.4": "came first"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.latest: deque[BaseException] = deque(maxlen=8)

    def fail(self, error: BaseException) -> None:
        with self.lock:
            first = not self.failed
            self.failed = True
            self.latest.append(error)
        if not first:
            self.log_lost(error)

    def outcome(self) -> object:
        if self.failure is None and self.latest:
            self.failure = self.latest.popleft()
        self.latest.clear()
        return super().outcome()
