"""run() raises the right exception without the traceback that tells where it came from.

An exception that went through a queue or a pickle arrives bare; the line that raised is
anybody's guess.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.3",)
SAYS = {"TQ-3.3": "traceback"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if self.failure is not None:
            BaseException.with_traceback(self.failure, None)
        return super().outcome()
