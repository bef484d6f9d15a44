"""The callbacks end one after another, and the last one fails.

Whoever joins its threads in some order, and looks at the outcome somewhere on the way, has looked
at all but one of them by then. So each kind of callback is the last one once: with the threads of
all the others gone, with nothing queued and with items left over.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.scenarios.shared import TAKER
from taskqueue_conformance.workload import Await, Fail, Put, Scenario, Signal, Sleep, Steps, Take

__all__ = ["last_to_fail"]


def last_to_fail() -> Iterator[Scenario]:
    """The producer with items left over is among the everyday ones."""
    alone = 0.05  # seconds for the threads of those that have gone
    failing: Steps = (Await("gone", 2), Sleep(alone), Fail())
    leaving: Steps = (Take(1), Signal("gone"))
    yield Scenario("the producer fails last, nothing left over", (Put(2), *failing), (leaving,) * 2)
    yield Scenario(
        "the first consumer fails last, nothing left over",
        (Put(2), Signal("gone")),
        (failing, (*TAKER, Signal("gone"))),
    )
    yield Scenario(
        "the first consumer fails last, items left over",
        (Put(4), Signal("gone")),
        ((Take(1), *failing), leaving),
    )
