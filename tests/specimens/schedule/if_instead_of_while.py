"""A consumer that was woken does not look again whether there is something to take.

Shortest bad interleaving: A waits; the producer puts 1 and wakes A; B comes by and takes 1;
A goes on, finds nothing and returns None. A wake-up is a hint, not a promise: `while`.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# The thief itself goes on taking, so that nothing is lost for good.
BREAKS = ("TQ-1.4",)
SAYS = {"TQ-1.4": "end before"}
SCHEDULE = True


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            if not self.items and not self.closed:
                self.changed.wait()
            return self.items.popleft() if self.items else None
