"""Who waits for what at the end of an execution, and why nobody will ever come: in sentences."""

from __future__ import annotations

from taskqueue_harness.outcome import Blocked, Outcome, Tid, name_of
from taskqueue_harness.places import Place, place_of

_NEVER = {
    "get": ("an item from {}, which is empty", "put"),
    "put": ("room in {}, which is full", "get"),
    "wake": ("a notification by {}", "notify"),
    "join": ("the unfinished tasks of {}", "call task_done"),
    "wait": ("{}", "set it"),
    "acquire": ("{}", "release it"),
}
"""By operation: what is waited for, and what would end it."""


def label(tid: Tid, name: str) -> str:
    """A thread in print: its spawn path, and its name if it has one of its own."""
    if not tid:
        return "main"
    return f"{name_of(tid)} ({name})" if name and name != name_of(tid) else name_of(tid)


def sentences(outcome: Outcome) -> list[tuple[str, Place | None]]:
    """One per waiting thread, the circle of those who wait for each other first, if there is one.

    Each with where the thread stands, in the program's own code. Empty unless threads were left.
    """
    blocked = {one.tid: one for one in outcome.blocked}
    names = {**outcome.names, **{one.tid: one.name for one in outcome.blocked}}
    found: list[tuple[str, Place | None]] = []
    circle = _circle(blocked)
    if circle:
        path = " -> ".join(label(tid, names.get(tid, "")) for tid in circle)
        found.append((f"circle: {path}", None))
    order = [*circle[:-1], *(tid for tid in blocked if tid not in circle)]
    for tid in order:
        one = blocked[tid]
        text = f"{label(tid, one.name)} {_why(one, blocked, names, outcome)}"
        found.append((text, place_of(one.frames)))
    return found


def _why(one: Blocked, blocked: dict[Tid, Blocked], names: dict[Tid, str], outcome: Outcome) -> str:
    if one.operation == "wait for non-daemon threads":
        return "has come to its end and waits for the other threads"
    if one.held_by is not None:
        if one.held_by == one.tid:
            return f"waits for {one.what}, which it holds itself: it cannot be taken twice"
        holder = label(one.held_by, names.get(one.held_by, ""))
        text = f"waits for {one.what}, held by {holder}"
        if one.held_by not in blocked:
            return f"{text}, which has ended without giving it back"
        taken = _taken(one.held_by, outcome)
        return f"{text} since {taken}" if taken is not None else text
    if one.joins is not None:
        return f"waits for {label(one.joins, names.get(one.joins, ''))} to end"
    event = one.operation == "wake" and one.what.startswith("Event")
    known = _NEVER.get("wait" if event else one.operation)
    if known is None:
        return f"stands before: {one.operation} of {one.what}"
    what, rescue = known
    text = f"waits for {what.format(one.what)}"
    if outcome.verdict == "deadlock":
        return f"{text}, and nobody is left who could {rescue}"
    if outcome.verdict == "stuck":
        return f"{text}, and the threads that still run never {rescue}"
    return text


def _target(one: Blocked) -> Tid | None:
    """The thread that this one waits for, if it is a single one."""
    return one.joins if one.held_by is None else one.held_by


def _circle(blocked: dict[Tid, Blocked]) -> list[Tid]:
    """Threads that wait for each other, the first one again at the end; or none."""
    for start in blocked:
        path = [start]
        while True:
            following = _target(blocked[path[-1]])
            if following is None or following not in blocked:
                break
            if following in path:
                path = path[path.index(following) :]
                # A thread that waits for itself is told as such.
                return [*path, following] if len(path) > 1 else []
            path.append(following)
    return []


def _taken(holder: Tid, outcome: Outcome) -> Place | None:
    """Where the holder took the one lock that it has; None if it has several."""
    held: dict[int, Place | None] = {}
    for step in outcome.trace:
        if step.tid != holder or not step.accesses:
            continue
        lock = step.accesses[0][0] >> 2
        if step.operation in ("acquire", "try to acquire") and step.deviation != "timeout":
            held.setdefault(lock, place_of(step.frames))
        elif step.operation == "release":
            held.pop(lock, None)
    return next(iter(held.values())) if len(held) == 1 else None
