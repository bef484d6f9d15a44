"""run() tells by sys.exc_info() whether it is left by an interrupt, and forgets the failure then.

Called in an except block, it sees the exception that its caller is handling.
"""

from __future__ import annotations

import sys

from base import TaskQueue as Correct

BREAKS = ("TQ-3.1", "TQ-3.2")
SAYS = {"TQ-3.1": "run() returned", "TQ-3.2": "run() returned"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if sys.exc_info()[0] is not None:
            self.failure = None
        return super().outcome()
