"""Oracles of clauses that look at more than a history: memory, threads, interrupts, logging."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from taskqueue_conformance.history import END, MAIN, Code, History, actor_name
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles import termination
from taskqueue_conformance.oracles.sentences import Late

__all__ = [
    "SpecialOracle",
    "constructor_calls_nothing",
    "constructor_starts_nothing",
    "end_is_sticky",
    "failed_start",
    "interrupt_leaves_run",
    "interrupt_turns_ok_false",
    "items_are_freed",
    "later_failures_logged",
    "no_consumers_refused",
    "none_refused_optimised",
    "nothing_kept_alive",
    "process_ends",
    "run_ends_at_once",
    "second_run_refused",
    "threads_do_not_pile_up",
    "threads_left_behind",
]

SpecialOracle = Callable[[Observation], Iterator[str]]


def none_refused_optimised(seen: Observation) -> Iterator[str]:
    """TQ-1.10."""
    for put in seen.history.puts:
        if put.argument == END and put.returned:
            yield "put(None) was accepted under python -O"


def items_are_freed(seen: Observation) -> Iterator[str]:
    """TQ-1.11."""
    for code, _, value, _ in seen.history.events:
        if code == Code.FREED and value:
            yield Late(f"{value} delivered items were still alive a second after their last use")


def threads_do_not_pile_up(seen: Observation) -> Iterator[str]:
    """TQ-2.7: after the first quarter of the runs the number of threads must not keep growing."""
    counts = seen.notes.get("thread_counts", [])
    growing = all(later > earlier for earlier, later in pairwise(counts))
    if len(counts) > 2 and growing:
        runs = seen.scenario.runs
        yield f"threads left after each quarter of {runs} runs: {', '.join(map(str, counts))}"


def interrupt_leaves_run(seen: Observation) -> Iterator[str]:
    """TQ-2.10."""
    h = seen.history
    if h.interrupted is None:
        return
    when = h.events[h.interrupted][3]
    if h.run is None or h.run.end is None or h.run.end_time is None:
        yield f"run() had not been left: {h.hang or 'it was still waiting'}"
    elif h.seconds(when, h.run.end_time) > 1.0:
        late = h.seconds(when, h.run.end_time)
        yield Late(f"run() was left {late:.2f} s after the interrupt (limit 1 s)")
    elif h.outcome is None:
        yield "run() returned as if it had not been interrupted"
    elif h.outcome.type != "KeyboardInterrupt":
        yield f"run() was left by {h.outcome.type}: {h.outcome.text}, not by KeyboardInterrupt"


def process_ends(seen: Observation) -> Iterator[str]:
    """TQ-2.11."""
    h = seen.history
    left = h.interrupted is not None and h.run is not None and h.run.end is not None
    if left and not seen.exited:
        yield Late("run() had been left, the script was at its end, and the process lived on")


def end_is_sticky(seen: Observation) -> Iterator[str]:
    """TQ-2.12."""
    yield from termination.end_is_sticky(seen.history)


def no_consumers_refused(seen: Observation) -> Iterator[str]:
    """TQ-2.13."""
    h = seen.history
    # An iterable that is no list may be refused as such: that is TQ-4.5's.
    listed = seen.scenario.consumers_as == "list"
    if h.construction_error is not None:
        if listed and not h.construction_error.startswith("ValueError"):
            yield f"the constructor raised {h.construction_error}, not ValueError"
    elif h.run is None or h.run.end is None:
        yield "an empty list of consumers was accepted, and run() did not come back"
    elif h.outcome is None:
        lost = f"{len(h.puts)} items were lost in silence"
        yield f"an empty list of consumers was accepted, and {lost}"
    elif listed and h.outcome.type != "ValueError":
        yield f"run() raised {h.outcome.type}: {h.outcome.text}, not ValueError"


def start_failed(h: History) -> bool:
    """Whether a callback was never started: the limit had been reached."""
    return any(life.begun is None for life in h.callbacks)


def failed_start(seen: Observation) -> Iterator[str]:
    """TQ-2.14."""
    h = seen.history
    if h.run is None or not start_failed(h):
        return
    never = ", ".join(actor_name(life.actor) for life in h.callbacks if life.begun is None)
    if h.run.end is None:
        yield f"the threads of {never} could not be started, and run() did not come back: {h.hang}"
        return
    if h.outcome is None:
        yield f"the threads of {never} could not be started, and run() returned as if all was well"
    elif h.outcome.type not in ("RuntimeError", "MemoryError", "OSError", "error"):
        yield f"a thread could not be started, and run() raised {h.outcome.type}: {h.outcome.text}"
    elif h.outcome.type == "RuntimeError" and "can't start" not in h.outcome.text:
        yield f"a thread could not be started, and run() raised another error: {h.outcome.text}"
    for life in h.callbacks:
        who = actor_name(life.actor)
        if life.begun is not None and (life.left is None or life.left > h.run.end):
            polled = [call for call in h.oks if call.actor == life.actor and call.returned]
            how = "went on" if life.left is not None else "did not come to its end"
            told = ", ok() having told it True all the time" if polled and polled[-1].value else ""
            yield f"a thread could not be started, and {who} {how}{told}"
        elif _told_true(h, life.actor):
            yield Late(f"a thread could not be started, and ok() kept telling {who} True")
    if seen.notes.get("threads_left"):
        yield f"a thread could not be started, and {seen.notes['threads_left']} were left alive"


def _told_true(h: History, actor: int) -> bool:
    """Whether a callback was still told True a second after the last that began had done so.

    By then the start has failed, and a failure is to be told within a second (TQ-3.6).
    """
    asked = [call for call in h.oks if call.actor == actor and call.returned]
    begun = [life.begun_time for life in h.callbacks if life.begun_time is not None]
    return bool(asked and asked[-1].value and h.seconds(max(begun), asked[-1].begin_time) > 1.0)


def second_run_refused(seen: Observation) -> Iterator[str]:
    """TQ-2.15."""
    h = seen.history
    # A constructor that calls the producer lets its helper call run() while the caller is about to:
    # which of the two is the second one is open then, too.
    if seen.scenario.callers > 1 or (h.run is not None and h.run.actor != MAIN):
        yield from _one_run_accepted(h)
        return
    for again in h.runs[1:]:
        who = "the caller" if again.actor == MAIN else actor_name(again.actor)
        if again.end is None or again.end_time is None:
            yield f"a second run() by {who} did not come back"
        elif not again.raised:
            yield f"a second run() by {who} was accepted"
        elif again.value:
            yield f"a second run() by {who} raised something else than RuntimeError"
        elif h.seconds(again.begin_time, again.end_time) > 1.0:
            late = h.seconds(again.begin_time, again.end_time)
            yield Late(f"a second run() by {who} was refused only after {late:.1f} s")
    for life in h.callbacks:
        if life.starts > 1:
            yield f"a second run() called {actor_name(life.actor)} again"
            return


def _one_run_accepted(h: History) -> Iterator[str]:
    """Of calls of run() at the same time one is the run, whichever; the others are refused."""
    for call in h.runs:
        if call.end is None:
            yield f"run() was called by {len(h.runs)} threads, and one call did not come back"
            return
    accepted = sum(not call.raised for call in h.runs)
    if accepted != 1:
        yield f"run() was called by {len(h.runs)} threads at once, and {accepted} were accepted"
        return
    wrong = h.outcome is not None and h.outcome.type != "RuntimeError"
    if wrong or any(call.raised and call.value for call in h.runs if call.actor != MAIN):
        yield "a run() that was refused raised something else than RuntimeError"
    if any(life.starts > 1 for life in h.callbacks):
        yield "a run() that was refused called callbacks again"


def interrupt_turns_ok_false(seen: Observation) -> Iterator[str]:
    """TQ-2.16: asked once run() has been left, or a second after the interrupt, ok() is False."""
    h = seen.history
    if h.interrupted is None:
        return
    when = h.events[h.interrupted][3]
    left = h.run.end if h.run is not None else None
    for life in h.callbacks:
        asked = [call for call in h.oks if call.actor == life.actor and call.returned]
        if not asked or not asked[-1].value or asked[-1].begin < h.interrupted:
            continue
        after_run = left is not None and asked[-1].begin > left
        if after_run or h.seconds(when, asked[-1].begin_time) > 1.0:
            yield f"run() had been interrupted, and ok() kept telling {actor_name(life.actor)} True"
            return


def run_ends_at_once(seen: Observation) -> Iterator[str]:
    """TQ-2.17."""
    yield from termination.run_ends_at_once(seen.history)


def threads_left_behind(seen: Observation) -> Iterator[str]:
    """TQ-2.18."""
    if left := seen.notes.get("threads_left"):
        yield Late(f"{left} threads that run() had started were alive half a second after it")


def later_failures_logged(seen: Observation) -> Iterator[str]:
    """TQ-3.9."""
    h = seen.history
    if h.run is None or h.run.end is None or h.outcome is None:
        return
    loud = {entry["failure"] for entry in seen.notes.get("logged", []) if entry["level"] >= 30}
    traced = {entry["failure"] for entry in seen.notes.get("logged", []) if entry["traceback"]}
    for life in h.failed:
        number = life.failure
        if number is None or number == h.outcome.failure:
            continue
        if number not in loud:
            yield f"{h.failure_name(number)} was neither raised nor logged at WARNING or above"
        elif number not in traced:
            yield f"{h.failure_name(number)} was logged without its traceback"


def nothing_kept_alive(seen: Observation) -> Iterator[str]:
    """TQ-3.10."""
    alive = {what: count for what, count in seen.notes.get("alive", {}).items() if count}
    if alive:
        words = ", ".join(f"{what}: {count}" for what, count in alive.items())
        yield Late(f"queue and exception had been dropped; alive without a collection: {words}")


def constructor_calls_nothing(seen: Observation) -> Iterator[str]:
    """TQ-4.2."""
    for life in seen.history.callbacks:
        if life.begun is not None:
            yield f"{actor_name(life.actor)} was called although run() was not"


def constructor_starts_nothing(seen: Observation) -> Iterator[str]:
    """TQ-4.6."""
    if left := seen.notes.get("threads_left"):
        yield Late(f"the constructor left {left} threads running")
