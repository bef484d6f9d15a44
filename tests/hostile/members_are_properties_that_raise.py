"""run, put, get and ok are there, but looking at them raises."""

from __future__ import annotations

from typing import Any

EXPECT = ("unusable", "nonconformant")
DOES = "raises when a member is looked up"


class TaskQueue:
    def __init__(self, producer: Any, consumers: Any) -> None:
        pass

    def refuse(self) -> Any:
        raise RuntimeError("not ready")

    run = put = get = ok = property(refuse)
