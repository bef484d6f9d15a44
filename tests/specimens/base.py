"""A small TaskQueue that meets core, upstream and strict: each specimen breaks one thing in it.

The seams are there to be overridden: `jobs` (what runs in a thread), `start_all` and
`wait_for` (how run() spends its time), `guard` and `fail` (what becomes of an error),
`close` (the end), `on_unstarted` and `on_interrupt` (the bad days), `outcome` (what run()
raises or returns).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

Callback = Callable[[Any], object]

log = logging.getLogger("taskqueue.specimen")


class TaskQueue:
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        if not self.consumers:
            raise ValueError("a TaskQueue needs a consumer, or its items are lost in silence")
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.items: deque[Any] = deque()
        self.closed = False
        self.failed = False
        self.failure: BaseException | None = None
        self.ran = False

    def run(self) -> object:
        with self.lock:
            if self.ran:
                raise RuntimeError("run() was called before; build a new TaskQueue")
            self.ran = True
        started: list[threading.Thread] = []
        try:
            self.start_all(started)
            self.wait_for(started)
        except BaseException:
            self.on_interrupt(started)
            raise
        return self.outcome()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def ok(self) -> bool:
        return not self.failed

    def jobs(self) -> list[Callable[[], None]]:
        # The producer comes last: when a start fails, nothing has been put yet.
        return [*(partial(self.consume, consumer) for consumer in self.consumers), self.produce]

    def start_all(self, started: list[threading.Thread]) -> None:
        for job in self.jobs():
            try:
                thread = threading.Thread(target=job, daemon=True)
                thread.start()
            except Exception as error:
                self.on_unstarted(error)
                return
            started.append(thread)

    def wait_for(self, started: list[threading.Thread]) -> None:
        for thread in started:
            thread.join()

    def produce(self) -> None:
        self.guard(self.producer)
        self.close()

    def consume(self, consumer: Callback) -> None:
        self.guard(consumer)

    def guard(self, callback: Callback) -> None:
        try:
            callback(self)
        except BaseException as error:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        with self.lock:
            first = not self.failed
            self.failed = True
            if first:
                self.failure = error
        if not first:
            self.log_lost(error)

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def on_unstarted(self, error: BaseException) -> None:
        with self.lock:
            displaced, self.failure = self.failure, error
            self.failed = True
        self.close()
        if displaced is not None:
            self.log_lost(displaced)

    def on_interrupt(self, started: list[threading.Thread]) -> None:
        with self.lock:
            displaced, self.failure = self.failure, None
            self.failed = True
        if len(started) <= len(self.consumers):  # no producer that could send the end
            self.close()
        if displaced is not None:
            self.log_lost(displaced)

    def log_lost(self, error: BaseException) -> None:
        try:
            log.warning("run() cannot raise this failure, another came first", exc_info=error)
        except BaseException:  # whatever its attributes raise
            log.warning("a later failure, of %r, cannot be shown", type(error).__name__)

    def outcome(self) -> object:
        error, self.failure = self.failure, None
        if error is None:
            return None
        try:
            raise error
        finally:
            del error  # the traceback holds this frame, which must not hold the error
