"""What should be a class is a number."""

from __future__ import annotations

EXPECT = ("unusable",)
DOES = "is not callable"

TaskQueue = 42
