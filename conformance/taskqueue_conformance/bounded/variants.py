"""Families for one clause each: one thing is changed, or may go wrong."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterable

from taskqueue_conformance.bounded.jobs import Family, exhaustive, plain
from taskqueue_conformance.depth import Depth
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.scenarios import TAKER
from taskqueue_conformance.scenarios.neighbours import waiting_in_another
from taskqueue_conformance.workload import (
    AskAgain,
    CheckOk,
    Drain,
    Fail,
    Helper,
    PollOk,
    Put,
    PutNone,
    RunAgain,
    RunAnother,
    Scenario,
    Sleep,
    Steps,
    Take,
)

SPECIAL = ("system_exit", "keyboard_interrupt", "generator_exit")
"""Kinds of failure that are no Exception."""

UNPRINTABLE = ("unformattable", "evil")
"""Kinds of failure that cannot be formatted."""


def _not_when_quick(family: Family) -> Family:
    """Leaves a family out of a quick run: there, its clause is observed on real threads only."""

    @functools.wraps(family)
    def found(depth: Depth) -> list[Job]:
        return [] if depth.name == "quick" else family(depth)

    return found


def special_failures(depth: Depth) -> list[Job]:
    """TQ-3.5: exceptions that are no Exception, at every point."""
    return [
        exhaustive(depth, plain(items, consumers), faults=1, kinds=SPECIAL)
        for items, consumers in depth.special
    ]


@_not_when_quick
def unprintable_failures(depth: Depth) -> list[Job]:
    """TQ-3.11: exceptions whose own attributes raise, at every point."""
    return [
        exhaustive(depth, plain(items, consumers), faults=1, kinds=UNPRINTABLE)
        for items, consumers in depth.special
    ]


def _each(depth: Depth, found: Iterable[Scenario], **more: object) -> list[Job]:
    """A job each; of a quick run, where the setting up costs most, the first only."""
    most = 1 if depth.name == "quick" else None
    return [exhaustive(depth, scenario, **more) for scenario in itertools.islice(found, most)]


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
        dataclasses.replace(plain(items, consumers), observe=("threads",))
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
            dataclasses.replace(plain(1, 1), name="run() after run()", run_again=True),
            Scenario("run() by the consumer", (Put(1),), ((RunAgain(), *TAKER),)),
        ],
        oracle="second_run_refused",
    ) + _two_callers(depth)


@_not_when_quick
def _two_callers(depth: Depth) -> list[Job]:
    # Whichever of the two is refused: what run() owes its caller is not to be had from both.
    both = dataclasses.replace(plain(1, 1), name="run() by two at the same time", callers=2)
    return [exhaustive(depth, both, oracle="second_run_refused", special=True)]


@_not_when_quick
def interrupted(depth: Depth) -> list[Job]:
    """TQ-2.10: an interrupt of run() before any of its operations, callbacks being slow."""
    slow = Scenario(
        "slow callbacks", (Put(1), Sleep(2.5)), ((Drain(each=(Sleep(2.5),)),), (Drain(),))
    )
    found = [plain(1, 1), slow]
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
    found = [plain(1, 1)]
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
            dataclasses.replace(plain(1, 1), name="two queues at the same time", peers=2),
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
        plain(1, 1), name="constructed only", only_construct=True, observe=("threads",)
    )
    return [exhaustive(depth, constructed, oracle=oracle, special=True)]


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
            dataclasses.replace(plain(1, 1), name=f"callbacks are {kind}s", callables=kind)
            for kind in ("partial", "method", "lambda", "object")
        ),
    )


@_not_when_quick
def same_callable(depth: Depth) -> list[Job]:
    """TQ-4.3."""
    return _each(
        depth, [dataclasses.replace(plain(1, 2), name="one callable twice", consumers_as="same")]
    )


@_not_when_quick
def kinds_of_iterable(depth: Depth) -> list[Job]:
    """TQ-4.5."""
    return _each(
        depth,
        (
            dataclasses.replace(plain(1, 1), name=f"consumers: {kind}", consumers_as=kind)
            for kind in ("tuple", "generator", "changed")
        ),
    )
