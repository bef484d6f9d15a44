"""run() submits everything to a ThreadPoolExecutor that is large enough for all of it.

The pool's threads are joined when the interpreter exits, which no option turns off: stuck
callbacks keep the process alive.
"""

from __future__ import annotations

import concurrent.futures
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "core"
MISSES = (
    "TQ-2.11",
    "TQ-2.13",
    "TQ-2.14",
    "TQ-2.15",
    "TQ-2.16",
    "TQ-3.9",
    "TQ-3.10",
)


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.queue: queue.Queue[Any] = queue.Queue()
        self.failures: list[BaseException] = []
        self.lock = threading.Lock()

    def run(self) -> None:
        pool = concurrent.futures.ThreadPoolExecutor(max_workers=1 + len(self.consumers))
        try:
            jobs = [pool.submit(self.produce)]
            jobs += [pool.submit(self.guard, consumer) for consumer in self.consumers]
            concurrent.futures.wait(jobs)
        except BaseException:
            pool.shutdown(wait=False)  # `with` would wait for stuck callbacks
            raise
        pool.shutdown()
        if self.failures:
            raise self.failures[0]

    def produce(self) -> None:
        self.guard(self.producer)
        self.queue.put(None)

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                self.failures.append(error)

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
        return not self.failures
