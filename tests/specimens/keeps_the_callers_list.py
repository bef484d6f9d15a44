"""The caller's list is kept, not copied: what is appended later is started as well.

Two queues built from one list that grows in between differ from what was written.
"""

from __future__ import annotations

from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.5",)
SAYS = {"TQ-4.5": "was never started"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        if isinstance(consumers, list):
            super().__init__(producer, consumers)
            self.consumers = consumers
        else:
            super().__init__(producer, consumers)
