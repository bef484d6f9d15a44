"""A linked list in which every node has an Event that is set when its successor exists.

One consumer at a time stands at the head of the chain; the others queue for its lock. A
consumer that waits holds that lock while it waits, which is legal: nobody else could go on
either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Node:
    __slots__ = ("item", "next", "ready")

    def __init__(self) -> None:
        self.item: Any = None
        self.next: Node | None = None
        self.ready = threading.Event()


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.head = self.tail = Node()
        self.at_head = threading.Lock()
        self.at_tail = threading.Lock()
        self.failed = threading.Event()
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
        with self.at_tail:
            self.tail.ready.set()  # without a successor: the end

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.at_tail:
                if not self.failed.is_set():
                    self.failure = error
                    self.failed.set()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        node = Node()
        with self.at_tail:
            if self.tail.ready.is_set():
                return  # behind the end
            self.tail.item = item
            self.tail.next = node
            self.tail.ready.set()
            self.tail = node

    def get(self) -> Any:
        with self.at_head:
            self.head.ready.wait()
            if self.head.next is None:
                return None
            item = self.head.item
            self.head = self.head.next
            return item

    def ok(self) -> bool:
        return not self.failed.is_set()
