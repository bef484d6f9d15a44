"""A consumer that fails after it was given the end fails unheard.

The loop that collects errors stops when the last end is out; flushing and closing come
later.
"""

from __future__ import annotations

import threading
import traceback
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# The loss is confined to a lone, ordinary error that can be shown: not 3.4, 3.5, 3.11.
BREAKS = ("TQ-3.2",)
SAYS = {"TQ-3.2": "run() returned"}
SCHEDULE = False


class TaskQueue(Correct):
    failures = 0
    lost = False

    def jobs(self) -> Any:
        self.here = threading.local()
        return super().jobs()

    def get(self) -> Any:
        item = super().get()
        if item is None:
            self.here.ended = True
        return item

    def consume(self, consumer: Callback) -> None:
        try:
            consumer(self)
        except BaseException as error:
            if hasattr(self.here, "ended") and isinstance(error, Exception):
                self.lost = self.can_be_shown()
            self.fail(error)

    def can_be_shown(self) -> bool:
        try:
            return bool(traceback.format_exc())
        except BaseException:
            return False

    def fail(self, error: BaseException) -> None:
        with self.lock:
            self.failures += 1
        super().fail(error)

    def outcome(self) -> object:
        if self.lost and self.failures == 1:
            self.failure = None
        return super().outcome()
