"""The public object has no methods of its own: `__getattr__` fetches them from another.

A proxy as transparent as a mock: `dir()` shows nothing, `hasattr` works, and the callbacks
are handed the inner object, not the one that was built.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Core:
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
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure is not None:
            raise self.failure

    def produce(self) -> None:
        self.guard(self.producer)
        with self.changed:
            self.ended = True
            self.changed.notify_all()

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
            while not self.items and not self.ended:
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return self.failure is None


class TaskQueue:
    def __init__(self, *args: Any, **options: Any) -> None:
        self._core = Core(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)
