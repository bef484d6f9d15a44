"""The other orders in which the events of one execution could have been seen.

The engine visits one execution of each class of equivalent ones. The events of a history (calls,
returns, beginnings, ends of callbacks) are no operations, so in another execution of the class they
may stand in another order, and an oracle might find in that one what this one does not show: a get
that returned before another one began, a callback that ended after run() came back.

Oracles compare pairs of events. So each event in turn is put off for as long as it can be: behind
everything that does not have to come after it. If any execution of the class has x before e, then
the one in which e is put off has. Events at different virtual times keep their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from taskqueue_conformance.history import Event

if TYPE_CHECKING:
    from taskqueue_harness.strategies.clocks import Moment

__all__ = ["orders"]


def orders(events: Sequence[Event], moments: Sequence[Moment | None]) -> Iterator[list[Event]]:
    """The events as they were seen, and then with each of them put off, where that differs."""
    yield list(events)
    count = len(events)
    if any(moment is None for moment in moments):
        return
    for place in range(count - 1):
        later = _put_off(place, events, moments)  # type: ignore[arg-type]
        if later is not None:
            yield later


def _put_off(place: int, events: Sequence[Event], moments: Sequence[Moment]) -> list[Event] | None:
    """The events with that at `place` as late as can be; None if it has to stay where it is."""
    fiber, clock = moments[place]
    own = clock[fiber] if fiber < len(clock) else 0
    time = events[place][3]
    behind: list[Event] = [events[place]]
    before: list[Event] = []
    end = len(events)
    for index in range(place + 1, len(events)):
        if events[index][3] != time:
            end = index
            break
        other, known = moments[index]
        if other == fiber or (fiber < len(known) and known[fiber] > own):
            behind.append(events[index])
        else:
            before.append(events[index])
    if not before:
        return None
    return [*events[:place], *before, *behind, *events[end:]]
