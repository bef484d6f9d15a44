"""Items are dealt out to one lane per consumer; an idle consumer steals from the longest lane.

Work stealing loses nothing and keeps nobody idle, and gives up the order across consumers:
a fast lane runs ahead of a slow one.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.2",)
SAYS = {"TQ-1.2": "before"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.lanes: list[deque[Any]] = [deque() for _ in self.consumers]
        self.here = threading.local()
        self.dealt = 0
        self.seated = 0
        return super().jobs()

    def consume(self, consumer: Callback) -> None:
        with self.lock:
            self.here.lane = self.lanes[self.seated]
            self.seated += 1
        super().consume(consumer)

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        with self.changed:
            self.lanes[self.dealt % len(self.lanes)].append(item)
            self.dealt += 1
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while not any(self.lanes) and not self.closed:
                self.changed.wait()
            own = getattr(self.here, "lane", None)
            lane = own or max(self.lanes, key=len)
            return lane.popleft() if lane else None
