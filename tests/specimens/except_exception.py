"""`except Exception` around the callbacks: a SystemExit ends the thread in silence.

The most common slip of all: no failure is recorded, and when it was the producer's, no end
is sent either.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

# A hang, a silence and an ok() that stays True, and all of it with these kinds of exception
# alone: what an ordinary one does not do is the business of 3.5.
BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "SystemExit"}
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
