"""How thorough a run is: one place for all the numbers that grow with it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "DEPTHS", "Depth"]


@dataclass(frozen=True)
class Depth:
    """The sizes of one depth.

    Attributes:
        name: as `--tq-depth` takes it.
        slow: seconds that a slow producer pauses; longer than common polling intervals.
        late: seconds that the last callback works on after the others have ended.
        items: of the large workloads.
        consumers: of the wide ones.
        repeats: of each stress test (pytest-repeat).
        examples: that Hypothesis draws for each property.
        kinds: of failure that are raised at every point, not only at some.
        runs: queues made in a row, to see what piles up.
    """

    name: str
    slow: float
    late: float
    items: int
    consumers: int
    repeats: int
    examples: int
    kinds: tuple[str, ...]
    runs: int


DEPTHS = {
    "quick": Depth("quick", 0.7, 1.2, 2_000, 16, 1, 12, ("error",), 40),
    "default": Depth(
        "default",
        1.5,
        2.5,
        20_000,
        32,
        5,
        80,
        ("error", "system_exit", "keyboard_interrupt", "generator_exit"),
        60,
    ),
    "deep": Depth(
        "deep",
        12.0,
        12.0,
        100_000,
        64,
        40,
        1_500,
        ("error", "system_exit", "keyboard_interrupt", "generator_exit", "base", "stop_iteration"),
        200,
    ),
}
"""By name, from the shallowest to the deepest."""

DEFAULT = "default"
