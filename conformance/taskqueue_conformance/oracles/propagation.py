"""Oracles of section 3: propagation."""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.history import END, HELPERS, History, actor_name, owner
from taskqueue_conformance.oracles import blame
from taskqueue_conformance.oracles.sentences import Late

__all__ = [
    "consumer_failure_raised",
    "failure_before_end",
    "first_failure_raised",
    "ok_tells_failure",
    "producer_failure_raised",
    "returns_none",
    "same_exception",
]


def _lost_failure(h: History) -> tuple[int, str] | None:
    """The actor whose failure should have been raised, and what happened instead."""
    run = h.run
    if run is None or run.end is None or not h.failed or h.interrupted is not None:
        return None
    first = h.failed[0]
    name = h.failure_name(first.failure or 0)
    if h.outcome is None:
        return first.actor, f"{name} left its callback, and run() returned as if nothing had failed"
    if h.outcome.failure is None and not h.outcome.carries and h.outcome.resembles is None:
        raised = f"{h.outcome.type}: {h.outcome.text}"
        return first.actor, f"{name} left its callback, and run() raised {raised} instead"
    return None


def producer_failure_raised(h: History) -> Iterator[str]:
    """TQ-3.1."""
    lost = _lost_failure(h)
    if lost is not None and lost[0] == 0:
        yield lost[1]


def consumer_failure_raised(h: History) -> Iterator[str]:
    """TQ-3.2."""
    lost = _lost_failure(h)
    if lost is not None and lost[0] > 0:
        yield lost[1]


def same_exception(h: History) -> Iterator[str]:
    """TQ-3.3."""
    outcome = h.outcome
    if outcome is None or not h.failed:
        return
    if outcome.failure is None:
        carried = outcome.carries[0] if outcome.carries else outcome.resembles
        if carried is not None:
            yield (
                f"{h.failure_name(carried)} came out of run() as another object: "
                f"{outcome.type}: {outcome.text}"
            )
    elif h.failures[outcome.failure].injected and not outcome.reaches_the_raise:
        yield "the traceback of what run() raised does not reach the line that raised it"


def first_failure_raised(h: History) -> Iterator[str]:
    """TQ-3.4: a failure is later than another if its callback had been told so by ok()."""
    raised = h.outcome.failure if h.outcome is not None else None
    if raised is None:
        return
    late = next((life for life in h.failed if life.failure == raised), None)
    if late is None or h.failed[0] is late:
        return
    first, rest = h.failed[0], h.failed[1:]
    second_left = min(life.left or 0 for life in rest)
    for call in h.oks:
        if owner(call.actor) != late.actor or not call.returned or call.value:
            continue
        # Told while the first failure was the only one so far, and before its own.
        if call.end is not None and call.end < second_left and (first.left or 0) < call.end:
            yield (
                f"run() raised {h.failure_name(raised)}, although "
                f"{h.failure_name(first.failure or 0)} came first and ok() had told "
                f"{actor_name(late.actor)} so"
            )
            return


def ok_tells_failure(h: History) -> Iterator[str]:
    """TQ-3.6."""
    yield from (sentence for clause, sentence in blame.hang(h) if clause == "TQ-3.6")
    first = h.failed[0] if h.failed else None
    false_since: int | None = None
    for call in h.oks:
        if call.raised and call.actor < HELPERS:
            what = h.failures[call.value]
            yield f"ok() by {actor_name(call.actor)} raised {what.type}: {what.text}"
            return
        if not call.returned or call.end is None:
            continue
        who = actor_name(call.actor)
        if not call.value:
            if h.interrupted is None and (first is None or (first.left or 0) > call.end):
                yield f"ok() told {who} False although nothing had failed"
                return
            false_since = call.end if false_since is None else min(false_since, call.end)
        elif false_since is not None and false_since < call.begin:
            yield f"ok() told {who} True although it had been False before"
            return
        elif first is not None and h.seconds(first.left_time or 0, call.begin_time) > 1.0:
            late = h.seconds(first.left_time or 0, call.begin_time)
            yield Late(
                f"ok() still told {who} True {late:.3f} s after the first failure (limit 1 s)"
            )
            return


def failure_before_end(h: History) -> Iterator[str]:
    """TQ-3.7."""
    if h.producer.failure is None:
        return
    failed = h.producer.left or 0
    ends = [get.end for get in h.gets if get.returned and get.value == END and get.end is not None]
    # An end that was handed out before the failure is early (TQ-1.4), and says nothing of this.
    first_end = min((end for end in ends if end > failed), default=None)
    for call in h.oks:
        if call.actor >= HELPERS:
            continue  # ok() that is wrong for a helper thread alone is a matter of TQ-1.9 and 3.6
        if first_end is not None and call.returned and call.value and call.begin > first_end:
            yield (
                f"the producer had failed and the end had been handed out, and ok() told "
                f"{actor_name(call.actor)} True"
            )
            return


def returns_none(h: History) -> Iterator[str]:
    """TQ-3.8."""
    if h.failed or h.interrupted is not None or h.run is None or h.run.end is None:
        return
    if h.outcome is not None:
        yield f"nothing failed, and run() raised {h.outcome.type}: {h.outcome.text}"
    elif h.run_value is not None:
        yield f"run() returned {h.run_value}"
