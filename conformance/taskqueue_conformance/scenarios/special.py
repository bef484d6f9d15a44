"""Scenarios that are made for one clause alone."""

from __future__ import annotations

import dataclasses

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.items import ODD_KINDS
from taskqueue_conformance.scenarios.everyday import regular
from taskqueue_conformance.scenarios.limits import large_backlogs
from taskqueue_conformance.scenarios.shared import TAKER, Pair
from taskqueue_conformance.workload import (
    AskAgain,
    Await,
    CheckFreed,
    CheckOk,
    Drain,
    Fail,
    Helper,
    Interrupt,
    Meet,
    PollOk,
    Put,
    PutNone,
    RunAgain,
    Scenario,
    Signal,
    Sleep,
    Step,
    Steps,
    Stuck,
    Take,
)

__all__ = [
    "asking_again",
    "delivered",
    "dropped_queues",
    "failing_starts",
    "failures_told",
    "freed_items",
    "interrupted_and_polled",
    "late_puts",
    "later_failures",
    "leftovers",
    "many_runs",
    "no_consumers",
    "none_under_optimisation",
    "only_constructed",
    "prompt_returns",
    "running_again",
    "stuck_and_interrupted",
    "stuck_at_exit",
    "threads_left",
]


def delivered(depth: Depth) -> list[Scenario]:
    """TQ-1.1: in ordinary use, and with a large backlog."""
    return [*regular(depth), *large_backlogs(depth)]


def none_under_optimisation(depth: Depth) -> list[Scenario]:
    """TQ-1.10."""
    return [Scenario("None put under -O", (PutNone(), Put(1)), (TAKER,), optimised=True)]


def freed_items(depth: Depth) -> list[Scenario]:
    """TQ-1.11: items are taken and dropped while others wait for more."""
    checker: Steps = (Take(3), Signal("taken"), CheckFreed(), Signal("checked"), Drain())
    return [
        Scenario(
            "delivered items are dropped, one consumer",
            (Put(3), Await("checked")),
            (checker,),
            observe=("memory",),
        ),
        Scenario(
            "delivered items are dropped while another consumer waits",
            (Put(3), Await("checked")),
            (checker, (Await("taken"), Drain())),
            observe=("memory",),
        ),
    ]


def late_puts(depth: Depth) -> list[Scenario]:
    """TQ-2.4: in ordinary use, when there is nobody left who could take the item, and when nobody
    takes one before all are there.
    """
    late = Scenario("a consumer puts after the end", (Put(1),), ((Drain(), Put(1), CheckOk()),))
    return [*regular(depth), late, *large_backlogs(depth)]


def leftovers(depth: Depth) -> list[Scenario]:
    """TQ-2.5 and TQ-3.8: in ordinary use, and with items that nobody takes and that are not easily
    shown, compared or counted.
    """
    odd: list[Step] = [Put(1, kind) for kind in ODD_KINDS]
    left = Scenario("odd items are left over", (Put(1), *odd), ((Take(1),),))
    return [*regular(depth), left]


def many_runs(depth: Depth) -> list[Scenario]:
    """TQ-2.7."""
    good = Scenario("many runs", (Put(2),), (TAKER,) * 2, runs=depth.runs)
    bad = Scenario("many failing runs", (Put(1), Fail()), ((Take(1), Fail()),) * 2, runs=depth.runs)
    left = Scenario("many runs with items left over", (Put(3),), ((Take(1),),), runs=depth.runs)
    return [good, bad, left]


def stuck_and_interrupted(depth: Depth) -> list[Scenario]:
    """TQ-2.10: Ctrl-C while callbacks are stuck."""
    return [
        Scenario(
            "interrupted, consumers stuck",
            (Put(2), Await("stuck", 2), Sleep(0.1), Interrupt(), Stuck()),
            ((Take(1), Signal("stuck"), Stuck()),) * 2,
        ),
        Scenario(
            "interrupted, waiting for a stuck producer",
            (Put(1), Sleep(0.2), Stuck()),
            ((Sleep(0.4), Interrupt(), Stuck()), (Drain(),)),
        ),
        Scenario(
            "interrupted after a failure",
            (Put(1), Stuck()),
            ((Signal("failing"), Fail()), (Await("failing"), Sleep(0.3), Interrupt(), Stuck())),
        ),
        Scenario(
            "interrupted while the last consumer is stuck",
            (Put(1),),
            ((Drain(), Sleep(0.3), Interrupt(), Stuck()), TAKER),
        ),
    ]


def stuck_at_exit(depth: Depth) -> list[Scenario]:
    """TQ-2.11: the process ends although callbacks are stuck."""
    return [
        dataclasses.replace(scenario, name=f"{scenario.name}, then exit", leave_by_exit=True)
        for scenario in stuck_and_interrupted(depth)
    ]


def asking_again(depth: Depth) -> list[Pair]:
    """TQ-2.12."""
    again: Steps = (Drain(), AskAgain(2))
    once: Steps = (Drain(),)
    good = Scenario("an only consumer asks once", (Put(2),), (once,))
    shared = Scenario("all ask once", (Put(4),), (once,) * 3)
    turns = Scenario(
        "one takes the end before the others come",
        (Put(2),),
        ((Drain(), Signal("asked")), (Await("asked"), *TAKER)),
    )
    bad = Scenario("all ask once, the producer having failed", (Put(2), Fail()), (once,) * 2)
    return [
        (
            dataclasses.replace(
                twin,
                name=twin.name.replace("once", "again"),
                consumers=(again,) * len(twin.consumers),
            ),
            twin,
        )
        for twin in (good, shared, bad)
    ] + [
        (
            dataclasses.replace(
                turns,
                name="one asks again before the others come",
                consumers=((Drain(), AskAgain(3), Signal("asked")), turns.consumers[1]),
            ),
            turns,
        )
    ]


