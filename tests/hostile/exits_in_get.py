"""The process ends in a consumer's get(), after the smoke test's few items."""

from __future__ import annotations

import os
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "calls os._exit(0) in the fiftieth get() of the process"

CALLS = iter(range(49))


class TaskQueue(Correct):
    def get(self) -> Any:
        if next(CALLS, None) is None:
            os._exit(0)
        return super().get()
