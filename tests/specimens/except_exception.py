"""`except Exception` around the callbacks: a SystemExit ends the thread in silence.

The most common slip of all: no failure is recorded, and when it was the producer's, no end
is sent either.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

# The hang belongs to 2.2, the silence to 3.1 (with consumers that return early), 3.2 and
# 3.5, the ok() that stays True to 3.6: an exception of any kind is a failure.
BREAKS = ("TQ-2.2", "TQ-3.1", "TQ-3.2", "TQ-3.5", "TQ-3.6")
SAYS = {
    "TQ-2.2": "waits in get()",
    "TQ-3.1": "run() returned",
    "TQ-3.2": "run() returned",
    "TQ-3.5": "SystemExit",
    "TQ-3.6": "ok() is still True",
}
SCHEDULE = False


class TaskQueue(Correct):
    def produce(self) -> None:
        try:
            self.producer(self)
        except Exception as error:
            self.fail(error)
        except BaseException:
            return  # what the interpreter makes of a SystemExit that leaves a thread
        self.close()

    def consume(self, consumer: Callback) -> None:
        try:
            consumer(self)
        except Exception as error:
            self.fail(error)
        except BaseException:
            return
