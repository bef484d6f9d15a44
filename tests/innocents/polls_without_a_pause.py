"""Consumers that look again and again, without a pause, and count how often they do.

It costs a processor, and is right. The deque is atomic; the producer's end is noted after its last
item, and looked at before the items.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self._producer = producer
        self._consumers = list(consumers)
        self._items: deque[Any] = deque()
        self._polls: dict[int, int] = {}
        self._over = False
        self._first: BaseException | None = None
        self._mutex = threading.Lock()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None is the end")
        self._items.append(item)

    def get(self) -> Any:
        me = threading.get_ident()
        while True:
            over = self._over  # looked at before the items: what came before the end is there
            self._polls[me] = self._polls.get(me, 0) + 1
            try:
                return self._items.popleft()
            except IndexError:
                if over:
                    return None

    def ok(self) -> bool:
        return self._first is None

    def run(self) -> None:
        threads = [threading.Thread(target=self._produce, daemon=True)]
        threads += [
            threading.Thread(target=self._call, args=(one,), daemon=True) for one in self._consumers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._first is not None:
            raise self._first

    def _produce(self) -> None:
        self._call(self._producer)
        self._over = True

    def _call(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as exc:
            with self._mutex:
                if self._first is None:
                    self._first = exc
