"""A heap of (number, item): the order is that of the numbers, and items are never compared.

The end is the largest number there is. It stays in the heap, and everything sorts before it.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.callbacks = [producer, *consumers]
        self.changed = threading.Condition()
        self.heap: list[tuple[float, Any]] = []
        self.count = 0
        self.failures: list[tuple[int, BaseException]] = []

    def run(self) -> None:
        threads = [
            threading.Thread(target=self.body, args=(number,), daemon=True)
            for number in range(len(self.callbacks))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0][1]

    def body(self, number: int) -> None:
        try:
            self.callbacks[number](self)
        except BaseException as error:
            with self.changed:
                self.failures.append((number, error))
        if number == 0:
            self.push(math.inf, None)

    def push(self, number: float, item: Any) -> None:
        with self.changed:
            heapq.heappush(self.heap, (number, item))
            self.changed.notify_all()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.changed:  # re-entrant: the number and the push are one step
            self.count += 1
            self.push(self.count, item)

    def get(self) -> Any:
        with self.changed:
            while not self.heap:
                self.changed.wait()
            if self.heap[0][0] == math.inf:
                return None
            return heapq.heappop(self.heap)[1]

    def ok(self) -> bool:
        with self.changed:
            return not self.failures
