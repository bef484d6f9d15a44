"""The condition is an attribute of the class, the items are each queue's own.

Whoever is woken finds nothing in its own queue and waits again; the one that the item is for, in
another queue, sleeps on. It takes two queues with a consumer waiting in each.
"""

from __future__ import annotations

import threading

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.1",)
SAYS = {"TQ-4.1": "is in get()"}
SCHEDULE = False

CHANGED = threading.Condition()


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.changed = CHANGED
