"""Logs every step by the name of the thread it happens in: put, get, end, start and join.

Each log call takes the locks of the logging module and formats text: many more places where
threads change, and none of them may matter.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

MEETS = "upstream"
MISSES = (
    "TQ-1.10",
    "TQ-2.12",
    "TQ-2.13",
    "TQ-2.14",
    "TQ-2.15",
    "TQ-2.16",
    "TQ-3.10",
    "TQ-3.11",
    "TQ-4.5",
)

log = logging.getLogger("taskqueue.chatty")


def say(step: str, *details: object) -> None:
    log.debug("[%s] %s %s", threading.current_thread().getName(), step, details)


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Sequence[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = consumers
        self.queue: queue.Queue[Any] = queue.Queue()
        self.lock = threading.Lock()
        self.error: BaseException | None = None

    def run(self) -> None:
        threads = [threading.Thread(target=self.produce, name="producer", daemon=True)]
        for number, consumer in enumerate(self.consumers):
            name = f"consumer-{number}"
            threads.append(
                threading.Thread(target=self.guard, args=(consumer,), name=name, daemon=True)
            )
        for thread in threads:
            say("start", thread.getName())
            thread.start()
        for thread in threads:
            say("join: begin", thread.getName())
            thread.join()
            say("join: end", thread.getName())
        if self.error is not None:
            raise self.error

    def produce(self) -> None:
        self.guard(self.producer)
        for _ in range(len(self.consumers)):
            say("put the end")
            self.queue.put(None)

    def guard(self, callback: Callable[[Any], object]) -> None:
        say("begin", callback)
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                if self.error is None:
                    self.error = error
            log.exception("[%s] failed: %s", threading.current_thread().getName(), error)
        say("end", callback)

    def put(self, item: Any) -> None:
        assert item is not None
        say("put: begin", type(item))
        self.queue.put(item)
        say("put: end")

    def get(self) -> Any:
        say("get: begin")
        item = self.queue.get()
        say("get: end", type(item))
        return item

    def ok(self) -> bool:
        with self.lock:
            answer = self.error is None
        say("ok", answer)
        return answer
