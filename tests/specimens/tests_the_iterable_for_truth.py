"""`if not consumers` is asked of what was handed over: an empty iterator is true.

A list without consumers is refused, a generator without any is not.
"""

from __future__ import annotations

from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-2.13",)
SAYS = {"TQ-2.13": "an empty list of consumers was accepted"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        if not consumers:
            raise ValueError("a TaskQueue needs a consumer")
        consumers = list(consumers)
        # Past the check of the class that is right, with a consumer that is taken away again.
        super().__init__(producer, consumers or [lambda q: None])
        self.consumers = consumers
