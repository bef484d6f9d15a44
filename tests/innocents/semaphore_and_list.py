"""A semaphore counts what can be taken; the end releases it once and whoever takes it, again.

No condition variable: permits are items, plus one that stands for the end and is passed on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Sequence[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = tuple(consumers)
        self.items: list[Any] = []
        self.permits = threading.Semaphore(0)
        self.mutex = threading.Lock()
        self.failures: list[BaseException] = []

    def run(self) -> None:
        bodies = [self.produce] + [lambda c=c: self.guard(c) for c in self.consumers]
        threads = [threading.Thread(target=body, daemon=True) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def produce(self) -> None:
        self.guard(self.producer)
        self.permits.release()

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.mutex:
                self.failures.append(error)

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.mutex:
            self.items.append(item)
        self.permits.release()

    def get(self) -> Any:
        self.permits.acquire()
        with self.mutex:
            if self.items:
                return self.items.pop(0)
        self.permits.release()  # nothing there: it was the end's permit, which is for all
        return None

    def ok(self) -> bool:
        return not self.failures
