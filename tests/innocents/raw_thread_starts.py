"""Threads by `_thread.start_new_thread` and a counter of those still at work.

`threading.enumerate` sees them only while they call `current_thread()`, and nobody can join
them: the last to end opens the door for run().
"""

from __future__ import annotations

import _thread
import queue
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
        self.mutex = _thread.allocate_lock()
        self.door = _thread.allocate_lock()
        self.at_work = 1 + len(self.consumers)
        self.failure: BaseException | None = None

    def run(self) -> None:
        self.door.acquire()
        _thread.start_new_thread(self.body, (self.producer, True))
        for consumer in self.consumers:
            _thread.start_new_thread(self.body, (consumer, False))
        self.door.acquire()
        if self.failure is not None:
            raise self.failure

    def body(self, callback: Callable[[Any], object], end: bool) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.mutex:
                if self.failure is None:
                    self.failure = error
        if end:
            self.queue.put(None)
        with self.mutex:
            self.at_work -= 1
            if not self.at_work:
                self.door.release()

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
        return self.failure is None
