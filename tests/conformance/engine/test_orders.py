"""The other orders in which events could have been seen, and that an oracle gets to see them."""

from __future__ import annotations

from taskqueue_conformance.engine.orders import orders
from taskqueue_conformance.history import Event

# Two threads, 0 and 1. A moment is a thread and what it knows of each: a clock.


def event(code: int, time: int = 0) -> Event:
    return (code, code, 0, time)


def codes(found: list[Event]) -> list[int]:
    return [one[0] for one in found]


def test_events_that_nothing_orders_are_seen_in_both_orders() -> None:
    events = [event(1), event(2)]
    moments = [(0, [1, 0]), (1, [0, 2])]
    assert [codes(one) for one in orders(events, moments)] == [[1, 2], [2, 1]]


def test_an_event_stays_before_one_that_knows_what_its_thread_did_next() -> None:
    events = [event(1), event(2)]
    # After event 1 its thread ran operation 4 (counted from 1), and the other one knows that.
    moments = [(0, [1, 0]), (1, [4, 5])]
    assert [codes(one) for one in orders(events, moments)] == [[1, 2]]


def test_events_of_one_thread_keep_their_order() -> None:
    events = [event(1), event(2), event(3)]
    moments = [(0, [1]), (0, [2]), (0, [3])]
    assert [codes(one) for one in orders(events, moments)] == [[1, 2, 3]]


def test_what_has_to_follow_an_event_is_put_off_with_it() -> None:
    events = [event(1), event(2), event(3), event(4)]
    moments = [(0, [1, 0, 0]), (1, [0, 2, 0]), (0, [3, 0, 0]), (2, [3, 0, 4])]
    # 3 is of the same thread as 1, and 4 comes after what that thread did between them.
    assert [2, 1, 3, 4] in [codes(one) for one in orders(events, moments)]
    assert [2, 4, 1, 3] not in [codes(one) for one in orders(events, moments)]


def test_the_clock_keeps_events_apart() -> None:
    events = [event(1, time=0), event(2, time=5)]
    moments = [(0, [1, 0]), (1, [0, 2])]
    assert [codes(one) for one in orders(events, moments)] == [[1, 2]]


def test_without_clocks_there_is_one_order() -> None:
    assert [codes(one) for one in orders([event(1), event(2)], [None, None])] == [[1, 2]]
