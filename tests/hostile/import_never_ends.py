"""The import waits for ever."""

from __future__ import annotations

import threading

EXPECT = ("unusable", "nonconformant", "incomplete")
DOES = "hangs at import"

threading.Event().wait()


class TaskQueue:
    """Never reached."""
