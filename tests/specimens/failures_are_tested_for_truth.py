"""`if self.failure:` where `is not None` is meant: a failure that is false or empty is lost.

An exception may have a length, or a truth of its own: one that collects errors and has none yet.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "Falsy"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if not self.failure:
            return None
        return super().outcome()
