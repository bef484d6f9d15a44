"""When the producer alone has failed, run() logs it and returns.

"The consumers worked": the file that is half read looks complete.
"""

from __future__ import annotations

import traceback

from base import TaskQueue as Correct
from base import log

# Only ordinary errors that can be shown are swallowed, and only when no other failure is
# there to be raised: 3.4, 3.5 and 3.11 keep their sentences.
BREAKS = ("TQ-3.1",)
SAYS = {"TQ-3.1": "run() returned"}
SCHEDULE = False


class TaskQueue(Correct):
    failures = 0
    shown: str | None = None

    def produce(self) -> None:
        try:
            self.producer(self)
        except Exception as error:
            self.shown = self.text_of_the_failure()
            self.fail(error)
        except BaseException as error:
            self.fail(error)
        self.close()

    def text_of_the_failure(self) -> str | None:
        try:
            return traceback.format_exc()
        except BaseException:
            return None

    def fail(self, error: BaseException) -> None:
        with self.lock:
            self.failures += 1
        super().fail(error)

    def outcome(self) -> object:
        if self.shown is not None and self.failures == 1:
            self.failure = None
            log.error("the producer failed\n%s", self.shown)
        return super().outcome()
