"""Nobody ever waits: get() and run() look again every two milliseconds.

Wasteful and right. Deques are atomic in CPython, so that not even a lock is needed for the
items.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")

PAUSE = 0.002


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.items: deque[Any] = deque()
        self.failures: deque[BaseException] = deque()
        self.ended = False

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(PAUSE)
        if self.failures:
            raise self.failures[0]

    def produce(self) -> None:
        self.guard(self.producer)
        self.ended = True

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            self.failures.append(error)

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        self.items.append(item)

    def get(self) -> Any:
        while True:
            ended = self.ended  # before the look at the items: nothing is put after it counts
            try:
                return self.items.popleft()
            except IndexError:
                if ended:
                    return None
            time.sleep(PAUSE)

    def ok(self) -> bool:
        return not self.failures
