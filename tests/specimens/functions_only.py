"""Callbacks must pass `inspect.isroutine`: partials and objects with `__call__` do not.

A type check that is stricter than the call it guards.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.4",)
SAYS = {"TQ-4.4": "TypeError"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        super().__init__(producer, consumers)
        for callback in (self.producer, *self.consumers):
            if not inspect.isroutine(callback):
                raise TypeError("callbacks must be functions")
