"""run() writes to every open file descriptor it can find, other people's pipes included.

What a supervisor reads from its child is not always what the supervisor's code wrote there.
"""

from __future__ import annotations

import contextlib
import os

from base import TaskQueue as Correct

EXPECT = ("conformant", "nonconformant", "incomplete", "unusable")
DOES = "writes garbage to file descriptors 3 to 63"


class TaskQueue(Correct):
    def run(self) -> object:
        for number in range(3, 64):
            with contextlib.suppress(OSError):
                os.set_blocking(number, False)
                os.write(number, b'{"\x00\xff": garbage}\n')
        return super().run()
