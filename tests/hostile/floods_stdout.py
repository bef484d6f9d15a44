"""The first run() of the process writes 100 MB to standard output, past `sys.stdout`.

A pipe that nobody empties holds 64 KiB: then write() waits. The queue itself is correct.
"""

from __future__ import annotations

import os

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "nonconformant")
DOES = "writes 20 MB to file descriptor 1"

CHUNKS = iter([b"flood " * 10_922 + b"\n"] * 320)


class TaskQueue(Correct):
    def run(self) -> object:
        for chunk in CHUNKS:
            os.write(1, chunk)
        return super().run()
