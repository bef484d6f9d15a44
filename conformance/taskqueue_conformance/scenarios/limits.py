"""Numbers beyond those that limits are set to: of failures, of callbacks, of items that wait."""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.scenarios.shared import TAKER
from taskqueue_conformance.workload import (
    Await,
    Fail,
    Meet,
    PollOk,
    Put,
    Scenario,
    Signal,
    Steps,
)

__all__ = ["beyond_limits", "large_backlogs"]


def beyond_limits(depth: Depth) -> Iterator[Scenario]:
    """Many failures that know of the first, and more callbacks at a time than a pool has."""
    count = depth.failures
    told: Steps = (Await("failing"), PollOk(3.0), Signal("told"), Await("told", count - 1), Fail())
    yield Scenario(
        f"{count} fail, all but the first being told",
        (Put(1),),
        ((Signal("failing"), Fail("os_error")), *(told,) * (count - 1)),
    )
    if depth.crowd > depth.consumers:
        # They meet and leave: what a get() costs each of so many is another matter.
        yield Scenario(f"{depth.crowd} callbacks meet", (Meet(),), ((Meet(),),) * (depth.crowd - 1))


def large_backlogs(depth: Depth) -> list[Scenario]:
    """All items are there before the first one is taken, and more of them than a bound allows.

    Not among the regular ones: with so many events it is for the clauses that speak of numbers.
    """
    if not depth.backlog:
        return []
    return [
        Scenario(
            f"backlog of {depth.backlog} items",
            (Put(depth.backlog), Signal("produced")),
            ((Await("produced"), *TAKER),),
        )
    ]
