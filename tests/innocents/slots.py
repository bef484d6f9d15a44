"""`__slots__` and no `__dict__`: nothing can be added to an instance, nor referred to weakly.

Tools that wrap a method by assigning to the instance, or watch its end by a weak reference,
must do without.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    __slots__ = ("_consumers", "_failure", "_lock", "_producer", "_queue")

    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self._producer = producer
        self._consumers = tuple(consumers)
        self._queue: queue.Queue[Any] = queue.Queue()
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def run(self) -> None:
        threads = [threading.Thread(target=self._produce, daemon=True)]
        for consumer in self._consumers:
            threads.append(threading.Thread(target=self._guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def _produce(self) -> None:
        self._guard(self._producer)
        self._queue.put(None)

    def _guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self._lock:
                if self._failure is None:
                    self._failure = error

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        self._queue.put(item)

    def get(self) -> Any:
        item = self._queue.get()
        if item is None:
            self._queue.put(None)
        return item

    def ok(self) -> bool:
        return self._failure is None
