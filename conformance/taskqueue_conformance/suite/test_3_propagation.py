"""Section 3 of the contract: propagation."""

from __future__ import annotations

from taskqueue_conformance import bounded, scenarios
from taskqueue_conformance.clause import Seen, clause
from taskqueue_conformance.oracles import propagation, special


@clause("TQ-3.1", on=scenarios.regular, explored=bounded.ordinary)
def test_3_1_the_producers_failure_is_raised(seen: Seen) -> None:
    """A failure of the producer is raised by run()."""
    seen.contradicts_nothing(propagation.producer_failure_raised)


@clause("TQ-3.2", on=scenarios.regular, explored=bounded.ordinary)
def test_3_2_a_consumers_failure_is_raised(seen: Seen) -> None:
    """A failure of a consumer is raised by run()."""
    seen.contradicts_nothing(propagation.consumer_failure_raised)


@clause("TQ-3.3", on=scenarios.regular, explored=bounded.ordinary)
def test_3_3_the_same_exception(seen: Seen) -> None:
    """It is the same exception object, and its traceback reaches the line that raised it."""
    seen.contradicts_nothing(propagation.same_exception)


@clause("TQ-3.4", on=scenarios.regular, explored=bounded.ordinary)
def test_3_4_the_first_of_several(seen: Seen) -> None:
    """Of several failures the first is raised. A comes before B only if B's callback saw ok()
    False, A being the only failure so far, before B left it; otherwise they overlap and either
    will do.
    """
    seen.contradicts_nothing(propagation.first_failure_raised)


@clause("TQ-3.5", variants=scenarios.kinds_of_failure, explored=bounded.special_failures)
def test_3_5_every_base_exception_counts(seen: Seen) -> None:
    """Every BaseException counts: SystemExit, KeyboardInterrupt and GeneratorExit raised in a
    callback are neither lost nor cause a hang.
    """
    seen.makes_no_difference()


@clause("TQ-3.6", on=scenarios.failures_told, explored=bounded.ordinary)
def test_3_6_ok_tells_of_a_failure(seen: Seen) -> None:
    """ok() is True until a callback fails, False within a second of that, for every thread, and
    never True again during that run.
    """
    seen.contradicts_nothing(propagation.ok_tells_failure)


@clause("TQ-3.7", on=scenarios.regular, explored=bounded.ordinary)
def test_3_7_the_failure_before_the_end(seen: Seen) -> None:
    """When the producer has failed, ok() is False before any consumer receives the end."""
    seen.contradicts_nothing(propagation.failure_before_end)


@clause("TQ-3.8", on=scenarios.leftovers, explored=bounded.ordinary)
def test_3_8_none_when_all_went_well(seen: Seen) -> None:
    """Without a failure run() returns None."""
    seen.contradicts_nothing(propagation.returns_none)


@clause("TQ-3.9", on=scenarios.later_failures, explored=bounded.later_failures)
def test_3_9_later_failures_are_logged(seen: Seen) -> None:
    """Later failures are not lost in silence: each is logged with its traceback (`logging`,
    WARNING or above, any logger).
    """
    seen.shows_nothing(special.later_failures_logged)


@clause("TQ-3.10", on=scenarios.dropped_queues)
def test_3_10_nothing_is_kept_alive(seen: Seen) -> None:
    """Nothing keeps the queue, its items or the callbacks' locals alive once run() has raised and
    the caller has dropped queue and exception: no reference cycle is left.
    """
    seen.shows_nothing(special.nothing_kept_alive)


@clause("TQ-3.11", variants=scenarios.unformattable_failures, explored=bounded.unprintable_failures)
def test_3_11_an_exception_that_cannot_be_formatted(seen: Seen) -> None:
    """An exception that cannot be formatted (its own attributes raise) is propagated like any
    other and causes no hang.
    """
    seen.makes_no_difference()
