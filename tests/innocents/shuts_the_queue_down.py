"""The end is `queue.Queue.shutdown()` where Python has it (3.13), and an end put back elsewhere.

The end as an exception inside, as None outside: get() turns ShutDown into None.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

# A shut queue refuses what consumers put after the end, which nobody is promised: 1.8 speaks
# of puts before the producer has ended.
MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class NeverRaised(Exception):
    """Stands for ShutDown before Python 3.13."""


ShutDown: type[Exception] = getattr(queue, "ShutDown", NeverRaised)


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.queue: Any = queue.Queue()
        self.lock = threading.Lock()
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
        if hasattr(self.queue, "shutdown"):
            self.queue.shutdown()
        else:
            self.queue.put(None)

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                if self.failure is None:
                    self.failure = error

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        try:
            self.queue.put(item)
        except ShutDown:
            return  # behind the end

    def get(self) -> Any:
        try:
            item = self.queue.get()
        except ShutDown:
            return None
        if item is None:
            self.queue.put(None)
        return item

    def ok(self) -> bool:
        return self.failure is None
