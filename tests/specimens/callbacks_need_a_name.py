"""Threads are named after `callback.__name__`, which partials and callable objects lack.

A line for the log decides who may be called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from base import TaskQueue as Correct
from base import log

BREAKS = ("TQ-4.4",)
SAYS = {"TQ-4.4": "AttributeError"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> list[Callable[[], None]]:
        callbacks: list[Any] = [self.producer, *self.consumers]
        log.debug("starting %s", [callback.__name__ for callback in callbacks])
        return super().jobs()
