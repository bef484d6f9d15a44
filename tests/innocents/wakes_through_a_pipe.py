"""Those who wait sleep in `os.read` on a pipe, one byte per sleeper.

Only sleepers get a byte, so that the pipe never fills and put() never waits. The wait is in
the kernel, outside of anything `threading` knows of.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
# A second run() would close descriptors that belong to somebody else by then: it is refused.
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.lock = threading.Lock()
        self.items: deque[Any] = deque()
        self.used = False
        self.sleepers = 0
        self.ended = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        with self.lock:
            if self.used:
                raise RuntimeError("run() works once")
            self.used = True
        self.reading, self.writing = os.pipe()
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os.close(self.reading)
        os.close(self.writing)
        if self.failure is not None:
            raise self.failure

    def produce(self) -> None:
        self.guard(self.producer)
        with self.lock:
            self.ended = True
            while self.sleepers:
                self.wake_one()

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                if self.failure is None:
                    self.failure = error

    def wake_one(self) -> None:
        if self.sleepers:
            self.sleepers -= 1
            os.write(self.writing, b"!")

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.lock:
            self.items.append(item)
            self.wake_one()

    def get(self) -> Any:
        while True:
            with self.lock:
                if self.items:
                    return self.items.popleft()
                if self.ended:
                    return None
                self.sleepers += 1
            os.read(self.reading, 1)

    def ok(self) -> bool:
        return self.failure is None
