"""A dispatcher thread gives each waiting consumer its item through a lock of its own.

Items are matched with requests, never with consumers: who does not ask has nothing to lose
when it fails. Requests and items are both first in, first out.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class Request:
    def __init__(self) -> None:
        self.answer: Any = None
        self.answered = threading.Lock()
        self.answered.acquire()


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.mail: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.failures: list[BaseException] = []

    def run(self) -> None:
        dispatcher = threading.Thread(target=self.dispatch, daemon=True)
        dispatcher.start()
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.mail.put(("stop", None))
        dispatcher.join()
        if self.failures:
            raise self.failures[0]

    def dispatch(self) -> None:
        items: deque[Any] = deque()
        requests: deque[Request] = deque()
        ended = False
        while True:
            kind, content = self.mail.get()
            if kind == "stop":
                return
            if kind == "item":
                items.append(content)
            elif kind == "request":
                requests.append(content)
            else:
                ended = True
            del content  # an item that was handed out is not kept until the next letter
            while requests and (items or ended):
                request = requests.popleft()
                request.answer = items.popleft() if items else None
                request.answered.release()
                del request

    def produce(self) -> None:
        self.guard(self.producer)
        self.mail.put(("end", None))

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            self.failures.append(error)

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        self.mail.put(("item", item))

    def get(self) -> Any:
        request = Request()
        self.mail.put(("request", request))
        request.answered.acquire()
        return request.answer

    def ok(self) -> bool:
        return not self.failures
