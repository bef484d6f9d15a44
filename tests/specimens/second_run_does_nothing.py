"""A second run() returns at once, as if the work had been done again.

"Idempotent", and the retry after a failure becomes a success.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-2.15",)
SAYS = {"TQ-2.15": "was accepted"}
SCHEDULE = False


class TaskQueue(Correct):
    def run(self) -> object:
        return None if self.ran else super().run()
