"""The module raises at import."""

from __future__ import annotations

EXPECT = ("unusable",)
DOES = "raises RuntimeError at import"


def configure() -> None:
    raise RuntimeError("no configuration found")


configure()


class TaskQueue:
    """Never reached."""
