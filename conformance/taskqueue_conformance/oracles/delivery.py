"""Oracles of section 1: delivery."""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.history import END, HELPERS, Call, History, actor_name
from taskqueue_conformance.oracles.blame import lost_items
from taskqueue_conformance.oracles.sentences import Either

__all__ = [
    "any_thread",
    "consumers_items",
    "delivered_after_consumer_failed",
    "delivered_after_producer_failed",
    "exactly_once",
    "first_in_first_out",
    "get_waits",
    "none_refused",
    "same_object",
]

MAX_NAMED = 5

_MORE_BASIC = ("TQ-1.1",)
"""A queue that loses or refuses items when all goes well does so when something fails, too."""


def _lost(h: History, clause: str) -> Iterator[str]:
    losses = [(clauses, put) for clauses, put in lost_items(h) if clause in clauses]
    if losses:
        lost = [put for _, put in losses]
        names = ", ".join(h.item_name(put.argument) for put in lost[:MAX_NAMED])
        more = f" and {len(lost) - MAX_NAMED} more" if len(lost) > MAX_NAMED else ""
        of = f"{len(lost)} of {len(h.puts)} items put"
        sentence = f"never delivered: {names}{more} ({of})"
        others = {other for clauses, _ in losses for other in clauses} - {clause}
        if any(clauses == (clause,) for clauses, _ in losses):
            others = set()
        yield Either(sentence, (*sorted(others), *(_MORE_BASIC if clause != "TQ-1.1" else ())))


def _refused(h: History, clause: str) -> Iterator[str]:
    """put() of a proper item that raised; after the end it may, as a queue that is shut does."""
    shut = h.producer.left
    for put in h.puts:
        if shut is not None and put.end is not None and put.end > shut:
            continue
        if put.raised and put.argument != END and _clause_of_refusal(h, put) == clause:
            what = h.failures[put.value]
            sentence = (
                f"put({h.item_name(put.argument)}) by {actor_name(put.actor)} raised "
                f"{what.type}: {what.text}"
            )
            others = ("TQ-2.4",) if clause == "TQ-1.1" else _MORE_BASIC
            yield Either(sentence, others if clause != "TQ-2.4" else ())


def _clause_of_refusal(h: History, put: Call) -> str:
    """The clause that a put() of a proper item contradicts by raising."""
    if put.actor >= HELPERS:
        return "TQ-1.9"
    if put.actor > 0:
        return "TQ-1.8"
    gone = [life for life in h.consumers if life.left is not None and life.left < put.begin]
    if gone and len(gone) == len(h.consumers):
        return "TQ-2.4"
    if any(life.failure is not None for life in gone):
        return "TQ-1.7"
    return "TQ-1.1"


def _prefixed(words: str, sentence: str) -> str:
    others = sentence.others if isinstance(sentence, Either) else ()
    return Either(f"{words} {sentence}", others)


def refused_for_want_of_consumers(h: History) -> Iterator[str]:
    """put() that raised because nobody was left to take the item."""
    return _refused(h, "TQ-2.4")


def exactly_once(h: History) -> Iterator[str]:
    """TQ-1.1."""
    yield from _lost(h, "TQ-1.1")
    yield from _refused(h, "TQ-1.1")
    for item, calls in h.deliveries.items():
        if len(calls) > 1:
            takers = ", ".join(actor_name(call.actor) for call in calls[:MAX_NAMED])
            yield f"{h.item_name(item)} was delivered {len(calls)} times: to {takers}"
            return
    for stranger in h.strangers:
        if stranger.startswith("an object"):
            never = [put for put in h.puts if put.returned and put.argument not in h.deliveries]
            missing = f", and {h.item_name(never[0].argument)} never came" if never else ""
            yield f"get() returned {stranger} that nobody had put{missing}"
            return


