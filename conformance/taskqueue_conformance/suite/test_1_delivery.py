"""Section 1 of the contract: delivery."""

from __future__ import annotations

from taskqueue_conformance import bounded, scenarios
from taskqueue_conformance.clause import Seen, clause
from taskqueue_conformance.oracles import delivery, special


@clause("TQ-1.1", on=scenarios.delivered, explored=bounded.ordinary)
def test_1_1_every_item_exactly_once(seen: Seen) -> None:
    """Every item put before the producer ends is delivered exactly once, as long as one consumer
    keeps taking until the end.
    """
    seen.contradicts_nothing(delivery.exactly_once)


@clause("TQ-1.1", variants=scenarios.repeated_items)
def test_1_1_the_same_object_again(seen: Seen) -> None:
    """Every item put ... is delivered exactly once ..."""
    seen.makes_no_difference()


@clause("TQ-1.2", on=scenarios.regular, explored=bounded.in_order)
def test_1_2_first_in_first_out(seen: Seen) -> None:
    """Items are handed out in the order they were put (first in, first out), across all
    consumers.
    """
    seen.contradicts_nothing(delivery.first_in_first_out)


@clause("TQ-1.3", variants=scenarios.odd_items, explored=bounded.odd_items)
def test_1_3_the_object_itself(seen: Seen) -> None:
    """The object itself is delivered, not a copy, whatever it is: falsy, unhashable, incomparable,
    an exception, a class.
    """
    seen.makes_no_difference()


@clause("TQ-1.4", on=scenarios.regular, explored=bounded.ordinary)
def test_1_4_get_waits(seen: Seen) -> None:
    """get() waits for an item or the end, however slow the producer; it neither raises nor ends
    early.
    """
    seen.contradicts_nothing(delivery.get_waits)


@clause("TQ-1.5", variants=scenarios.refused_none, explored=bounded.refused_none)
def test_1_5_none_is_refused(seen: Seen) -> None:
    """put(None) is refused with an exception, and nothing is queued."""
    seen.makes_no_difference()


@clause("TQ-1.6", on=scenarios.regular, explored=bounded.ordinary)
def test_1_6_items_put_before_the_producer_failed(seen: Seen) -> None:
    """Items put before the producer failed are delivered, as long as one consumer keeps taking."""
    seen.contradicts_nothing(delivery.delivered_after_producer_failed)


@clause("TQ-1.7", on=scenarios.regular, explored=bounded.ordinary)
def test_1_7_a_failure_takes_no_item_from_the_others(seen: Seen) -> None:
    """A consumer's failure takes no item from the others: the survivors receive all that it had
    not taken, items put after the failure included.
    """
    seen.contradicts_nothing(delivery.delivered_after_consumer_failed)


@clause("TQ-1.8", on=scenarios.regular, explored=bounded.ordinary)
def test_1_8_consumers_put_too(seen: Seen) -> None:
    """An item that a consumer puts is delivered, if put() returned before the producer ended and
    one consumer keeps taking.
    """
    seen.contradicts_nothing(delivery.consumers_items)


@clause("TQ-1.9", variants=scenarios.helper_threads, explored=bounded.helper_threads)
def test_1_9_any_thread_may_call(seen: Seen) -> None:
    """put, get and ok work from any thread, helper threads of the callbacks included."""
    seen.makes_no_difference()


@clause("TQ-1.10", on=scenarios.none_under_optimisation)
def test_1_10_none_is_refused_under_optimisation(seen: Seen) -> None:
    """put(None) is refused under `python -O` as well."""
    seen.shows_nothing(special.none_refused_optimised)


@clause("TQ-1.11", on=scenarios.freed_items)
def test_1_11_delivered_items_are_let_go(seen: Seen) -> None:
    """A delivered item is not kept alive by the queue."""
    seen.shows_nothing(special.items_are_freed)
