"""The catalogue: families of scenarios, by what they put to the test.

A family is a function from a `Depth` to scenarios.  `regular` is the large one, judged by every
universal oracle; the others are for one clause each.  A *variant* is a regular scenario with one
thing changed: if it goes wrong and its twin does not, that one thing is to blame.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.things import ITEM_KINDS
from taskqueue_conformance.workload import (
    AskAgain,
    Await,
    CheckFreed,
    CheckOk,
    Drain,
    Fail,
    Fault,
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

__all__ = ["Pair"]

Pair = tuple[Scenario, Scenario]
"""A variant and its twin."""

TAKER: Steps = (Drain(), CheckOk())
"""A consumer that takes to the end and then asks whether all went well."""


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
        *_first_failures(depth),
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


# -- variants: one thing is changed ------------------------------------------------------------


def odd_items(depth: Depth) -> list[Pair]:
    """Items that are falsy, unhashable, incomparable, exceptions, classes."""
    kinds = [kind for kind in ITEM_KINDS if kind not in ("plain", "big")]
    pairs = []
    batches = [[kind] for kind in kinds] if depth.name != "quick" else [kinds[:5], kinds[5:]]
    for batch in batches:
        oddities: list[Step] = []
        for kind in batch:
            oddities += [Put(1), Put(1, kind)]
        twin = Scenario(
            f"{len(oddities)} ordinary items", (Put(len(oddities)), CheckOk()), (TAKER,) * 2
        )
        name = batch[0] if len(batch) == 1 else f"{batch[0]} to {batch[-1]}"
        odd = dataclasses.replace(twin, name=f"odd items: {name}", producer=(*oddities, CheckOk()))
        pairs.append((odd, twin))
        late = Scenario(
            f"backlog of {len(oddities)} ordinary items",
            (Put(len(oddities)), Signal("produced")),
            ((Await("produced"), *TAKER),) * 2,
        )
        odd_late = dataclasses.replace(
            late,
            name=f"backlog of odd items: {name}",
            producer=(*oddities, Signal("produced")),
        )
        pairs.append((odd_late, late))
    return pairs


def repeated_items(depth: Depth) -> list[Pair]:
    """One and the same object, put several times: so many items."""
    twin = Scenario("distinct items", (Put(6), CheckOk()), (TAKER,) * 2)
    late = Scenario(
        "backlog of distinct items",
        (Put(6), Signal("produced")),
        ((Await("produced"), *TAKER),) * 2,
    )
    return [
        (
            dataclasses.replace(
                twin, name="one item six times", producer=(Put(6, "ellipsis"), CheckOk())
            ),
            twin,
        ),
        (
            dataclasses.replace(
                late,
                name="backlog of one item six times",
                producer=(Put(6, "ellipsis"), Signal("produced")),
            ),
            late,
        ),
    ]


def refused_none(depth: Depth) -> list[Pair]:
    """put(None), in the midst of proper items."""
    before = Scenario("without None", (Put(2), Put(2), CheckOk()), (TAKER,) * 2)
    pairs = [
        (dataclasses.replace(before, name="None put", producer=(Put(2), PutNone(), Put(2))), before)
    ]
    waiting = Scenario(
        "without None, all waiting",
        (Await("here", 2), Sleep(0.1), Put(2), Sleep(0.05)),
        ((Signal("here"), *TAKER),) * 2,
    )
    none = dataclasses.replace(
        waiting,
        name="None put while all wait",
        producer=(Await("here", 2), Sleep(0.1), PutNone(), Put(2), Sleep(0.05)),
    )
    return [*pairs, (none, waiting)]


def helper_threads(depth: Depth) -> list[Pair]:
    """put, get and ok called by threads of the callbacks' own."""
    plain = Scenario("no helpers", (Put(3), CheckOk(), Put(2)), ((Take(2), CheckOk(), *TAKER),) * 2)
    pairs = [
        (
            dataclasses.replace(plain, name=name, producer=producer, consumers=(consumer,) * 2),
            plain,
        )
        for name, producer, consumer in (
            ("helpers put", (Helper((Put(3), CheckOk())), Put(2)), plain.consumers[0]),
            ("helpers put late", (Put(3), Helper((CheckOk(), Put(2)))), plain.consumers[0]),
            ("helpers take", plain.producer, (Helper((Take(2), CheckOk())), *TAKER)),
            ("helpers take the end", plain.producer, (Take(2), CheckOk(), Helper(TAKER))),
            ("a helper per item", plain.producer, (Drain(each=(Helper((CheckOk(),)),)),)),
        )
    ]
    waiting = Scenario(
        "no helpers, waiting for the end",
        (Put(1), Await("here", 2), Sleep(0.15)),
        ((Signal("here"), *TAKER),) * 2,
    )
    helped = dataclasses.replace(
        waiting,
        name="helpers wait for the end",
        consumers=((Signal("here"), Helper(TAKER)),) * 2,
    )
    told = Scenario(
        "ok() polled", (Put(1), PollOk(3.0)), ((Take(1), Fail()), (PollOk(3.0), *TAKER))
    )
    told_helper = dataclasses.replace(
        told,
        name="ok() polled by helpers",
        producer=(Put(1), Helper((PollOk(3.0),))),
        consumers=((Take(1), Fail()), (Helper((PollOk(3.0),)), *TAKER)),
    )
    return [*pairs, (helped, waiting), (told_helper, told)]


