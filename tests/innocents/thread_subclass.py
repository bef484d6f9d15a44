"""Each callback is a subclass of Thread that keeps its own failure and the time of it.

run() sorts the failures by a shared number instead of keeping a first one. `run` of the
queue and `run` of the threads meet in one file.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Worker(threading.Thread):
    def __init__(self, queue: TaskQueue, callback: Callable[[Any], object]) -> None:
        super().__init__(daemon=True)
        self.queue = queue
        self.callback = callback
        self.failure: BaseException | None = None
        self.rank = 0

    def run(self) -> None:
        try:
            self.callback(self.queue)
        except BaseException as error:
            self.failure = error
            self.rank = next(self.queue.ranks)
            self.queue.healthy = False
        self.ended()

    def ended(self) -> None:
        """What is to be done when the callback has ended."""


class Source(Worker):
    def ended(self) -> None:
        with self.queue.changed:
            self.queue.closed = True
            self.queue.changed.notify_all()


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.changed = threading.Condition()
        self.items: deque[Any] = deque()
        self.ranks = itertools.count()
        self.closed = False
        self.healthy = True

    def run(self) -> None:
        workers = [Source(self, self.producer), *(Worker(self, c) for c in self.consumers)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        failed = [worker for worker in workers if worker.failure is not None]
        if failed:
            first = min(failed, key=lambda worker: worker.rank)
            assert first.failure is not None
            raise first.failure

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return self.healthy
