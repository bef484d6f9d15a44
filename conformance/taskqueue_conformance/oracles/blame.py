"""Which clause a loss or a hang contradicts: the most specific one that speaks of it."""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.history import (
    END,
    HELPERS,
    MAIN,
    Call,
    Callback,
    History,
    actor_name,
    owner,
)
from taskqueue_conformance.oracles.sentences import Either

__all__ = ["hang", "lost_items", "someone_keeps_taking"]


def takes_to_the_end(h: History, life: Callback) -> bool:
    """Whether a consumer took the end when it was due, or never stopped waiting for it."""
    producer_left = h.producer.left
    if life.took_end is not None:
        return producer_left is not None and life.took_end > producer_left
    waiting = (call for name, call in h.outstanding if name == "get")
    return any(owner(call.actor) == life.actor for call in waiting)


def someone_keeps_taking(h: History) -> bool:
    """Whether at least one consumer kept taking until the end."""
    return any(takes_to_the_end(h, life) for life in h.consumers)


def lost_items(h: History) -> Iterator[tuple[tuple[str, ...], Call]]:
    """Items that were never delivered although a consumer kept taking, or waits for one for ever.

    Each with the clauses that the loss may contradict, the most likely one first.
    """
    left = h.producer.left
    if h.interrupted is not None or not someone_keeps_taking(h):
        return
    if h.hang is None and (h.run is None or h.run.end is None):
        return  # given up while it made progress: what is not delivered yet is not lost
    # Whoever is stuck in put() or ok() may hold what a get() waits for.
    held = any(name in ("put", "ok") for name, _ in h.outstanding)
    if left is None and (h.hang is None or held):
        return
    for put in h.puts:
        if not put.returned or put.argument == END or put.end is None:
            continue
        if left is not None and put.end > left:
            continue
        if put.argument in h.deliveries or h.strangers:
            continue
        yield _clauses_of_loss(h, put), put


def _clauses_of_loss(h: History, put: Call) -> tuple[str, ...]:
    """By who put it and who failed; with none of these, it is TQ-1.1."""
    clauses = []
    if put.actor >= HELPERS:
        clauses.append("TQ-1.9")
    if owner(put.actor) > 0:
        clauses.append("TQ-1.8")
    for life in h.failed:
        clause = "TQ-1.6" if life.actor == 0 else "TQ-1.7"
        if clause not in clauses:
            clauses.append(clause)
    return tuple(clauses) or ("TQ-1.1",)


def hang(h: History) -> Iterator[tuple[str, str]]:
    """What a run that did not come to its end contradicts: clause and sentence."""
    if h.hang is None:
        return
    found = list(_hang(h))
    yield from found
    explained = any(lost_items(h)) or any(not info.injected for info in h.failures)
    if not found and not explained:
        waiting = ", ".join(_where(name, call) for name, call in h.outstanding)
        yield "TQ-2.1", f"the run did not come to its end: {waiting or h.hang}"


def _where(name: str, call: Call) -> str:
    if name == "wait":
        return f"{actor_name(call.actor)} waits for another callback"
    return f"{actor_name(call.actor)} is in {name}()" if name != "run" else "run() is not back"


def _hang(h: History) -> Iterator[tuple[str, str]]:
    if h.run is None:
        yield "TQ-2.1", "the constructor did not come back"
        return
    stuck = {name: [c for n, c in h.outstanding if n == name] for name in ("put", "get", "ok")}
    for call in stuck["ok"]:
        yield "TQ-3.6", f"ok() called by {actor_name(call.actor)} did not return"
    for call in stuck["put"]:
        item = h.item_name(call.argument) if call.argument != END else "None"
        dead = all(life.left is not None for life in h.consumers)
        why = "all consumers had ended" if dead else h.hang
        yield "TQ-2.4", f"put({item}) called by {actor_name(call.actor)} did not return: {why}"
    if stuck["ok"] or stuck["put"]:
        return
    idle = [life for life in h.callbacks if life.begun is None]
    if idle and len(idle) == len(h.callbacks):
        yield "TQ-2.1", "run() did not come back, and it started neither producer nor consumers"
        return
    if idle and h.run.end is None:
        names = ", ".join(actor_name(life.actor) for life in idle)
        yield "TQ-2.8", f"{names} had not been started, while the others were waiting: {h.hang}"
        return
    if h.producer.left is None or any(lost_items(h)):
        return  # a loss is the clause of the loss; a producer at work owes nobody an end
    yield from _missing_end(h, stuck["get"])
    if h.last_left is not None and h.run.end is None:
        sentence = f"all callbacks had ended, and run() did not come back: {h.hang}"
        left_over = any(put.returned and put.argument not in h.deliveries for put in h.puts)
        clause = _clause_of_return(h)
        uncertain = left_over and clause != "TQ-2.5"
        yield clause, Either(sentence, ("TQ-2.5",)) if uncertain else sentence


def _missing_end(h: History, gets: list[Call]) -> Iterator[tuple[str, str]]:
    how = "failed" if h.producer.failure is not None else "returned"
    for call in gets:
        if call.begin < 0 or owner(call.actor) == MAIN:
            continue
        who = actor_name(call.actor)
        clause = "TQ-2.2" if how == "failed" else "TQ-2.1"
        sentence = f"{who} waits in get() for the end, the producer having {how}: {h.hang}"
        if call.actor >= HELPERS:
            yield "TQ-1.9", Either(sentence, (clause,))
        elif h.callbacks[call.actor].took_end is not None:
            yield "TQ-2.12", sentence
        else:
            yield clause, sentence


def _clause_of_return(h: History) -> str:
    if not h.consumers:
        return "TQ-2.9"
    if all(life.took_end is None for life in h.consumers):
        return "TQ-2.5"
    return "TQ-2.2" if h.producer.failure is not None else "TQ-2.1"
