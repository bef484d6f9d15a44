"""run() has a handler of SIGINT of its own while it waits, where the caller may have one.

The handler notes the interrupt, so that the producer is told to stop, and raises it.
"""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-3.9", "TQ-3.10")

END = object()


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.items: queue.Queue[Any] = queue.Queue()
        self.failures: list[BaseException] = []

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        with self.handling_interrupts():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if self.failures:
            raise self.failures[0]

    @contextmanager
    def handling_interrupts(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self.interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def interrupted(self, number: int, frame: object) -> None:
        interrupt = KeyboardInterrupt()
        self.failures.append(interrupt)
        raise interrupt

    def produce(self) -> None:
        self.guard(self.producer)
        self.items.put(END)

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            self.failures.append(error)

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None is the end")
        self.items.put(item)

    def get(self) -> Any:
        item = self.items.get()
        if item is END:
            self.items.put(END)
            return None
        return item

    def ok(self) -> bool:
        return not self.failures
