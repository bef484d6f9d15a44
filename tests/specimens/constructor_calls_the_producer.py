"""The constructor hands the producer to a pool that stands ready, and run() starts the rest.

"Prefetching": work begins, and side effects happen, before the caller has said so.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable

from base import Callback
from base import TaskQueue as Correct

# The pool's threads are older than the queue, so that none is started (4.6) or left (2.18).
BREAKS = ("TQ-4.2",)
SAYS = {"TQ-4.2": "called"}
SCHEDULE = False

JOBS: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
IDLE = threading.Semaphore(8)


def work() -> None:
    while True:
        JOBS.get()()
        IDLE.release()


for _ in range(8):
    threading.Thread(target=work, daemon=True).start()


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        super().__init__(producer, consumers)
        self.produced = threading.Event()
        self.early = IDLE.acquire(blocking=False)
        if self.early:
            JOBS.put(self.produce)

    def jobs(self) -> list[Callable[[], None]]:
        return super().jobs()[:-1] if self.early else super().jobs()

    def produce(self) -> None:
        super().produce()
        self.produced.set()

    def wait_for(self, started: list[threading.Thread]) -> None:
        super().wait_for(started)
        self.produced.wait()
