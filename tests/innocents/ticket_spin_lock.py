"""Mutual exclusion by drawing numbers, as at a bakery, and waiting by `time.sleep(0)`.

Lamport's idea with `itertools.count` for the number: the next ticket is drawn atomically,
the number now served is written only by its holder. No lock object at all but those inside
Thread.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Bakery:
    def __init__(self) -> None:
        self.tickets = itertools.count()
        self.now_serving = 0

    def __enter__(self) -> None:
        ticket = next(self.tickets)
        while self.now_serving != ticket:
            time.sleep(0)

    def __exit__(self, *exc_info: object) -> None:
        self.now_serving += 1


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.mutex = Bakery()
        self.items: list[Any] = []
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
        self.ended = True

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.mutex:
                if self.failure is None:
                    self.failure = error

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.mutex:
            self.items.append(item)

    def get(self) -> Any:
        while True:
            ended = self.ended
            if self.items:  # a look outside the lock only saves tickets
                with self.mutex:
                    if self.items:
                        return self.items.pop(0)
            elif ended:
                return None
            time.sleep(0)

    def ok(self) -> bool:
        return self.failure is None
