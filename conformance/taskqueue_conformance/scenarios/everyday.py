"""The regular scenarios: what any implementation meets in ordinary use, well or ill."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.scenarios.endings import last_to_fail
from taskqueue_conformance.scenarios.limits import beyond_limits
from taskqueue_conformance.scenarios.neighbours import bystanders
from taskqueue_conformance.scenarios.shared import TAKER
from taskqueue_conformance.workload import (
    Await,
    CheckOk,
    Drain,
    Fail,
    Fault,
    Meet,
    PollOk,
    Put,
    Scenario,
    Signal,
    Sleep,
    Step,
    Steps,
    Take,
)

__all__ = ["faults_at_every_point", "regular"]


@cache
def regular(depth: Depth) -> tuple[Scenario, ...]:
    """What any implementation meets in ordinary use, in good runs and bad ones.

    Made once: nearly every clause asks for these, again and again.
    """
    return (
        *_good(depth),
        *_waiting(depth),
        *_failing(depth),
        *_ending_early(depth),
        *last_to_fail(),
        *_first_failures(depth),
        *beyond_limits(depth),
        *bystanders(),
        *faults_at_every_point(depth),
    )


def _good(depth: Depth) -> Iterator[Scenario]:
    for items, consumers in ((0, 1), (1, 1), (0, 3), (3, 2), (100, 1), (7, depth.consumers)):
        yield Scenario(
            f"{items} items, {consumers} consumers", (Put(items), CheckOk()), (TAKER,) * consumers
        )
    # The whole backlog is there before anybody takes from it.
    backlog = (Await("produced"), *TAKER)
    yield Scenario("backlog", (Put(500), Signal("produced")), (backlog,) * 3)
    # The producer puts the next item only when the last one has been taken: the queue runs empty.
    lockstep: list[Step] = []
    for number in range(1, 6):
        lockstep += [Put(), Await("taken", number)]
    yield Scenario("lockstep", tuple(lockstep), ((Drain(each=(Signal("taken"),)), CheckOk()),) * 2)
    # Whatever is counted with a few bits comes round once.
    bursts: list[Step] = []
    for number in range(1, 36):
        bursts += [Put(number), Await("taken", number * (number + 1) // 2)]
    yield Scenario("bursts of 1 to 35 items", tuple(bursts), ((Drain(each=(Signal("taken"),)),),))
    yield Scenario("many items", (Put(depth.items // 10), CheckOk()), (TAKER,) * 4)
    yield Scenario("the callbacks meet", (Meet(), Put(3)), ((Meet(), *TAKER),) * 2)
    yield Scenario(
        "many callbacks meet", (Meet(), Put(3)), ((Meet(), *TAKER),) * (depth.consumers - 1)
    )
    yield Scenario("no consumers", (Put(3),), ())
    yield Scenario(
        "a consumer puts",
        (Put(1), Await("added"), CheckOk()),
        ((Take(1), Put(3), Signal("added"), *TAKER),),
    )
    yield Scenario(
        "two consumers put",
        (Put(2), Await("added", 2), Put(2)),
        ((Put(5), Signal("added"), *TAKER),) * 2,
    )
    yield Scenario(
        "all are waiting when a consumer puts",
        (Put(1), Await("added"), Sleep(0.1)),
        ((Sleep(0.1), Put(4), Signal("added"), *TAKER), TAKER, TAKER),
    )


def _waiting(depth: Depth) -> Iterator[Scenario]:
    yield Scenario(
        "slow producer",
        (Put(1), Sleep(depth.slow), Put(1), Sleep(0.3), Put(1), Sleep(0.3)),
        (TAKER,) * 2,
    )
    yield Scenario("slow from the start", (Sleep(depth.slow), Put(2)), (TAKER,) * 2)
    for consumers in (1, 2, 8):
        yield Scenario(
            f"{consumers} wait for the end",
            (Put(1), Await("here", consumers), Sleep(0.15)),
            ((Signal("here"), *TAKER),) * consumers,
        )
    yield Scenario(
        "some come late to the end",
        (Put(4), Signal("produced")),
        (TAKER, (Await("produced"), Sleep(0.2), *TAKER), (Await("produced"), *TAKER)),
    )
    yield Scenario(
        "a consumer works on after the end",
        (Put(2),),
        (TAKER, (Drain(), Sleep(depth.late), CheckOk())),
    )
    yield Scenario(
        "the first consumer works on after the end",
        (Put(2),),
        ((Drain(), Sleep(0.6), CheckOk()), TAKER),
    )
    yield Scenario("slow consumers", (Put(6),), ((Drain(each=(Sleep(0.06),)), CheckOk()),) * 2)
    yield Scenario(
        "the producer works on after its last item", (Put(3), Sleep(depth.late)), (TAKER,) * 2
    )


def _failing(depth: Depth) -> Iterator[Scenario]:
    for items in (0, 1, 20):
        yield Scenario(
            f"the producer fails after {items} items", (Put(items), Fail()), (TAKER,) * 2
        )
    yield Scenario(
        "the producer fails while all wait",
        (Put(2), Await("here", 3), Sleep(0.15), Fail()),
        ((Signal("here"), *TAKER),) * 3,
    )
    yield Scenario(
        "the producer fails before all have come",
        (Put(30), Signal("failing"), Fail()),
        ((Await("failing"), Sleep(0.1), *TAKER),) * 3,
    )
    yield Scenario(
        "a consumer fails at once",
        (Await("failing"), Sleep(0.05), Put(20), CheckOk()),
        ((Signal("failing"), Fail()), TAKER, TAKER),
    )
    for who in (1, 2, 3):
        dying = (Take(1), Signal("failing"), Fail())
        yield Scenario(
            f"consumer {who} of 3 fails with items to come",
            (Put(5), Await("failing"), Sleep(0.05), Put(20), CheckOk()),
            tuple(dying if actor == who else (Await("failing"), *TAKER) for actor in (1, 2, 3)),
        )
    yield Scenario(
        "a consumer fails over a backlog",
        (Put(50), Signal("produced")),
        ((Await("produced"), Take(3), Fail()), (Await("produced"), *TAKER)),
    )
    yield Scenario("a consumer fails after the end", (Put(3),), ((Drain(), Fail()), TAKER))
    yield Scenario(
        "a slow consumer fails last",
        (Put(3),),
        (TAKER, (Drain(), Sleep(0.3), Fail())),
    )
    yield Scenario(
        "a consumer fails, and another works on",
        (Put(3), Await("failing")),
        ((Signal("failing"), Fail()), (Drain(), Sleep(depth.late), CheckOk())),
    )
    yield Scenario(
        "a consumer fails, and the producer works on",
        (Put(3), Await("failing"), Sleep(depth.late), CheckOk()),
        ((Signal("failing"), Fail()), TAKER),
    )
    yield Scenario("an only consumer fails", (Put(5), CheckOk()), ((Take(2), Fail()),))
    yield Scenario(
        "ok() tells everybody",
        (Put(2), Await("failing"), PollOk(3.0)),
        (
            (Take(1), Signal("failing"), Fail()),
            (Await("failing"), PollOk(3.0), *TAKER),
            (Await("failing"), Drain(), PollOk(3.0)),
        ),
    )
    yield Scenario(
        "ok() stays False while the others succeed",
        (Put(3), Await("failing"), PollOk(3.0), Put(10), CheckOk()),
        (
            (Take(1), Signal("failing"), Fail()),
            (Await("failing"), Drain(each=(CheckOk(),)), CheckOk()),
            (Await("failing"), *TAKER),
        ),
    )
    yield Scenario("the producer fails without consumers", (Put(2), Fail()), ())
    # What is being handled where run() was called is no failure of a callback, and hides none.
    yield Scenario(
        "the producer fails, and run() is called in an except block",
        (Put(1), Fail()),
        (TAKER,),
        handling=True,
    )
    yield Scenario(
        "a consumer fails, and run() is called in an except block",
        (Put(1),),
        ((Take(1), Fail()),),
        handling=True,
    )
    yield Scenario("run() is called in an except block", (Put(1),), (TAKER,), handling=True)


def _ending_early(depth: Depth) -> Iterator[Scenario]:
    many = depth.items // 4
    yield Scenario(
        "all consumers return at once",
        (Await("gone", 3), Sleep(0.05), Put(many)),
        ((Signal("gone"),),) * 3,
    )
    yield Scenario("all consumers return early", (Put(40),), ((Take(1),),) * 3)
    yield Scenario("one consumer returns early", (Put(40),), ((Take(2),), TAKER, TAKER))
    yield Scenario(
        "all consumers fail before the items come",
        (Await("gone", 2), Sleep(0.05), Put(many)),
        ((Signal("gone"), Fail()),) * 2,
    )
    yield Scenario("all consumers fail early", (Put(40),), ((Take(1), Fail()),) * 2)
    yield Scenario(
        "consumers end early, then the producer fails",
        (Put(3), Await("gone", 2), Sleep(0.05), Put(20), Fail()),
        ((Take(1), Signal("gone")),) * 2,
    )
    yield Scenario(
        "all consumers gone, nothing left over",
        (Put(2), Await("gone", 2), Sleep(0.1)),
        ((Take(1), Signal("gone")),) * 2,
    )


def _first_failures(depth: Depth) -> Iterator[Scenario]:
    told: Steps = (PollOk(3.0), Fail())
    yield Scenario(
        "a consumer fails, then the producer",
        (Put(1), *told),
        ((Fail("os_error"),), TAKER),
    )
    yield Scenario("the producer fails, then a consumer", (Put(1), Fail("os_error")), (told, TAKER))
    yield Scenario(
        "consumer 2 fails, then consumer 1",
        (Put(2), PollOk(3.0)),
        (told, (Take(1), Fail("os_error"))),
    )
    yield Scenario(
        "consumer 1 fails, then consumer 2",
        (Put(2), PollOk(3.0)),
        ((Take(1), Fail("os_error")), told),
    )
    yield Scenario("everybody fails at once", (Meet(), Fail()), ((Meet(), Fail()),) * 3)


def faults_at_every_point(depth: Depth, kind: str = "error") -> Iterator[Scenario]:
    """One exception before each single operation of the producer and of a consumer."""
    producer: Steps = (CheckOk(), Put(3), CheckOk())
    consumer: Steps = (CheckOk(), *TAKER)
    for point in range(6):
        yield Scenario(
            f"{kind} in the producer at point {point}",
            producer,
            (consumer,) * 2,
            faults=(Fault(0, point, kind),),
        )
    for actor in (1, 2):
        for point in (0, 1, 2, 3):
            yield Scenario(
                f"{kind} in consumer {actor} at point {point}",
                producer,
                (consumer,) * 2,
                faults=(Fault(actor, point, kind),),
            )
