"""A thread that is no daemon and an exit handler that waits keep the process alive for ever.

The queue itself is correct: all answers are there, only the end of the process is not.
"""

from __future__ import annotations

import atexit
import threading

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "nonconformant")
DOES = "keeps its process from ending"

atexit.register(threading.Event().wait)
threading.Thread(target=threading.Event().wait, daemon=False).start()

TaskQueue = Correct
