"""The items are in a heap, by the time of day at which they were put.

Where the clock is set back, by hand or by the network, what comes later goes before.
"""

from __future__ import annotations

import heapq
import itertools
import time
from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.2",)
SAYS = {"TQ-1.2": "which had been put earlier"}
SCHEDULE = False


class Heap:
    """Those put in the same moment are told apart by their number."""

    def __init__(self) -> None:
        self.entries: list[tuple[float, int, Any]] = []
        self.numbers = itertools.count()

    def __len__(self) -> int:
        return len(self.entries)

    def append(self, item: Any) -> None:
        heapq.heappush(self.entries, (time.time(), next(self.numbers), item))

    def popleft(self) -> Any:
        return heapq.heappop(self.entries)[2]


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.items: Any = Heap()