def kinds_of_failure(depth: Depth) -> list[Pair]:
    """Exceptions that are no Exception, at points where an ordinary one is handled."""
    pairs = []
    special = ("system_exit", "keyboard_interrupt", "generator_exit", "base")
    thorough = [kind for kind in depth.kinds if kind != "error"]
    for kind in special:
        for name, producer, consumers in (
            ("in the producer", (Put(2), Fail(kind)), (TAKER,) * 2),
            ("in the producer at once", (Fail(kind),), (TAKER,) * 2),
            ("in a consumer", (Put(2), PollOk(3.0), Put(2)), ((Fail(kind),), TAKER)),
            ("in a consumer after the end", (Put(2),), ((Drain(), Fail(kind)), TAKER)),
            ("in all consumers", (Put(5),), ((Take(1), Fail(kind)),) * 2),
        ):
            odd = Scenario(f"{kind} {name}", producer, consumers)
            pairs.append((odd, _ordinary(odd, kind)))
    for kind in thorough:
        for odd in faults_at_every_point(depth, kind):
            pairs.append((odd, _ordinary(odd, kind)))
    return pairs


def unformattable_failures(depth: Depth) -> list[Pair]:
    """Exceptions whose own attributes raise."""
    pairs = []
    for kind in ("unformattable", "evil"):
        for name, producer, consumers in (
            ("raised by the producer", (Put(2), Fail(kind)), (TAKER,) * 2),
            ("raised by a consumer", (Put(2),), ((Take(1), Fail(kind)), TAKER)),
            ("raised by everybody", (Meet(), Fail(kind)), ((Meet(), Fail(kind)),) * 2),
        ):
            odd = Scenario(f"{kind} {name}", producer, consumers)
            pairs.append((odd, _ordinary(odd, kind)))
    return pairs


def _ordinary(scenario: Scenario, kind: str) -> Scenario:
    """The twin that raises ordinary exceptions."""

    def steps(some: Steps) -> Steps:
        return tuple(Fail() if step == Fail(kind) else step for step in some)

    return dataclasses.replace(
        scenario,
        name=scenario.name.replace(kind, "error"),
        producer=steps(scenario.producer),
        consumers=tuple(steps(consumer) for consumer in scenario.consumers),
        faults=tuple(dataclasses.replace(fault, kind="error") for fault in scenario.faults),
    )


_USUAL = Scenario("as usual", (Put(4), CheckOk()), (TAKER,) * 3)
_FAILING = Scenario("as usual, failing", (Put(4), Fail()), ((Take(1), CheckOk(), *TAKER),) * 2)


def kinds_of_callable(depth: Depth) -> list[Pair]:
    """Partials, methods, lambdas and objects as callbacks."""
    return [
        (dataclasses.replace(twin, name=f"{twin.name}: {kind}s", callables=kind), twin)
        for kind in ("partial", "method", "lambda", "object")
        for twin in (_USUAL, _FAILING)
    ]


def same_callable(depth: Depth) -> list[Pair]:
    """One callable in every place of the list."""
    return [
        (dataclasses.replace(_USUAL, name="one callable, three times", consumers_as="same"), _USUAL)
    ]


def kinds_of_iterable(depth: Depth) -> list[Pair]:
    """`consumers` as other than a list, or changed afterwards."""
    return [
        (dataclasses.replace(twin, name=f"{twin.name}: {word}", consumers_as=how), twin)
        for how, word in (
            ("tuple", "consumers in a tuple"),
            ("generator", "consumers from a generator"),
            ("changed", "list emptied after construction"),
        )
        for twin in (_USUAL, _FAILING)
    ]


def several_queues(depth: Depth) -> list[Pair]:
    """Queues at the same time, and one after another that failed."""
    # Nobody takes before everybody has put: what is shared, is mixed up whoever runs first.
    meeting = Scenario(
        "alone", (Put(20), Meet(), CheckOk()), ((Meet(), Drain(each=(CheckOk(),)), CheckOk()),) * 2
    )
    failing = Scenario("alone, failing", (Put(5), Fail()), ((Take(1),), TAKER))
    return [
        (dataclasses.replace(meeting, name="three at the same time", peers=3), meeting),
        (dataclasses.replace(meeting, name="three in a row", runs=3), meeting),
        (dataclasses.replace(failing, name="a failure, then another run", runs=2), failing),
    ]


# -- scenarios of one clause ---------------------------------------------------------------------


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


def many_runs(depth: Depth) -> list[Scenario]:
    """TQ-2.7."""
    good = Scenario("many runs", (Put(2),), (TAKER,) * 2, runs=depth.runs)
    bad = Scenario("many failing runs", (Put(1), Fail()), ((Take(1), Fail()),) * 2, runs=depth.runs)
    return [good, bad]


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
    return [Scenario("no consumers at all", (Put(1),), ())]


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
