"""Items are kept in a ring that grows and shrinks; shrinking forgets the part that goes round.

It takes a backlog that rises, lasts until the ring has gone round, and falls at that point.
"""

from __future__ import annotations

from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.1",)
SAYS = {"TQ-1.1": "never delivered"}
SCHEDULE = False

SMALLEST = 16


class Ring:
    """First in, first out; twice as large when it is full, half as large when mostly empty."""

    def __init__(self) -> None:
        self.slots: list[Any] = [None] * SMALLEST
        self.head = self.count = 0

    def __len__(self) -> int:
        return self.count

    def append(self, item: Any) -> None:
        if self.count == len(self.slots):
            self.slots = self.slots[self.head :] + self.slots[: self.head] + [None] * self.count
            self.head = 0
        self.slots[(self.head + self.count) % len(self.slots)] = item
        self.count += 1

    def popleft(self) -> Any:
        item, self.slots[self.head] = self.slots[self.head], None
        self.head = (self.head + 1) % len(self.slots)
        self.count -= 1
        if len(self.slots) > SMALLEST and self.count < len(self.slots) // 4:
            self.shrink()
        return item

    def shrink(self) -> None:
        kept = self.slots[self.head : self.head + self.count]
        self.slots = kept + [None] * (len(self.slots) // 2 - len(kept))
        self.head, self.count = 0, len(kept)


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.items: Any = Ring()
