"""The subject is a `functools.partial` of a class that takes more arguments than two.

It has no `__name__` and is no class: `inspect.isclass` says no, calling it works.
"""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Configurable:
    def __init__(
        self,
        producer: Callable[[Any], object],
        consumers: Iterable[Callable[[Any], object]],
        *,
        label: str,
        make_queue: Callable[[], Any],
    ) -> None:
        self.callbacks = [producer, *consumers]
        self.label = label
        self.queue = make_queue()
        self.failures = make_queue()

    def run(self) -> None:
        threads = [
            threading.Thread(
                target=self.body, args=(number,), name=f"{self.label}-{number}", daemon=True
            )
            for number in range(len(self.callbacks))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not self.failures.empty():
            first = self.failures.get()
            raise first

    def body(self, number: int) -> None:
        try:
            self.callbacks[number](self)
        except BaseException as error:
            self.failures.put(error)
        if number == 0:
            self.queue.put(None)

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
        return bool(self.failures.empty())


TaskQueue = functools.partial(Configurable, label="worker", make_queue=queue.Queue)
