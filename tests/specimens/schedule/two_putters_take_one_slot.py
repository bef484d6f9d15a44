"""Items are numbered in a dictionary, and the next number is read before the lock is taken.

Shortest bad interleaving: the producer reads tail = 1; a consumer that puts reads tail = 1,
stores its item and goes on; the producer stores its own over it.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# It takes two who put: a consumer (1.8) or a helper thread (1.9) besides the producer.
BREAKS = ("TQ-1.1", "TQ-1.7", "TQ-1.8", "TQ-1.9")
SAYS = {
    "TQ-1.1": "never delivered",
    "TQ-1.7": "never delivered",
    "TQ-1.8": "never delivered",
    "TQ-1.9": "never delivered",
}
SCHEDULE = True


class TaskQueue(Correct):
    head = 0
    tail = 0

    def jobs(self) -> Any:
        self.slots: dict[int, Any] = {}
        return super().jobs()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        number = self.tail
        with self.changed:
            self.slots[number] = item
            self.tail = number + 1
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            while self.head not in self.slots and not self.closed:
                self.changed.wait()
            if self.head not in self.slots:
                return None
            item = self.slots.pop(self.head)
            self.head += 1
            return item
