"""run() names the items that are left over, and an item may not be easy to name.

`", ".join(repr(...))` is done before the logging module, which forgives, is asked.
"""

from __future__ import annotations

from base import TaskQueue as Correct
from base import log

# Nobody has taken the item: what is wrong is that a run without a failure raises.
BREAKS = ("TQ-3.8",)
SAYS = {"TQ-3.8": "this item cannot be shown"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if self.items and self.failure is None:
            log.warning("left over: " + ", ".join(repr(item) for item in self.items))
        return super().outcome()
