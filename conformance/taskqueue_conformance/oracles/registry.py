"""The universal oracles by clause: core clauses that can be asked of any ordinary history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from taskqueue_conformance.history import History
from taskqueue_conformance.oracles import delivery, propagation, termination

__all__ = ["UNIVERSAL", "Finding", "Oracle", "contradictions", "contradictions_of"]

Oracle = Callable[[History], Iterator[str]]


@dataclass(frozen=True)
class Finding:
    """One contradiction: the clause, and what was seen."""

    clause: str
    seen: str


UNIVERSAL: dict[str, Oracle] = {
    "TQ-1.1": delivery.exactly_once,
    "TQ-1.2": delivery.first_in_first_out,
    "TQ-1.3": delivery.same_object,
    "TQ-1.4": delivery.get_waits,
    "TQ-1.5": delivery.none_refused,
    "TQ-1.6": delivery.delivered_after_producer_failed,
    "TQ-1.7": delivery.delivered_after_consumer_failed,
    "TQ-1.8": delivery.consumers_items,
    "TQ-1.9": delivery.any_thread,
    "TQ-2.1": termination.end_reaches_everybody,
    "TQ-2.2": termination.end_after_producer_failed,
    "TQ-2.3": termination.run_waits_for_all,
    "TQ-2.4": termination.put_never_waits,
    "TQ-2.5": termination.run_ends_without_takers,
    "TQ-2.6": termination.run_ends_in_time,
    "TQ-2.8": termination.all_at_once,
    "TQ-2.9": termination.run_ends_without_consumers,
    "TQ-3.1": propagation.producer_failure_raised,
    "TQ-3.2": propagation.consumer_failure_raised,
    "TQ-3.3": propagation.same_exception,
    "TQ-3.4": propagation.first_failure_raised,
    "TQ-3.6": propagation.ok_tells_failure,
    "TQ-3.7": propagation.failure_before_end,
    "TQ-3.8": propagation.returns_none,
    "TQ-4.3": termination.each_started_once,
}


def contradictions_of(clause: str, history: History) -> Iterator[Finding]:
    """What `history` shows against one clause."""
    for sentence in UNIVERSAL[clause](history):
        yield Finding(clause, sentence)


def contradictions(history: History) -> Iterator[Finding]:
    """What `history` shows against any clause, in the order of the contract."""
    for clause in UNIVERSAL:
        yield from contradictions_of(clause, history)
