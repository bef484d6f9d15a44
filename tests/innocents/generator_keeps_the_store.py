"""The store is a generator: `send(item)` puts, `send(None)` takes.

All of its state are the local variables of one suspended frame. A lock keeps two threads
from entering it at once, which a generator answers with ValueError.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")

NOTHING = object()


def store() -> Generator[Any, Any, None]:
    incoming: list[Any] = []
    outgoing: list[Any] = []  # reversed, so that taking is cheap
    answer: Any = NOTHING
    while True:
        request = yield answer
        answer = NOTHING
        if request is not None:
            incoming.append(request)
            del request
            continue
        if not outgoing:
            incoming, outgoing = [], incoming[::-1]
        if outgoing:
            yield outgoing.pop()


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.changed = threading.Condition()
        self.store = store()
        next(self.store)
        self.ended = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure is not None:
            raise self.failure

    def produce(self) -> None:
        self.guard(self.producer)
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.changed:
                if self.failure is None:
                    self.failure = error

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.changed:
            self.store.send(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while True:
                item = self.store.send(None)
                if item is not NOTHING:
                    next(self.store)  # back to the main yield
                    return item
                if self.ended:
                    return None
                self.changed.wait()

    def ok(self) -> bool:
        return self.failure is None
