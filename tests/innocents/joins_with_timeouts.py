"""run() joins each thread for 20 ms at a time and goes round until all are dead.

The old way to keep Ctrl-C alive. Consumers wait with timeouts as well and look again: a
spurious wake-up every 20 ms, by design.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")

ROUND = 0.02


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.queue: queue.Queue[Any] = queue.Queue()
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.failure: BaseException | None = None

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        while threads:
            for thread in list(threads):
                thread.join(ROUND)
                if not thread.is_alive():
                    threads.remove(thread)
        if self.failure is not None:
            raise self.failure

    def produce(self) -> None:
        self.guard(self.producer)
        self.ended.set()

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
        self.queue.put(item)

    def get(self) -> Any:
        while True:
            ended = self.ended.is_set()  # before the look at the items
            try:
                return self.queue.get(timeout=0 if ended else ROUND)
            except queue.Empty:
                if ended:
                    return None

    def ok(self) -> bool:
        return self.failure is None
