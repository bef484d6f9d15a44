"""Large workloads with forced switches."""

from __future__ import annotations

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
    ]
