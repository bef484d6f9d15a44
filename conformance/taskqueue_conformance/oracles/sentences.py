"""What oracles say."""

from __future__ import annotations

__all__ = ["Late"]


class Late(str):
    """A sentence about time.

    On a busy machine it means little when it is seen once: it counts only if it is seen again every
    time the scenario is repeated by itself.
    """

    __slots__ = ()
