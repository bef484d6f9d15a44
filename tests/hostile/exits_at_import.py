"""The process ends at import with status 0: success, as far as a parent can tell."""

from __future__ import annotations

import os

EXPECT = ("unusable", "nonconformant")
DOES = "calls os._exit(0) at import"

os._exit(0)


class TaskQueue:
    """Never reached."""
