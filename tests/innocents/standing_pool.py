"""Worker threads stand ready from the import on and are shared by all queues.

When all of them are busy, extra ones are started for the occasion. The callbacks of a run
therefore meet threads that are older than the queue, with whatever the last job left in
`threading.local`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Pool:
    def __init__(self, size: int) -> None:
        self.jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.idle = size
        for _ in range(size):
            threading.Thread(target=self.work, daemon=True).start()

    def submit(self, job: Callable[[], None]) -> None:
        with self.lock:
            standing = self.idle > 0
            self.idle -= standing
        if standing:
            self.jobs.put(job)
        else:
            threading.Thread(target=job, daemon=True).start()

    def work(self) -> None:
        while True:
            self.jobs.get()()
            with self.lock:
                self.idle += 1


POOL = Pool(3)


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.failure: BaseException | None = None

    def run(self) -> None:
        POOL.submit(lambda: self.body(self.producer, end=True))
        for consumer in self.consumers:
            POOL.submit(lambda consumer=consumer: self.body(consumer))  # type: ignore[misc]
        for _ in range(1 + len(self.consumers)):
            self.ended.get()
        if self.failure is not None:
            raise self.failure

    def body(self, callback: Callable[[Any], object], end: bool = False) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                if self.failure is None:
                    self.failure = error
        if end:
            self.queue.put(None)
        self.ended.put(None)

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