def no_consumers(depth: Depth) -> list[Scenario]:
    """TQ-2.13."""
    none = Scenario("no consumers at all", (Put(1),), ())
    unasked = "no consumers from a generator"
    return [none, dataclasses.replace(none, name=unasked, consumers_as="generator")]


def failing_starts(depth: Depth) -> list[Scenario]:
    """TQ-2.14: the nth thread cannot be started."""
    steps: tuple[Steps, ...] = (TAKER, (PollOk(2.0),), (PollOk(2.0), Drain()))
    return [
        Scenario(
            f"no more than {count} threads",
            (Put(2), PollOk(2.0)),
            steps,
            start_limit=count,
            observe=("threads",),
        )
        for count in range(4)
    ]


def running_again(depth: Depth) -> list[Pair]:
    """TQ-2.15: after the first run, and in the midst of it."""
    good = Scenario("run() once", (Put(3),), (TAKER,) * 2)
    bad = Scenario("a failed run() once", (Put(3), Fail()), (TAKER,) * 2)
    gated = Scenario(
        "run() once, from outside",
        (Put(1), Await("again"), Put(2)),
        ((Signal("again"), *TAKER), TAKER),
    )
    inside = (RunAgain(), Signal("again"), *TAKER)
    helped = (Helper((RunAgain(),)), Put(3))
    return [
        (dataclasses.replace(good, name="run() after run()", run_again=True), good),
        (dataclasses.replace(bad, name="run() after a failed run()", run_again=True), bad),
        (dataclasses.replace(gated, name="run() by a consumer", consumers=(inside, TAKER)), gated),
        (dataclasses.replace(good, name="run() by a helper", producer=helped), good),
    ]


def interrupted_and_polled(depth: Depth) -> list[Scenario]:
    """TQ-2.16."""
    return [
        Scenario(
            "interrupted, callbacks poll ok()",
            (Put(1), Await("here", 2), Sleep(0.1), Interrupt(), PollOk(2.0)),
            ((Signal("here"), PollOk(2.5)),) * 2,
        )
    ]


def prompt_returns(depth: Depth) -> list[Scenario]:
    """TQ-2.17: the last callback ends at various moments of a polling interval."""
    return [
        Scenario(f"the last one ends after {pause} s", (Put(1),), ((Drain(), Sleep(pause)), TAKER))
        for pause in (0.0, 0.13, 0.27, 0.41, 0.64)
    ] + [Scenario("the producer ends last", (Put(1), Sleep(0.35)), ((Take(1),),))]


def threads_left(depth: Depth) -> list[Scenario]:
    """TQ-2.18."""
    return [
        dataclasses.replace(scenario, name=f"{scenario.name}: threads", observe=("threads",))
        for scenario in (
            Scenario("a good run", (Put(3),), (TAKER,) * 3),
            Scenario("a failing run", (Put(3), Fail()), ((Take(1), Fail()), TAKER)),
            Scenario("a run without takers", (Put(3),), ((Take(1),),)),
            Scenario("a slow last consumer", (Put(3),), (TAKER, (Drain(), Sleep(1.2)))),
            Scenario("a slow consumer after a failure", (Fail(),), (TAKER, (Drain(), Sleep(1.2)))),
        )
    ]


def failures_told(depth: Depth) -> list[Scenario]:
    """TQ-3.6: in ordinary use, and to a thread that a callback starts once it knows."""
    helper = Scenario(
        "a helper asks what is known",
        (Put(1), PollOk(3.0), Helper((CheckOk(),))),
        ((Fail(),), TAKER),
    )
    return [*regular(depth), helper]


def later_failures(depth: Depth) -> list[Scenario]:
    """TQ-3.9."""
    told: Steps = (PollOk(3.0), Fail())
    return [
        Scenario(
            "three failures, one after the other",
            (Put(1), *told),
            ((Fail("os_error"),), told),
            observe=("logging",),
        ),
        Scenario(
            "two failures that are equal",
            (Put(1), PollOk(3.0), Fail("unhashable")),
            ((Fail("unhashable"),),),
            observe=("logging",),
        ),
        Scenario(
            "three failures at once",
            (Meet(), Fail()),
            ((Meet(), Fail()),) * 2,
            observe=("logging",),
        ),
    ]


def dropped_queues(depth: Depth) -> list[Scenario]:
    """TQ-3.10."""
    return [
        dataclasses.replace(scenario, observe=("memory",))
        for scenario in (
            Scenario("dropped after the producer failed", (Put(3), Fail()), (TAKER,) * 2),
            Scenario("dropped after a consumer failed", (Put(3),), ((Take(1), Fail()), TAKER)),
            Scenario(
                "dropped with items left over, all having failed",
                (Put(5), Fail()),
                ((Take(1), Fail()),) * 2,
            ),
        )
    ]


def only_constructed(depth: Depth) -> list[Scenario]:
    """TQ-4.2 and TQ-4.6."""
    return [
        Scenario(
            "constructed only", (Put(1),), (TAKER,) * 2, only_construct=True, observe=("threads",)
        ),
    ]