def first_in_first_out(h: History) -> Iterator[str]:
    """TQ-1.2: if put(a) came back before put(b) was called, get of b must not precede get of a.

    The only order that a queue owes: of overlapping calls either may be first (Henzinger, Sezgin,
    Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR 2013, violation VOrd).
    """
    delivered = [put for put in h.puts if put.returned and put.argument in h.deliveries]
    by_return = sorted(delivered, key=lambda put: put.end or 0)
    latest: Call | None = None  # of all items put before b was called, the one last asked for
    latest_item = 0
    place = 0
    for put in sorted(delivered, key=lambda put: put.begin):
        while place < len(by_return) and (by_return[place].end or 0) < put.begin:
            get = h.deliveries[by_return[place].argument][0]
            if latest is None or get.begin > latest.begin:
                latest, latest_item = get, by_return[place].argument
            place += 1
        get = h.deliveries[put.argument][0]
        if latest is not None and get.before(latest):
            yield (
                f"{h.item_name(put.argument)} was handed out (to {actor_name(get.actor)}) before "
                f"{h.item_name(latest_item)} (to {actor_name(latest.actor)}), which had been put "
                "earlier"
            )
            return


def same_object(h: History) -> Iterator[str]:
    """TQ-1.3."""
    for stranger in h.strangers:
        if stranger.startswith("a copy"):
            yield f"get() returned {stranger} and not the object that was put"
            return


def get_waits(h: History) -> Iterator[str]:
    """TQ-1.4."""
    for get in h.gets:
        if get.raised and get.actor < HELPERS:
            what = h.failures[get.value]
            waited = h.seconds(get.begin_time, get.end_time or get.begin_time)
            yield (
                f"get() by {actor_name(get.actor)} raised {what.type}: {what.text} "
                f"after {waited:.2f} s"
            )
    if h.interrupted is not None or any(put.argument == END for put in h.puts):
        return
    yield from _early_end(h)


def _early_end(h: History) -> Iterator[str]:
    left = h.producer.left
    for get in h.gets:
        if not get.returned or get.value != END or get.end is None or get.actor >= HELPERS:
            continue
        who = actor_name(get.actor)
        if left is None or get.end < left:
            yield f"{who} received the end although the producer was still at work"
            return
        for put in h.puts:
            taken = h.deliveries.get(put.argument)
            if taken and put.end is not None and put.end < left and taken[0].begin > get.end:
                item = h.item_name(put.argument)
                yield f"{who} received the end although {item} had not been taken"
                return


def none_refused(h: History) -> Iterator[str]:
    """TQ-1.5."""
    nones = [put for put in h.puts if put.argument == END]
    for put in nones:
        if put.returned:
            yield f"put(None) by {actor_name(put.actor)} was accepted"
    if nones and not any(put.returned for put in nones):
        for sentence in _early_end(h):
            yield Either(f"put(None) was refused, and yet {sentence}", ("TQ-1.4",))


def delivered_after_producer_failed(h: History) -> Iterator[str]:
    """TQ-1.6."""
    for sentence in _lost(h, "TQ-1.6"):
        yield _prefixed("the producer failed, and what it had put before was", sentence)


def delivered_after_consumer_failed(h: History) -> Iterator[str]:
    """TQ-1.7."""
    for sentence in _lost(h, "TQ-1.7"):
        who = next(actor_name(life.actor) for life in h.failed if life.actor)
        yield _prefixed(f"{who} failed, and the others' items were", sentence)
    yield from _refused(h, "TQ-1.7")


def consumers_items(h: History) -> Iterator[str]:
    """TQ-1.8."""
    for sentence in _lost(h, "TQ-1.8"):
        yield _prefixed("put by a consumer and", sentence)
    yield from _refused(h, "TQ-1.8")


def any_thread(h: History) -> Iterator[str]:
    """TQ-1.9."""
    for sentence in _lost(h, "TQ-1.9"):
        yield _prefixed("put by a helper thread and", sentence)
    yield from _refused(h, "TQ-1.9")
    for name, calls in (("get", h.gets), ("ok", h.oks)):
        for call in calls:
            if call.raised and call.actor >= HELPERS:
                what = h.failures[call.value]
                yield f"{name}() by {actor_name(call.actor)} raised {what.type}: {what.text}"
                return
    yield from _helper_hang(h)


def _helper_hang(h: History) -> Iterator[str]:
    from taskqueue_conformance.oracles.blame import hang

    return (sentence for clause, sentence in hang(h) if clause == "TQ-1.9")
