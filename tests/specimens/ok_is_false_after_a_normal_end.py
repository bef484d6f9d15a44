"""ok() turns False when the producer has returned, failure or not.

"Is it still running?" answered instead of "has something failed?": consumers that poll it
stop with items left.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.6",)
SAYS = {"TQ-3.6": "although nothing had failed"}
SCHEDULE = False


class TaskQueue(Correct):
    def ok(self) -> bool:
        return not self.failed and not self.closed
