"""Once the producer has ended, put() raises: what comes behind the end could be lost.

Nobody is promised more. TQ-1.8 speaks of puts before the producer has ended.
"""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Closed(RuntimeError):
    """The producer has ended."""


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.items: collections.deque[Any] = collections.deque()
        self.changed = threading.Condition()
        self.closed = False
        self.failure: BaseException | None = None

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None is what get() returns at the end")
        with self.changed:
            if self.closed:
                raise Closed("the producer has ended; nobody may be there to take this item")
            self.items.append(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return self.failure is None

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, daemon=True)]
        threads += [
            threading.Thread(target=self.guard, args=(consumer,), daemon=True)
            for consumer in self.consumers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure is not None:
            raise self.failure

    def produce(self) -> None:
        self.guard(self.producer)
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.changed:
                if self.failure is None:
                    self.failure = error
