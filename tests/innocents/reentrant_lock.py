"""One re-entrant lock for everything, and methods that call each other while they hold it.

put() is ok() plus append, the end is a put of its own; legal only because RLock counts, and
Condition gives back all levels while it waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    END = object()

    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.items: deque[Any] = deque()
        self.first: BaseException | None = None

    def run(self) -> None:
        threads = [threading.Thread(target=self.body, args=(self.producer,), daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.body, args=(consumer,), daemon=True))
        self.source = threads[0]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.first is not None:
            raise self.first

    def body(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                if self.ok():
                    self.first = error
        if threading.current_thread() is self.source:
            self.put(self.END)

    def put(self, item: Any) -> None:
        with self.lock:
            if item is None:
                raise ValueError("None cannot be put")
            if self.items and self.items[-1] is self.END:
                self.items.insert(len(self.items) - 1, item)  # the end stays the last
            else:
                self.items.append(item)
            self.wake()

    def get(self) -> Any:
        with self.lock, self.changed:
            while not self.items:
                self.changed.wait()
            if self.items[0] is self.END:
                self.wake()
                return None
            return self.items.popleft()

    def wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def ok(self) -> bool:
        with self.lock:
            return self.first is None
