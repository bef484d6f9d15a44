"""Every put() writes 100 KB without a line end to `sys.stderr`, a thousand times in all."""

from __future__ import annotations

import sys
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "nonconformant")
DOES = "writes 100 MB to sys.stderr, without a line end"

CHUNKS = iter(["flood " * 17_000] * 1000)


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        sys.stderr.write(next(CHUNKS, ""))
        super().put(item)
