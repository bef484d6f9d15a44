"""Items, and the threads that wait for them, are in rings that grow and shrink.

Failures are in a table by number, and run() looks the first one up in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")

SMALLEST = 4


class Ring:
    """First in, first out; twice as large when it is full, half as large when mostly empty."""

    def __init__(self) -> None:
        self.slots: list[Any] = [None] * SMALLEST
        self.head = self.count = 0

    def __len__(self) -> int:
        return self.count

    def append(self, item: Any) -> None:
        if self.count == len(self.slots):
            self.slots = self.slots[self.head :] + self.slots[: self.head] + [None] * self.count
            self.head = 0
        self.slots[(self.head + self.count) % len(self.slots)] = item
        self.count += 1

    def popleft(self) -> Any:
        item, self.slots[self.head] = self.slots[self.head], None
        self.head = (self.head + 1) % len(self.slots)
        self.count -= 1
        if len(self.slots) > SMALLEST and self.count < len(self.slots) // 4:
            self.shrink()
        return item

    def shrink(self) -> None:
        some = (self.slots + self.slots)[self.head : self.head + self.count]
        self.slots = some + [None] * (len(self.slots) // 2 - len(some))
        self.head = 0


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.lock = threading.Lock()
        self.items = Ring()
        self.waiting = Ring()
        self.ended = False
        self.failures: dict[int, BaseException] = {}

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        first = self.failures.get(0)
        if first is not None:
            raise first

    def produce(self) -> None:
        self.guard(self.producer)
        with self.lock:
            self.ended = True
            while len(self.waiting):
                self.waiting.popleft().release()

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                self.failures[len(self.failures)] = error

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.lock:
            self.items.append(item)
            if len(self.waiting):
                self.waiting.popleft().release()

    def get(self) -> Any:
        while True:
            with self.lock:
                if len(self.items):
                    return self.items.popleft()
                if self.ended:
                    return None
                mine = threading.Semaphore(0)
                self.waiting.append(mine)
            mine.acquire()

    def ok(self) -> bool:
        with self.lock:
            return not self.failures
