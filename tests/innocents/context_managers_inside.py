"""Everything that must happen in the end is a context manager: close, record, join.

An ExitStack joins what was started, in reverse order, and each callback runs inside a
manager that takes its exception away. After a failed start the stack closes the queue and
joins the others: 2.14 comes with the form.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

# An interrupt unwinds the stack too, and so waits for callbacks that are stuck.
MEETS = "core"
MISSES = ("TQ-2.10", "TQ-2.13", "TQ-2.15", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.changed = threading.Condition()
        self.items: deque[Any] = deque()
        self.ended = False
        self.failure: BaseException | None = None
        self.stopped = False

    def run(self) -> None:
        # An interrupt may come between two statements, where no smaller manager would see it.
        with contextlib.ExitStack() as stack, self.stopping_all():
            for consumer in self.consumers:
                stack.callback(self.finish, self.start(self.guard, consumer))
            stack.callback(self.finish, self.start(self.produce))
        if self.failure is not None:
            raise self.failure

    def start(self, target: Callable[..., None], *args: Any) -> threading.Thread:
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        return thread

    def finish(self, thread: threading.Thread) -> None:
        with self.stopping_all():
            thread.join()

    @contextlib.contextmanager
    def stopping_all(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.stopped = True
            self.end()
            raise

    def end(self) -> None:
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def produce(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self.end)
            stack.enter_context(self.recording())
            self.producer(self)

    def guard(self, callback: Callable[[Any], object]) -> None:
        with self.recording():
            callback(self)

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        try:
            yield
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
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return self.failure is None and not self.stopped
