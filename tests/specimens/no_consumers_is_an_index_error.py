"""An empty list of consumers is refused by accident: IndexError from `consumers[0]`.

The caller that wants to handle the case cannot tell it from a bug.
"""

from __future__ import annotations

from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

# 2.9 is content with any refusal.
BREAKS = ("TQ-2.13",)
SAYS = {"TQ-2.13": "IndexError"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        listed = list(consumers)
        self.first = listed[0]
        super().__init__(producer, listed)
