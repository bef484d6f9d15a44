"""Every queue that failed is kept in a list of the module, "for the post-mortem".

A registry without weak references is a leak with a name.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.10",)
SAYS = {"TQ-3.10": "alive without a collection"}
SCHEDULE = False

FAILED: list[Correct] = []


class TaskQueue(Correct):
    def outcome(self) -> object:
        if self.failure is not None:
            FAILED.append(self)
        return super().outcome()
