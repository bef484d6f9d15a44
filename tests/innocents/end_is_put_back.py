"""One end for all in a SimpleQueue: whoever takes it puts it back for the next.

The cheapest sticky end there is. What consumers put after the end lies between two ends and
is skipped over, as the contract allows.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # A SimpleQueue is thread-safe, so it can keep the order of failures as well.
        self.failures: queue.SimpleQueue[BaseException] = queue.SimpleQueue()

    def run(self) -> None:
        threads = [
            threading.Thread(target=self.body, args=(callback, end), daemon=True)
            for callback, end in [(self.producer, True)] + [(c, False) for c in self.consumers]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not self.failures.empty():
            first = self.failures.get()
            raise first

    def body(self, callback: Callable[[Any], object], end: bool) -> None:
        try:
            callback(self)
        except BaseException as error:
            self.failures.put(error)
        if end:
            self.queue.put(None)

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        self.queue.put(item)

    def get(self) -> Any:
        item = self.queue.get()
        if item is None:
            self.queue.put(None)
        return item

    def ok(self) -> bool:
        return self.failures.empty()
