"""A socket pair that is readable exactly while there is something to take, item or end.

Level-triggered: consumers poll the socket and then look under the lock. The byte is sent when
the queue becomes non-empty and read when it becomes empty; the end leaves it there for good.
"""

from __future__ import annotations

import select
import socket
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
        self.producer = producer
        self.consumers = list(consumers)
        self.lock = threading.Lock()
        self.items: deque[Any] = deque()
        self.ended = False
        self.failure: BaseException | None = None

    def run(self) -> None:
        self.readable, self.signal = socket.socketpair()
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.readable.close()
        self.signal.close()
        if self.failure is not None:
            raise self.failure

    def produce(self) -> None:
        self.guard(self.producer)
        with self.lock:
            if not self.items:
                self.signal.send(b"!")
            self.ended = True

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            with self.lock:
                if self.failure is None:
                    self.failure = error

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        with self.lock:
            if not self.items and not self.ended:
                self.signal.send(b"!")
            self.items.append(item)

    def get(self) -> Any:
        poll = select.poll()
        poll.register(self.readable, select.POLLIN)
        while True:
            poll.poll()
            with self.lock:
                if self.items:
                    item = self.items.popleft()
                    if not self.items and not self.ended:
                        self.readable.recv(1)
                    return item
                if self.ended:
                    return None

    def ok(self) -> bool:
        return self.failure is None
