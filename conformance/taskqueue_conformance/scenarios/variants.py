"""Variants: one thing is changed, and that one thing is to blame for what goes wrong."""

from __future__ import annotations

import dataclasses

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.failures import ASSORTED
from taskqueue_conformance.items import ODD_KINDS, REPEATED_KINDS
from taskqueue_conformance.scenarios.everyday import faults_at_every_point
from taskqueue_conformance.scenarios.neighbours import waiting_in_another
from taskqueue_conformance.scenarios.shared import TAKER, Pair
from taskqueue_conformance.workload import (
    Await,
    CheckOk,
    Drain,
    Fail,
    Helper,
    Meet,
    PollOk,
    Put,
    PutNone,
    RunAnother,
    Scenario,
    Signal,
    Sleep,
    Step,
    Steps,
    Take,
)

__all__ = [
    "helper_threads",
    "kinds_of_callable",
    "kinds_of_failure",
    "kinds_of_iterable",
    "odd_items",
    "refused_none",
    "repeated_items",
    "same_callable",
    "several_queues",
    "unformattable_failures",
]


BATCH = 9
"""Kinds of item in one scenario, but for a quick run."""


def odd_items(depth: Depth) -> list[Pair]:
    """Items that are falsy, unhashable, incomparable, exceptions, classes."""
    batches = [ODD_KINDS[:5], ODD_KINDS[5:]]
    if depth.name != "quick":
        batches = [ODD_KINDS[at : at + BATCH] for at in range(0, len(ODD_KINDS), BATCH)]
    pairs = []
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
    """One and the same object, or one that is equal, put several times: so many items."""
    repeated = tuple(Put(6, kind) for kind in REPEATED_KINDS)
    count = 6 * len(REPEATED_KINDS)
    twin = Scenario("distinct items", (Put(count), CheckOk()), (TAKER,) * 2)
    late = Scenario(
        "backlog of distinct items",
        (Put(count), Signal("produced")),
        ((Await("produced"), *TAKER),) * 2,
    )
    return [
        (
            dataclasses.replace(twin, name="each item six times", producer=(*repeated, CheckOk())),
            twin,
        ),
        (
            dataclasses.replace(
                late,
                name="backlog of each item six times",
                producer=(*repeated, Signal("produced")),
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
    """Exceptions of other kinds, at points where an ordinary one is handled: those that are no
    Exception, and those that may be taken for something else.
    """
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
    # The first is the cause, whatever its kind.
    for kind in ("system_exit", "keyboard_interrupt"):
        odd = Scenario(
            f"{kind} in a consumer, then an error in the producer",
            (Put(2), PollOk(3.0), Fail()),
            ((Fail(kind),), TAKER),
        )
        pairs.append((odd, _ordinary(odd, kind)))
    failing = Fail("assorted")
    for name, producer, consumers in (
        ("in the producer", (Put(2), failing), (TAKER,) * 2),
        ("in a consumer", (Put(2),), ((Take(1), failing), TAKER)),
    ):
        # What one leaves to the next is another clause's business.
        odd = Scenario(f"assorted kinds {name}", producer, consumers, runs=len(ASSORTED), kept=True)
        pairs.append((odd, _ordinary(odd, "assorted")))
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
    """Partials, methods, lambdas and objects as callbacks, and functions with a result."""
    return [
        (dataclasses.replace(twin, name=f"{twin.name}: {word}", callables=kind), twin)
        for kind, word in (
            ("partial", "partials"),
            ("method", "methods"),
            ("lambda", "lambdas"),
            ("object", "objects"),
            ("aloof", "objects that are false and not to be compared"),
            ("giving", "functions that return something"),
        )
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
    """Queues at the same time, one after another that failed, and one in a callback of another."""
    # Nobody takes before everybody has put: what is shared, is mixed up whoever runs first.
    meeting = Scenario(
        "alone", (Put(20), Meet(), CheckOk()), ((Meet(), Drain(each=(CheckOk(),)), CheckOk()),) * 2
    )
    # Who waits before anything is put meets what an earlier queue at this address has left.
    failing = Scenario(
        "alone, failing",
        (Await("here", 2), Sleep(0.01), Put(5), Fail()),
        ((Signal("here"), Take(1)), (Signal("here"), *TAKER)),
    )
    nested = Scenario("as usual, twice", (Put(2), RunAnother(), Put(2)), (TAKER,) * 2)
    return [
        (dataclasses.replace(meeting, name="three at the same time", peers=3), meeting),
        (dataclasses.replace(meeting, name="three in a row", runs=3), meeting),
        (dataclasses.replace(failing, name="a failure, then another run", runs=8), failing),
        (dataclasses.replace(nested, name="one runs another", nested=True), nested),
        waiting_in_another(),
    ]
