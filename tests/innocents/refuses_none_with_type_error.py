"""put(None) is a TypeError, and the refusal is tried before anything else is touched.

"Refused with an exception" says nothing of its type; ValueError, TypeError and
AssertionError are all in use. Apart from that it takes care of everything strict asks for.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "strict"
MISSES = ()

log = logging.getLogger("taskqueue.careful")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = tuple(consumers)
        if not self.consumers:
            raise ValueError("at least one consumer is needed")
        self.changed = threading.Condition(threading.Lock())
        self.items: deque[Any] = deque()
        self.first: list[BaseException] = []
        self.state = "new"  # then "running", "ended" (the producer has) and, any time, failed
        self.failed = False

    def run(self) -> None:
        with self.changed:
            if self.state != "new":
                raise RuntimeError("a queue runs once")
            self.state = "running"
        threads: list[threading.Thread] = []
        try:
            for consumer in self.consumers:
                threads.append(self.launch(self.guard, consumer))
            threads.append(self.launch(self.produce))
        except BaseException as error:
            self.give_up()
            if isinstance(error, Exception):  # a failed start: the others come to their end
                for thread in threads:
                    thread.join()
            raise
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self.failed = True
            raise
        if self.first:
            raise self.first.pop()

    def launch(self, target: Callable[..., None], *args: Any) -> threading.Thread:
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        return thread

    def give_up(self) -> None:
        self.failed = True
        self.end()

    def end(self) -> None:
        with self.changed:
            self.state = "ended"
            self.changed.notify_all()

    def produce(self) -> None:
        self.guard(self.producer)
        self.end()

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.changed:
                later = self.failed
                self.failed = True
                if not later:
                    self.first.append(error)
            if later:
                self.report()

    def report(self) -> None:
        try:
            log.error("a later failure", exc_info=True)
        except BaseException:
            log.error("a later failure that cannot be shown")

    def put(self, item: Any) -> None:
        if item is None:
            raise TypeError("None is not an item")
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while not self.items and self.state != "ended":
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return not self.failed
