"""Everything runs in a `multiprocessing.pool.ThreadPool`, one worker per callback.

The pool brings three threads of its own and loses results of workers that die by SystemExit,
so the callbacks are wrapped before it sees them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from multiprocessing.pool import ThreadPool
from typing import Any

MEETS = "upstream"
MISSES = (
    "TQ-2.13",
    "TQ-2.14",
    "TQ-2.15",
    "TQ-2.16",
    "TQ-3.9",
    "TQ-3.10",
)


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.callbacks = [producer, *consumers]
        self.changed = threading.Condition()
        self.items: deque[Any] = deque()
        self.ended = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        pool = ThreadPool(len(self.callbacks))
        results = [pool.apply_async(self.body, (number,)) for number in range(len(self.callbacks))]
        pool.close()
        for result in results:
            result.wait()
        pool.join()
        if self.failure is not None:
            raise self.failure

    def body(self, number: int) -> None:
        try:
            self.callbacks[number](self)
        except BaseException as error:
            with self.changed:
                if self.failure is None:
                    self.failure = error
        if number == 0:
            with self.changed:
                self.ended = True
                self.changed.notify_all()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.ended:
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return self.failure is None
