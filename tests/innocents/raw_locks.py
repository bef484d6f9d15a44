"""Nothing but `_thread` locks: a lock that is held while there is nothing to take.

A binary gate: held when the queue is empty and open, released as soon as it is not. A taker
passes the gate on if more is left, which makes it a turnstile.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable, Sequence
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Sequence[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = tuple(consumers)
        self.items: list[Any] = []
        self.ended = False
        self.mutex = _thread.allocate_lock()
        self.gate = _thread.allocate_lock()
        self.gate.acquire()
        self.failure: BaseException | None = None

    def run(self) -> None:
        locks = []
        for body, callback in [(self.produce, self.producer)] + [
            (self.guard, consumer) for consumer in self.consumers
        ]:
            lock = _thread.allocate_lock()
            lock.acquire()
            locks.append(lock)
            _thread.start_new_thread(self.thread, (body, callback, lock))
        for lock in locks:
            lock.acquire()
        if self.failure is not None:
            raise self.failure

    def thread(
        self,
        body: Callable[[Callable[[Any], object]], None],
        callback: Callable[[Any], object],
        lock: _thread.LockType,
    ) -> None:
        body(callback)
        lock.release()

    def produce(self, callback: Callable[[Any], object]) -> None:
        self.guard(callback)
        with self.mutex:
            self.ended = True
            self.open()

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.mutex:
                if self.failure is None:
                    self.failure = error

    def open(self) -> None:
        if self.gate.locked():
            self.gate.release()

    def put(self, item: Any) -> None:
        if item is None:
            raise TypeError("None cannot be put")
        with self.mutex:
            self.items.append(item)
            self.open()

    def get(self) -> Any:
        # The mutex is taken behind the gate, so the gate is closed when open() looks at it,
        # or about to be passed on by whoever holds the mutex.
        while True:
            self.gate.acquire()
            with self.mutex:
                item = self.items.pop(0) if self.items else None
                if self.items or self.ended:
                    self.open()
                if item is not None or self.ended:
                    return item

    def ok(self) -> bool:
        return self.failure is None
