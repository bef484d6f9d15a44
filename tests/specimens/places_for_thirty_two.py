"""Each waiting thread has a lock in a table of 32 places; the 33rd takes the first one's.

A limit that no small test comes to: the size of a table, of a pool, of a bit mask.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-2.1",)
SAYS = {"TQ-2.1": "waits in get()"}
SCHEDULE = False

PLACES = 32


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.places: list[threading.Semaphore | None] = [None] * PLACES
        self.came = self.went = 0

    def put(self, item: Any) -> None:
        super().put(item)
        with self.lock:
            self.wake_one()

    def get(self) -> Any:
        while True:
            with self.lock:
                if self.items:
                    return self.items.popleft()
                if self.closed:
                    return None
                mine = threading.Semaphore(0)
                self.places[self.came % PLACES] = mine
                self.came += 1
            mine.acquire()

    def wake_one(self) -> None:
        while self.went < self.came:
            place = self.went % PLACES
            waiter, self.places[place] = self.places[place], None
            self.went += 1
            if waiter is not None:
                waiter.release()
                return

    def close(self) -> None:
        super().close()
        with self.lock:
            while self.went < self.came:
                self.wake_one()
