"""The module calls sys.exit() at import, as scripts without a main guard do."""

from __future__ import annotations

import sys

EXPECT = ("unusable",)
DOES = "raises SystemExit(0) at import"

sys.exit(0)


class TaskQueue:
    """Never reached."""
