"""What any implementation meets in ordinary use: exhausted where it is small, else sampled."""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.bounded.jobs import exhaustive, plain
from taskqueue_conformance.depth import Depth
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.scenarios import TAKER
from taskqueue_conformance.workload import (
    Await,
    CheckOk,
    Drain,
    Fail,
    Meet,
    PollOk,
    Put,
    Scenario,
    SetClock,
    Signal,
    Sleep,
    Steps,
    Take,
)


def ordinary(depth: Depth) -> list[Job]:
    """What any implementation meets in ordinary use, in good runs and in bad ones.

    The cheap ones first: what is wrong shows in one of them, more often than not.
    """
    faulty = [exhaustive(depth, plain(*size), faults=1, kinds=("error",)) for size in depth.faulty]
    return [
        *faulty[:1],
        *(exhaustive(depth, scenario) for scenario in _small(depth)),
        *_sampled(depth),
        *(exhaustive(depth, plain(*size), early_timeouts=1) for size in depth.timed),
        *(exhaustive(depth, plain(*size)) for size in depth.faultless),
        *faulty[1:],
    ]


def in_order(depth: Depth) -> list[Job]:
    """TQ-1.2: in ordinary use, and with a wall clock that is set back between two items.

    Who waits by that clock may wait for long; that is not what the clause is about.
    """
    if depth.name == "quick":
        return ordinary(depth)
    set_back = Scenario(
        "the clock is set back between two items",
        (Put(1), SetClock(3600.0), Put(1), Signal("produced")),
        ((Await("produced"), *TAKER),),
    )
    return [*ordinary(depth), exhaustive(depth, set_back, only="TQ-1.2")]


def _small(depth: Depth) -> Iterator[Scenario]:
    """Scenarios with two or three callbacks, each with an idea of its own."""
    yield Scenario("no consumers, 1 item", (Put(1),), ())
    yield Scenario("two callbacks meet", (Meet(), Put(1)), ((Meet(), *TAKER),))
    yield Scenario("the only consumer leaves at once", (Put(2), CheckOk()), ((),))
    yield Scenario("the only consumer leaves early", (Put(2),), ((Take(1),),))
    yield Scenario(
        "the consumer is gone before the items come",
        (Await("gone"), Put(2)),
        ((Signal("gone"),),),
    )
    yield Scenario(
        "the consumer is gone, and then the producer fails",
        (Await("gone"), Sleep(1.0), Fail()),
        ((Signal("gone"),),),
    )
    yield Scenario(
        "the consumer puts an item",
        (Put(1), Await("added"), CheckOk()),
        ((Take(1), Put(1), Signal("added"), *TAKER),),
    )
    yield Scenario(
        "a consumer fails with items to come",
        (Put(1), Await("failing"), Put(1)),
        ((Take(1), Signal("failing"), Fail()), (Await("failing"), *TAKER)),
    )
    if depth.name == "quick":
        return
    yield Scenario("one of two leaves early", (Put(2),), ((Take(1),), TAKER))
    yield Scenario("three callbacks meet", (Meet(), Put(1)), ((Meet(), *TAKER),) * 2)
    yield Scenario(
        "the producer waits until its item was taken",
        (Put(), Await("taken"), Put(), Await("taken", 2)),
        ((Drain(each=(Signal("taken"),)),),) * 2,
    )
    yield Scenario(
        "a pause before each item",
        (Sleep(7.0), Put(1), Sleep(7.0), Put(1), Sleep(7.0)),
        (TAKER,) * 2,
    )
    yield Scenario(
        "a consumer works on after the end", (Put(1),), ((Drain(), Sleep(7.0), CheckOk()), TAKER)
    )
    yield Scenario(
        "the failing consumer is told last",
        (Put(1), PollOk(2.0), Fail()),
        ((Fail("os_error"),), TAKER),
    )
    yield Scenario(
        "the producer fails, then a consumer that was told",
        (Put(1), Fail("os_error")),
        ((PollOk(2.0), Fail()), TAKER),
    )
    yield Scenario(
        "ok() is polled while another fails",
        (Put(1), PollOk(2.0)),
        ((Take(1), Fail()), (Drain(), CheckOk())),
    )
    yield Scenario(
        "the producer is gone, and then the consumer fails over an item",
        (Put(1), Signal("gone")),
        ((Await("gone"), Sleep(1.0), Fail()),),
    )
    yield Scenario("both fail", (Put(1), Fail()), ((Fail(),),))


def _sampled(depth: Depth) -> list[Job]:
    """Scenarios that are too large to be exhausted."""
    if not depth.portfolio:
        return []
    many = {"exhaust": 0, "samples": depth.portfolio}
    hour = Scenario(
        "an hour before each item", (Sleep(3600.0), Put(1), Sleep(3600.0), Put(1)), (TAKER,) * 2
    )
    day = Scenario("a consumer takes a day", (Put(2),), ((Drain(each=(Sleep(86_400.0),)),), TAKER))
    # What polls, polls all the time: a day of that is some million steps. Who polls too often for
    # that is not judged by these.
    steps = 4_000_000 if depth.name == "deep" else 250_000
    found = [
        Job(scenario, early_timeouts=0, exhaust=0, samples=1, steps=steps)
        for scenario in (hour, *((day,) if depth.name == "deep" else ()))
    ]
    for items, consumers in ((4, 3), (3, 6), (12, 2)):
        found.append(Job(plain(items, consumers), faults=0, **many))  # type: ignore[arg-type]
    found.append(
        Job(plain(3, 3), faults=2, kinds=("error", "os_error"), **many)  # type: ignore[arg-type]
    )
    two = Scenario(
        "two consumers put",
        (Put(2), Await("added", 2), Put(1)),
        ((Put(2), Signal("added"), *TAKER),) * 2,
    )
    found.append(Job(two, **many))  # type: ignore[arg-type]
    told: Steps = (PollOk(2.0), Fail())
    all_fail = Scenario(
        "three fail, two of them told", (Put(1), *told), ((Fail("os_error"),), told, TAKER)
    )
    found.append(Job(all_fail, **many))  # type: ignore[arg-type]
    return found
