"""A producer that ends by SystemExit is recorded, but only ordinary errors send the end.

Two `except` branches, and the second, added later, forgot half of what the first does.
"""

from __future__ import annotations

from base import TaskQueue as Correct

# The hang is 3.5's, and 2.2's as well: the producer failed.
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
