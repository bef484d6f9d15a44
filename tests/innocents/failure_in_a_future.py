"""The outcome of the run is a Future: the first failure sets it, run() asks for it.

The Future takes one answer and refuses the second, which is all the book-keeping there is.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.outcome: Future[None] = Future()

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not self.outcome.done():
            self.outcome.set_result(None)
        # Not result(): before Python 3.14 it asks whether the exception is true.
        error = self.outcome.exception()
        if error is not None:
            raise error

    def produce(self) -> None:
        self.guard(self.producer)
        self.queue.put(None)

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with contextlib.suppress(InvalidStateError):
                self.outcome.set_exception(error)

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        self.queue.put(item)

    def get(self) -> Any:
        item = self.queue.get()
        if item is None:
            self.queue.put(None)
        return item

    def ok(self) -> bool:
        return not self.outcome.done()
