"""An empty list of consumers is accepted, and the items are lost in silence.

A filter that left nobody over looks like a job done.
"""

from __future__ import annotations

from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-2.13",)
SAYS = {"TQ-2.13": "was accepted"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        listed = list(consumers)
        super().__init__(producer, listed or [lambda queue: None])
        self.consumers = listed
