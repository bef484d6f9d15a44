"""Oracles of section 2, termination, and TQ-4.3."""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.history import END, History, actor_name
from taskqueue_conformance.oracles import blame
from taskqueue_conformance.oracles.delivery import refused_for_want_of_consumers
from taskqueue_conformance.oracles.sentences import Late

__all__ = [
    "all_at_once",
    "each_started_once",
    "end_after_producer_failed",
    "end_is_sticky",
    "end_reaches_everybody",
    "put_never_waits",
    "run_ends_at_all",
    "run_ends_at_once",
    "run_ends_in_time",
    "run_ends_without_consumers",
    "run_ends_without_takers",
    "run_waits_for_all",
]


def _hang(h: History, clause: str) -> Iterator[str]:
    return (sentence for found, sentence in blame.hang(h) if found == clause)


def end_reaches_everybody(h: History) -> Iterator[str]:
    """TQ-2.1."""
    return _hang(h, "TQ-2.1")


def end_after_producer_failed(h: History) -> Iterator[str]:
    """TQ-2.2."""
    return _hang(h, "TQ-2.2")


def run_waits_for_all(h: History) -> Iterator[str]:
    """TQ-2.3."""
    run = h.run
    if run is None or run.end is None or run.end_time is None or h.interrupted is not None:
        return
    for life in h.callbacks:
        if life.begun is None:
            continue
        who = actor_name(life.actor)
        if life.left is None:
            yield f"run() came back while {who} was still at work; it has not ended since"
        elif life.left > run.end:
            later = h.seconds(run.end_time, life.left_time or run.end_time)
            yield f"run() came back while {who} was still at work; it ended {later:.3f} s later"


def put_never_waits(h: History) -> Iterator[str]:
    """TQ-2.4."""
    yield from _hang(h, "TQ-2.4")
    yield from refused_for_want_of_consumers(h)


def run_ends_without_takers(h: History) -> Iterator[str]:
    """TQ-2.5."""
    return _hang(h, "TQ-2.5")


def _late(h: History, limit: float) -> Iterator[str]:
    if h.run is None or h.last_left is None or h.interrupted is not None:
        return
    _, last = h.last_left
    if h.run.end_time is None:
        if h.hang is not None:
            yield f"run() never came back, all callbacks having ended: {h.hang}"
    elif h.seconds(last, h.run.end_time) > limit:
        late = h.seconds(last, h.run.end_time)
        yield Late(f"run() came back {late:.3f} s after the last callback's end (limit {limit} s)")


def run_ends_in_time(h: History) -> Iterator[str]:
    """TQ-2.6."""
    return _late(h, 2.0)


def run_ends_at_all(h: History) -> Iterator[str]:
    """TQ-2.17, where nothing is measured: coming back never is later than any limit."""
    return (sentence for sentence in _late(h, 0.1) if not isinstance(sentence, Late))


def run_ends_at_once(h: History) -> Iterator[str]:
    """TQ-2.17."""
    return _late(h, 0.1)


def all_at_once(h: History) -> Iterator[str]:
    """TQ-2.8."""
    return _hang(h, "TQ-2.8")


def run_ends_without_consumers(h: History) -> Iterator[str]:
    """TQ-2.9."""
    return _hang(h, "TQ-2.9")


def end_is_sticky(h: History) -> Iterator[str]:
    """TQ-2.12, in histories where a consumer asks again."""
    yield from _hang(h, "TQ-2.12")
    ended: set[int] = set()
    for get in h.gets:
        if get.actor in ended and get.returned and get.value != END:
            yield f"{actor_name(get.actor)} had received the end, asked again and got an item"
            return
        if get.returned and get.value == END:
            ended.add(get.actor)


def each_started_once(h: History) -> Iterator[str]:
    """TQ-4.3."""
    run = h.run
    for life in h.callbacks:
        who = actor_name(life.actor)
        if life.starts > 1:
            yield f"{who} was started {life.starts} times"
        elif life.starts == 0 and run is not None and run.end is not None and not h.interrupted:
            yield f"{who} was never started, and run() came back"
