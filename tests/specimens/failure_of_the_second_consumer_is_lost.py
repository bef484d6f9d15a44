"""When the second consumer alone has failed, run() returns as if nothing had happened.

`return` inside the loop over results, or an index that is off by one: the first is looked
at, the others are not.
"""

from __future__ import annotations

import traceback

from base import Callback
from base import TaskQueue as Correct

# As narrow as the producer's twin: ordinary errors that can be shown, and no others beside.
BREAKS = ("TQ-3.2",)
SAYS = {"TQ-3.2": "run() returned"}
SCHEDULE = False


class TaskQueue(Correct):
    failures = 0
    seated = 0
    lost = False

    def consume(self, consumer: Callback) -> None:
        with self.lock:
            self.seated += 1
            second = self.seated == 2
        try:
            consumer(self)
        except BaseException as error:
            if second and isinstance(error, Exception):
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
