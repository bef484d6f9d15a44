"""A waiting consumer leaves a slot in an attribute; put() fills it, or else queues the item.

Shortest bad interleaving: A finds no item and the queue open; the producer finds no slot and
closes; A leaves its slot and waits. With a put in place of the end, the next item is handed
over before the one that lies there.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1", "TQ-1.2", "TQ-1.4", "TQ-2.1", "TQ-2.2", "TQ-2.14")
SAYS = {
    "TQ-1.1": "never delivered",
    "TQ-1.2": "before",
    "TQ-1.4": "received the end although",
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.14": "left alive",
}
SCHEDULE = True


class Slot:
    def __init__(self) -> None:
        self.filled = threading.Event()
        self.item: Any = None


class TaskQueue(Correct):
    slot: Slot | None = None

    def jobs(self) -> Any:
        self.turn = threading.Lock()  # one consumer at a time waits, the others queue here
        return super().jobs()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        with self.lock:
            slot, self.slot = self.slot, None
            if slot is None:
                self.items.append(item)
            else:
                slot.item = item
                slot.filled.set()

    def get(self) -> Any:
        with self.turn:
            if self.items:
                return self.items.popleft()
            if self.closed:
                return None
            slot = self.slot = Slot()
            slot.filled.wait()
            return slot.item

    def close(self) -> None:
        with self.lock:
            self.closed = True
            slot, self.slot = self.slot, None
            if slot is not None:
                slot.filled.set()
