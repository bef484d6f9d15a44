"""Later failures are logged by type only.

"KeyError" in a log of a million lines: without the traceback nobody finds the line.
"""

from __future__ import annotations

from base import TaskQueue as Correct
from base import log

BREAKS = ("TQ-3.9",)
SAYS = {"TQ-3.9": "neither raised nor logged"}
SCHEDULE = False


class TaskQueue(Correct):
    def log_lost(self, error: BaseException) -> None:
        log.warning("another callback failed: %s", type(error).__name__)
