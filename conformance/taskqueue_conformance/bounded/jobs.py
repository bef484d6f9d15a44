"""What the families of bounded scenarios have in common."""

from __future__ import annotations

from collections.abc import Callable

from taskqueue_conformance.depth import Depth
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.scenarios import TAKER
from taskqueue_conformance.workload import CheckOk, Put, Scenario

__all__ = ["Family", "exhaustive", "plain"]

Family = Callable[[Depth], list[Job]]


def plain(items: int, consumers: int) -> Scenario:
    """The usual workload, as small as can be."""
    name = f"{_count(items, 'item')}, {_count(consumers, 'consumer')}"
    return Scenario(name, (Put(items), CheckOk()), (TAKER,) * consumers)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def exhaustive(depth: Depth, scenario: Scenario, **more: object) -> Job:
    """A job that is to be exhausted; without early timeouts, unless they are asked for."""
    values: dict[str, object] = {"early_timeouts": 0, "samples": depth.samples, **more}
    return Job(scenario, exhaust=depth.exhaust, seconds=depth.longest, **values)  # type: ignore[arg-type]
