"""Large workloads with forced switches."""

from __future__ import annotations

import itertools

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.scenarios.shared import TAKER
from taskqueue_conformance.workload import (
    Await,
    CheckOk,
    Drain,
    Fail,
    Put,
    Scenario,
    Signal,
    Step,
    Take,
)

__all__ = ["stress"]


def stress(depth: Depth, seed: int) -> list[Scenario]:
    """Large workloads with forced switches; each seed is another run."""
    jitter = {"preempt": seed, "switch_interval": 1e-5}
    fast = {"switch_interval": 1e-6}
    wide = depth.consumers
    return [
        Scenario("stress: many items", (Put(depth.items), CheckOk()), (TAKER,) * 8, **fast),  # type: ignore[arg-type]
        Scenario("stress: many consumers", (Put(wide * 8),), (TAKER,) * wide, **fast),  # type: ignore[arg-type]
        Scenario("stress: few items, many consumers", (Put(3),), (TAKER,) * wide, **jitter),  # type: ignore[arg-type]
        Scenario(
            "stress: lines preempted",
            (Put(40), CheckOk()),
            ((Drain(each=(CheckOk(),)), CheckOk()),) * 4,
            **jitter,  # type: ignore[arg-type]
        ),
        Scenario(
            "stress: consumers put, lines preempted",
            (Put(4), Await("added", 2), CheckOk()),
            ((Put(10), Signal("added"), *TAKER),) * 2,
            **jitter,  # type: ignore[arg-type]
        ),
        Scenario(
            "stress: everybody fails, lines preempted",
            (Put(10), Fail()),
            ((Take(2), Fail()), (Take(3), CheckOk(), Fail()), TAKER),
            **jitter,  # type: ignore[arg-type]
        ),
        _tides(depth),
    ]


def _tides(depth: Depth) -> Scenario:
    """A backlog that rises, stays while the items change, and falls; higher in the end.

    What keeps the items may grow, go round and shrink, each at sizes of its own. So each tide turns
    another share of the items over before it falls.
    """
    producer: list[Step] = []
    consumer: list[Step] = []
    turn = 0
    for level, share in itertools.product(depth.backlogs, range(3, 15, 2)):
        some = level * share // 36
        for put, taken in ((level, some), (some, some), (some, some), (some, level)):
            turn += 1
            producer += [Put(put), Signal("put"), Await("taken", turn)]
            consumer += [Await("put", turn), Take(taken), Signal("taken")]
    return Scenario(
        "stress: the backlog rises and falls",
        (*producer, CheckOk()),
        ((*consumer, Drain(), CheckOk()),),
    )
