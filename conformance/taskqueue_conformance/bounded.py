"""The bounded scenarios: what the engine explores, by what they put to the test.

A family is a function from a `Depth` to jobs. Small scenarios are exhausted, with at most one fault
(an exception at any point of a callback, a thread that cannot be started, an interrupt of run()
before any of its operations) or one early timeout in each execution. Those that are too large for
that are sampled. Time is virtual here: an hour costs nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.scenarios import TAKER
from taskqueue_conformance.scenarios.neighbours import waiting_in_another
from taskqueue_conformance.workload import (
    AskAgain,
    Await,
    CheckOk,
    Drain,
    Fail,
    Helper,
    Meet,
    PollOk,
    Put,
    PutNone,
    RunAgain,
    RunAnother,
    Scenario,
    SetClock,
    Signal,
    Sleep,
    Steps,
    Take,
)

__all__ = ["Job"]

Family = Callable[[Depth], list[Job]]

SPECIAL = ("system_exit", "keyboard_interrupt", "generator_exit")
"""Kinds of failure that are no Exception."""

UNPRINTABLE = ("unformattable", "evil")
"""Kinds of failure that cannot be formatted."""


def _plain(items: int, consumers: int) -> Scenario:
    """The usual workload, as small as can be."""
    name = f"{_count(items, 'item')}, {_count(consumers, 'consumer')}"
    return Scenario(name, (Put(items), CheckOk()), (TAKER,) * consumers)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _exhaustive(depth: Depth, scenario: Scenario, **more: object) -> Job:
    """A job that is to be exhausted; without early timeouts, unless they are asked for."""
    values: dict[str, object] = {"early_timeouts": 0, "samples": depth.samples, **more}
    return Job(scenario, exhaust=depth.exhaust, seconds=depth.longest, **values)  # type: ignore[arg-type]


def ordinary(depth: Depth) -> list[Job]:
    """What any implementation meets in ordinary use, in good runs and in bad ones.

    The cheap ones first: what is wrong shows in one of them, more often than not.
    """
    faulty = [
        _exhaustive(depth, _plain(*size), faults=1, kinds=("error",)) for size in depth.faulty
    ]
    return [
        *faulty[:1],
        *(_exhaustive(depth, scenario) for scenario in _small(depth)),
        *_sampled(depth),
        *(_exhaustive(depth, _plain(*size), early_timeouts=1) for size in depth.timed),
        *(_exhaustive(depth, _plain(*size)) for size in depth.faultless),
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
    return [*ordinary(depth), _exhaustive(depth, set_back, only="TQ-1.2")]


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
        found.append(Job(_plain(items, consumers), faults=0, **many))  # type: ignore[arg-type]
    found.append(
        Job(_plain(3, 3), faults=2, kinds=("error", "os_error"), **many)  # type: ignore[arg-type]
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


# -- one thing is changed ------------------------------------------------------------------------


def _not_when_quick(family: Family) -> Family:
    """Leaves a family out of a quick run: there, its clause is observed on real threads only."""

    @functools.wraps(family)
    def found(depth: Depth) -> list[Job]:
        return [] if depth.name == "quick" else family(depth)

    return found


def special_failures(depth: Depth) -> list[Job]:
    """TQ-3.5: exceptions that are no Exception, at every point."""
    return [
        _exhaustive(depth, _plain(items, consumers), faults=1, kinds=SPECIAL)
        for items, consumers in depth.special
    ]


@_not_when_quick
def unprintable_failures(depth: Depth) -> list[Job]:
    """TQ-3.11: exceptions whose own attributes raise, at every point."""
    return [
        _exhaustive(depth, _plain(items, consumers), faults=1, kinds=UNPRINTABLE)
        for items, consumers in depth.special
    ]


def _each(depth: Depth, found: Iterable[Scenario], **more: object) -> list[Job]:
    """A job each; of a quick run, where the setting up costs most, the first only."""
    most = 1 if depth.name == "quick" else None
    return [_exhaustive(depth, scenario, **more) for scenario in itertools.islice(found, most)]


@_not_when_quick
def odd_items(depth: Depth) -> list[Job]:
    """TQ-1.3."""
    kinds = ("awkward", "agreeable", "empty", "zero", "exception", "class")
    return _each(
        depth,
        (
            Scenario(f"an odd item: {kind}", (Put(1, kind), Put(1), CheckOk()), (TAKER,))
            for kind in kinds
        ),
    )


def refused_none(depth: Depth) -> list[Job]:
    """TQ-1.5."""
    return _each(
        depth,
        [
            Scenario("None put between items", (Put(1), PutNone(), Put(1)), (TAKER,)),
            Scenario("None put, two consumers", (PutNone(), Put(1)), (TAKER,) * 2),
        ],
    )


def helper_threads(depth: Depth) -> list[Job]:
    """TQ-1.9."""
    return _each(
        depth,
        [
            Scenario("a helper puts", (Helper((Put(1), CheckOk())),), (TAKER,)),
            Scenario("a helper takes the end", (Put(1),), ((Helper(TAKER),),)),
            Scenario("a helper polls ok()", (Put(1), Helper((PollOk(2.0),))), ((Take(1), Fail()),)),
        ],
    )


def asking_again(depth: Depth) -> list[Job]:
    """TQ-2.12."""
    again: Steps = (Drain(), AskAgain(2))
    return _each(
        depth,
        [
            Scenario("the only consumer asks again", (Put(1),), (again,)),
            Scenario("one of two asks again", (Put(1),), (again, TAKER)),
            Scenario("both ask again, the producer having failed", (Fail(),), (again,) * 2),
        ],
        oracle="end_is_sticky",
    )


@_not_when_quick
def no_consumers(depth: Depth) -> list[Job]:
    """TQ-2.13."""
    return _each(
        depth,
        [Scenario("no consumers at all", (Put(1),), ())],
        oracle="no_consumers_refused",
        special=True,
    )


def failing_starts(depth: Depth) -> list[Job]:
    """TQ-2.14: any thread cannot be started."""
    found = [
        dataclasses.replace(_plain(items, consumers), observe=("threads",))
        for items, consumers in depth.special
    ]
    if depth.name != "quick":
        polls: tuple[Steps, ...] = (TAKER, (PollOk(2.0), Drain()))
        polled = Scenario("a consumer polls ok()", (Put(1), CheckOk()), polls)
        found.append(dataclasses.replace(polled, observe=("threads",)))
    return _each(depth, found, faults=1, failed_starts=True, oracle="failed_start", special=True)


def running_again(depth: Depth) -> list[Job]:
    """TQ-2.15."""
    return _each(
        depth,
        [
            dataclasses.replace(_plain(1, 1), name="run() after run()", run_again=True),
            Scenario("run() by the consumer", (Put(1),), ((RunAgain(), *TAKER),)),
        ],
        oracle="second_run_refused",
    ) + _two_callers(depth)


@_not_when_quick
def _two_callers(depth: Depth) -> list[Job]:
    # Whichever of the two is refused: what run() owes its caller is not to be had from both.
    both = dataclasses.replace(_plain(1, 1), name="run() by two at the same time", callers=2)
    return [_exhaustive(depth, both, oracle="second_run_refused", special=True)]


@_not_when_quick
def interrupted(depth: Depth) -> list[Job]:
    """TQ-2.10: an interrupt of run() before any of its operations, callbacks being slow."""
    slow = Scenario(
        "slow callbacks", (Put(1), Sleep(2.5)), ((Drain(each=(Sleep(2.5),)),), (Drain(),))
    )
    found = [_plain(1, 1), slow]
    return _each(
        depth, found, faults=1, interrupts=True, oracle="interrupt_leaves_run", special=True
    )


@_not_when_quick
def interrupted_and_polled(depth: Depth) -> list[Job]:
    """TQ-2.16."""
    polled = [
        Scenario("the producer polls ok()", (Put(1), PollOk(2.5)), (TAKER,)),
        Scenario("the consumer polls ok()", (Put(1), CheckOk()), ((PollOk(2.5), Drain()),)),
    ]
    return _each(
        depth,
        polled,
        faults=1,
        interrupts=True,
        oracle="interrupt_turns_ok_false",
        special=True,
    )


@_not_when_quick
def prompt_returns(depth: Depth) -> list[Job]:
    """TQ-2.17: virtual time passes only where somebody waits."""
    found = [_plain(1, 1)]
    found += [
        Scenario(f"the last one ends after {s} s", (Put(1),), ((Drain(), Sleep(s)), TAKER))
        for s in (0.35, 1.4)
    ]
    return _each(depth, found, oracle="run_ends_at_once", special=True)


@_not_when_quick
def threads_left(depth: Depth) -> list[Job]:
    """TQ-2.18."""
    found = (
        Scenario("a good run", (Put(1),), (TAKER,) * 2, observe=("threads",)),
        Scenario("a failing run", (Put(1), Fail()), ((Take(1), Fail()),), observe=("threads",)),
    )
    return _each(depth, found, oracle="threads_left_behind", special=True)


@_not_when_quick
def later_failures(depth: Depth) -> list[Job]:
    """TQ-3.9."""
    found = [
        Scenario("two failures", (Put(1), Fail()), ((Fail("os_error"),),), observe=("logging",))
    ]
    return _each(depth, found, oracle="later_failures_logged", special=True)


@_not_when_quick
def several_queues(depth: Depth) -> list[Job]:
    """TQ-4.1."""
    return _each(
        depth,
        [
            dataclasses.replace(_plain(1, 1), name="two queues at the same time", peers=2),
            dataclasses.replace(
                Scenario("", (Put(2), Fail()), ((Take(1),),)),
                name="a failure, then another run",
                runs=2,
            ),
            Scenario("one runs another", (RunAnother(), Put(1)), (TAKER,), nested=True),
            waiting_in_another()[0],
        ],
    )


def _only_constructed(depth: Depth, oracle: str) -> list[Job]:
    constructed = dataclasses.replace(
        _plain(1, 1), name="constructed only", only_construct=True, observe=("threads",)
    )
    return [_exhaustive(depth, constructed, oracle=oracle, special=True)]


@_not_when_quick
def constructed_calls(depth: Depth) -> list[Job]:
    """TQ-4.2."""
    return _only_constructed(depth, "constructor_calls_nothing")


@_not_when_quick
def constructed_starts(depth: Depth) -> list[Job]:
    """TQ-4.6."""
    return _only_constructed(depth, "constructor_starts_nothing")


@_not_when_quick
def kinds_of_callable(depth: Depth) -> list[Job]:
    """TQ-4.4."""
    return _each(
        depth,
        (
            dataclasses.replace(_plain(1, 1), name=f"callbacks are {kind}s", callables=kind)
            for kind in ("partial", "method", "lambda", "object")
        ),
    )


@_not_when_quick
def same_callable(depth: Depth) -> list[Job]:
    """TQ-4.3."""
    return _each(
        depth, [dataclasses.replace(_plain(1, 2), name="one callable twice", consumers_as="same")]
    )


@_not_when_quick
def kinds_of_iterable(depth: Depth) -> list[Job]:
    """TQ-4.5."""
    return _each(
        depth,
        (
            dataclasses.replace(_plain(1, 1), name=f"consumers: {kind}", consumers_as=kind)
            for kind in ("tuple", "generator", "changed")
        ),
    )
