"""A factory function: the queue is a SimpleNamespace of four closures over local variables.

No class anywhere. State lives in cells, the end is a flag in a dictionary, and every method
is a plain function that knows nothing of `self`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


def make_task_queue(
    producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
) -> SimpleNamespace:
    callbacks = [producer, *consumers]
    items: deque[Any] = deque()
    changed = threading.Condition()
    failures: list[BaseException] = []
    ended = False

    def run() -> None:
        threads = [
            threading.Thread(target=body, args=(number,), daemon=True)
            for number in range(len(callbacks))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def body(number: int) -> None:
        nonlocal ended
        try:
            callbacks[number](queue)
        except BaseException as error:
            failures.append(error)
        if number == 0:
            with changed:
                ended = True
                changed.notify_all()

    def put(item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with changed:
            items.append(item)
            changed.notify()

    def get() -> Any:
        with changed:
            while not items and not ended:
                changed.wait()
            return items.popleft() if items else None

    def ok() -> bool:
        return not failures

    queue = SimpleNamespace(run=run, put=put, get=get, ok=ok)
    return queue


TaskQueue = make_task_queue
