"""A monitor thread, started when a consumer first has to wait, watches for the producer's end.

The producer's thread sends no end at all; the monitor joins it and closes the queue. Runs in
which nobody waits never have a monitor.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

# The monitor joins the producer's thread and so outlives it, but no consumer that waited: it
# closes the queue as its last act. A second run() meets a Thread that was started before, which
# says RuntimeError: 2.15.
MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.consumers = list(consumers)
        self.source = threading.Thread(target=self.guard, args=(producer,), daemon=True)
        self.monitor: threading.Thread | None = None
        self.changed = threading.Condition()
        self.items: deque[Any] = deque()
        self.ended = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        self.source.start()
        threads = [
            threading.Thread(target=self.guard, args=(consumer,), daemon=True)
            for consumer in self.consumers
        ]
        for thread in threads:
            thread.start()
        for thread in [self.source, *threads]:
            thread.join()
        if self.monitor is not None:
            self.monitor.join()
        if self.failure is not None:
            raise self.failure

    def watch(self) -> None:
        self.source.join()
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
            self.items.append(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.ended:
                if self.monitor is None:
                    self.monitor = threading.Thread(target=self.watch, daemon=True)
                    self.monitor.start()
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return self.failure is None
