"""Before it is kept, a failure gets an attribute that says whose it was.

An exception may take no attributes (a frozen dataclass): then it is lost.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "Frozen"}
SCHEDULE = False


class TaskQueue(Correct):
    def fail(self, error: BaseException) -> None:
        labelled: Any = error
        try:
            labelled.raised_in = type(self).__name__
        except AttributeError:
            return
        super().fail(error)
