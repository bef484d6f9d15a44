"""Consumers are kept in a dictionary by identity, so that `[consumer] * 4` is one consumer.

The best-known use of the class passes the same function several times.
"""

from __future__ import annotations

from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.3",)
SAYS = {"TQ-4.3": "started"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        super().__init__(producer, consumers)
        self.consumers = list({id(consumer): consumer for consumer in self.consumers}.values())
