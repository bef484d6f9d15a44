"""Large workloads with forced switches."""

from __future__ import annotations

import dataclasses
import random

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


PARTS = 36
"""What share of a backlog is turned over is said in so many parts of it."""


def stress(depth: Depth, seed: int, repetition: int = 0) -> list[Scenario]:
    """Large workloads with forced switches.

    Args:
        depth: how large.
        seed: of what is drawn at random: where switches are forced.
        repetition: which of several runs of each this is to be.
    """
    jitter = {"preempt": seed, "switch_interval": 1e-5}
    fast = {"switch_interval": 1e-6}
    wide = depth.consumers
    workloads = [
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
        _tides(depth, random.Random(seed) if repetition else None),
    ]
    return [dataclasses.replace(one, repetition=repetition) for one in workloads]


def _tides(depth: Depth, draw: random.Random | None) -> Scenario:
    """A backlog that rises, stays while the items change, and falls; higher in the end.

    What keeps the items may grow, go round and shrink, each at sizes of its own. So each tide turns
    another share of the items over before it falls: several for each level, or one that is drawn.
    """
    producer: list[Step] = []
    consumer: list[Step] = []
    turn = 0
    tides = [
        (level, share)
        for level in depth.backlogs
        for share in (range(3, 15, 2) if draw is None else [draw.randrange(1, PARTS)])
    ]
    for level, share in tides:
        some = level * share // PARTS
        for put, taken in ((level, some), (some, some), (some, some), (some, level)):
            turn += 1
            producer += [Put(put), Signal("put"), Await("taken", turn)]
            consumer += [Await("put", turn), Take(taken), Signal("taken")]
    return Scenario(
        "stress: the backlog rises and falls",
        (*producer, CheckOk()),
        ((*consumer, Drain(), CheckOk()),),
    )
