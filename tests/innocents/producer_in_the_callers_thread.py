"""run() calls the producer itself; only the consumers have threads.

One thread less, and the producer may use what is bound to the main thread (signals, event
loops). An interrupt lands in the producer, as an exception of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

# A stuck producer holds run(), and consumers are waited for after an interrupt as well: 2.10
# cannot be met. The interrupt counts as a failure, so that ok() tells of it: 2.16.
MEETS = "core"
MISSES = ("TQ-2.10", "TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.changed = threading.Condition()
        self.items: deque[Any] = deque()
        self.ended = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        threads = [
            threading.Thread(target=self.guard, args=(consumer,), daemon=True)
            for consumer in self.consumers
        ]
        try:
            for thread in threads:
                thread.start()
            self.guard(self.producer)
            with self.changed:
                self.ended = True
                self.changed.notify_all()
            for thread in threads:
                thread.join()
        except BaseException as error:
            if self.failure is None:
                self.failure = error
            raise
        if self.failure is not None:
            raise self.failure

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.changed:
                if self.failure is None:
                    self.failure = error

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            self.changed.wait_for(lambda: self.items or self.ended)
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return self.failure is None
