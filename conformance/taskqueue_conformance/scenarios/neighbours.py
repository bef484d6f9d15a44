"""What else there is in the process: another queue, a thread of somebody else's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from taskqueue_conformance.scenarios.shared import Pair
from taskqueue_conformance.workload import (
    Await,
    Bystander,
    CheckOk,
    Drain,
    Put,
    RunAnother,
    Scenario,
    Signal,
    Sleep,
)

__all__ = ["bystanders", "waiting_in_another"]


def bystanders() -> Iterator[Scenario]:
    """A thread that is no callback's outlives the first run, and ends in the midst of the second.

    Whoever counts the threads of the process counts it, too.
    """
    yield Scenario(
        "a thread of somebody else's outlives run()",
        (Signal("runs"), Bystander("runs", 2), Put(1)),
        ((Drain(), Sleep(0.1), CheckOk()),),
        runs=2,
    )


def waiting_in_another() -> Pair:
    """A consumer waits in one queue when an item is put into another: who is woken?

    The consumer of the outer queue waits first. Nothing wakes it before the inner run has ended,
    and that needs the inner consumer to be woken.
    """
    alone = Scenario(
        "a consumer waits, and an item is put",
        (Await("here"), Sleep(0.03), RunAnother(), Put(1), Await("taken")),
        ((Signal("here"), Drain(each=(Signal("taken"),))),),
    )
    return dataclasses.replace(alone, name="consumers wait in both queues", nested=True), alone
