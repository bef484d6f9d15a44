"""The items are in a deque with a maxlen: the oldest ones go when it is full, in silence."""

from __future__ import annotations

from collections import deque

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.1",)
SAYS = {"TQ-1.1": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.items = deque(maxlen=50_000)
