"""What oracles say."""

from __future__ import annotations

__all__ = ["Either", "Late"]


class Late(str):
    """A sentence about time.

    On a busy machine it means little when it is seen once: it counts only if it is seen again every
    time the scenario is repeated by itself.
    """

    __slots__ = ()


class Either(str):
    """A sentence that contradicts this clause or another one, and the history cannot tell which.

    It counts for this clause only where nothing contradicts one of the others for certain: the one
    fault that is known explains it.
    """

    __slots__ = ("others",)

    others: tuple[str, ...]

    def __new__(cls, sentence: str, others: tuple[str, ...]) -> Either:
        made = super().__new__(cls, sentence)
        made.others = others
        return made
