"""Section 4 of the contract: independence."""

from __future__ import annotations

from taskqueue_conformance import bounded, scenarios
from taskqueue_conformance.clause import Seen, clause
from taskqueue_conformance.oracles import special, termination


@clause("TQ-4.1", variants=scenarios.several_queues, explored=bounded.several_queues)
def test_4_1_instances_share_nothing(seen: Seen) -> None:
    """Instances share nothing."""
    seen.makes_no_difference()


@clause("TQ-4.2", on=scenarios.only_constructed, explored=bounded.constructed_calls)
def test_4_2_the_constructor_calls_nothing(seen: Seen) -> None:
    """Constructing one calls neither producer nor consumers."""
    seen.shows_nothing(special.constructor_calls_nothing)


@clause("TQ-4.3", on=scenarios.regular, explored=bounded.ordinary)
def test_4_3_each_entry_is_started_once(seen: Seen) -> None:
    """Each entry of `consumers` is started once; the same callable may stand in it several
    times.
    """
    seen.contradicts_nothing(termination.each_started_once)


@clause("TQ-4.3", variants=scenarios.same_callable, explored=bounded.same_callable)
def test_4_3_the_same_callable_several_times(seen: Seen) -> None:
    """... the same callable may stand in it several times."""
    seen.makes_no_difference()


@clause("TQ-4.4", variants=scenarios.kinds_of_callable, explored=bounded.kinds_of_callable)
def test_4_4_any_callable_serves(seen: Seen) -> None:
    """Any callable serves: function, partial, bound method, lambda, object with `__call__`."""
    seen.makes_no_difference()


@clause("TQ-4.5", variants=scenarios.kinds_of_iterable, explored=bounded.kinds_of_iterable)
def test_4_5_any_iterable_of_consumers(seen: Seen) -> None:
    """`consumers` may be any iterable, and changing the list afterwards changes nothing."""
    seen.makes_no_difference()


@clause("TQ-4.6", on=scenarios.only_constructed, explored=bounded.constructed_starts)
def test_4_6_the_constructor_starts_no_thread(seen: Seen) -> None:
    """Constructing one starts no thread."""
    seen.shows_nothing(special.constructor_starts_nothing)
