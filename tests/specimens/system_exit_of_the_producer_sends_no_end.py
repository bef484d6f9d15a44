"""A producer that ends by SystemExit is recorded, but only ordinary errors send the end.

Two `except` branches, and the second, added later, forgot half of what the first does.
"""

from __future__ import annotations

from base import TaskQueue as Correct

# A hang after a failed producer, but not after an ordinary failure: 3.5, not 2.2.
BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "waits in get()"}
SCHEDULE = False


class TaskQueue(Correct):
    def produce(self) -> None:
        try:
            self.producer(self)
        except Exception as error:
            self.fail(error)
        except BaseException as error:
            self.fail(error)
            return
        self.close()
