"""`len(consumers)` refuses generators and other iterables.

oss2's class does the same, when the producer has ended: the end is then never sent.
"""

from __future__ import annotations

from collections.abc import Collection

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.5",)
SAYS = {"TQ-4.5": "TypeError"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Collection[Callback]) -> None:
        if len(consumers) == 0:
            raise ValueError("a TaskQueue needs a consumer, or its items are lost in silence")
        super().__init__(producer, consumers)
