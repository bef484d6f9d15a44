"""Logs by a queue and a listener in a thread of its own, and sleeps between looks by select()."""

from __future__ import annotations

import logging
import logging.handlers
import queue
import select
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.callbacks = [producer, *consumers]
        self.records: Any = queue.SimpleQueue()
        self.log = logging.Logger("task queue")
        self.log.addHandler(logging.handlers.QueueHandler(self.records))
        self.lock = threading.Lock()
        self.items: list[Any] = []
        self.over = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        listener = logging.handlers.QueueListener(self.records, Passed())
        listener.start()
        try:
            threads = [
                threading.Thread(target=self.work, args=(number, callback), daemon=True)
                for number, callback in enumerate(self.callbacks)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            listener.stop()
        if self.failure is not None:
            raise self.failure

    def work(self, number: int, callback: Callable[[Any], object]) -> None:
        self.log.info("%s begins", number)
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                if self.failure is None:
                    self.failure = error
            self.log.exception("%s failed", number)
        finally:
            if number == 0:
                with self.lock:
                    self.over = True

    def put(self, item: Any) -> None:
        if item is None:
            raise TypeError("not None")
        with self.lock:
            self.items.append(item)

    def get(self) -> Any:
        while True:
            with self.lock:
                if self.items:
                    return self.items.pop(0)
                if self.over:
                    return None
            select.select([], [], [], 0.002)

    def ok(self) -> bool:
        return self.failure is None


class Passed(logging.Handler):
    """Hands records on to the loggers of the process."""

    def emit(self, record: logging.LogRecord) -> None:
        logging.getLogger(record.name).handle(record)
