"""Inside, the end is an exception that is raised from wait to get(), where it becomes None.

Takers form a line of their own, first come, first served: each has an Event and is served
directly by put().
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class EndOfStream(Exception):
    """There is nothing more to take."""


class Taker:
    def __init__(self) -> None:
        self.served = threading.Event()
        self.item: Any = None

    def wait(self) -> Any:
        self.served.wait()
        if self.item is None:
            raise EndOfStream
        return self.item


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.lock = threading.Lock()
        self.items: deque[Any] = deque()
        self.takers: deque[Taker] = deque()
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
        with self.lock:
            self.ended = True
            while self.takers:
                self.takers.popleft().served.set()

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
        with self.lock:
            if self.takers:
                taker = self.takers.popleft()
                taker.item = item
                taker.served.set()
            else:
                self.items.append(item)

    def take(self) -> Any:
        with self.lock:
            if self.items:
                return self.items.popleft()
            if self.ended:
                raise EndOfStream
            taker = Taker()
            self.takers.append(taker)
        return taker.wait()

    def get(self) -> Any:
        try:
            return self.take()
        except EndOfStream:
            return None

    def ok(self) -> bool:
        return self.failure is None
