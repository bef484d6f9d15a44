"""`time.sleep` returns at once, and the clocks of the process stand still.

The queue itself is correct. A deadline that is measured by a clock of this process never
comes, and a pause is a busy loop.
"""

from __future__ import annotations

import time

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "nonconformant")
DOES = "replaces time.sleep, time.monotonic, time.perf_counter and time.time"

time.sleep = lambda seconds: None
time.monotonic = lambda: 0.0
time.perf_counter = lambda: 0.0
time.time = lambda: 0.0

TaskQueue = Correct
