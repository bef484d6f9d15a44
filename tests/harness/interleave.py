"""Every interleaving of a few fibers, by brute force: an oracle independent of the engine.

Sixty lines that anybody can check: the fibers stop at each access, and a depth-first search tries
each of them at each stop.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from greenlet import getcurrent, greenlet

from taskqueue_harness.world import hooks
from taskqueue_harness.world.locations import Location
from taskqueue_harness.world.memory import Memory
from taskqueue_harness.world.rewrite import Rewritten, rewrite


class Recorder:
    """A sink that writes down the accesses, in words."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def access(self, location: Location, is_write: bool, site: int) -> None:
        self.seen.append(f"{'write' if is_write else 'read'} {location}")

    def access_all(self, accesses: Sequence[tuple[Location, bool]], site: int) -> None:
        self.seen.append(" + ".join(f"{'write' if w else 'read'} {at}" for at, w in accesses))


class _Switcher:
    """A sink that stops the fiber before every access."""

    def __init__(self) -> None:
        self.hub = getcurrent()

    def access(self, location: Location, is_write: bool, site: int) -> None:
        if getcurrent() is not self.hub:
            self.hub.switch()

    def access_all(self, accesses: Sequence[tuple[Location, bool]], site: int) -> None:
        self.access(accesses[0][0], False, site)


def memory_for(module: Rewritten, sink: Any) -> Memory:
    return Memory(
        sink, attribute_writes=module.attribute_writes, whole_objects=module.whole_objects
    )


def record(source: str, call: str) -> list[str]:
    """The accesses of one call of a function of the module."""
    module = rewrite(textwrap.dedent(source), "program.py")
    recorder = Recorder()
    namespace = module.namespace("program")
    exec(module.code, namespace)
    with hooks.active(memory_for(module, recorder)):
        exec(compile(call, "call", "exec"), namespace)
    return recorder.seen


def _run(
    module: Rewritten, threads: Iterable[str], schedule: list[int]
) -> tuple[Any, list[tuple[int, int]]]:
    """One execution: the outcome, and at every stop the choice made and how many there were."""
    sink = _Switcher()
    namespace = module.namespace("program")
    made: list[tuple[int, int]] = []
    errors: list[str] = []
    with hooks.active(memory_for(module, sink)):
        exec(module.code, namespace)
        state = namespace["start"]()

        def body(function: Callable[[Any], Any]) -> None:
            try:
                function(state)
            except Exception as error:
                errors.append(type(error).__name__)

        fibers = [greenlet(lambda f=namespace[name]: body(f)) for name in threads]
        while fibers:
            choice = schedule[len(made)] if len(made) < len(schedule) else 0
            made.append((choice, len(fibers)))
            fiber = fibers[choice]
            fiber.switch()
            if fiber.dead:
                fibers.remove(fiber)
        outcome = namespace["result"](state)
    return (outcome, *sorted(errors)) if errors else outcome, made


def outcomes(source: str, threads: Iterable[str] = ("one", "two"), limit: int = 50_000) -> set[Any]:
    """Every outcome of running the functions `threads` of the module side by side."""
    module = rewrite(textwrap.dedent(source), "program.py")
    found = set()
    schedule: list[int] = []
    for _ in range(limit):
        outcome, made = _run(module, threads, schedule)
        found.add(outcome)
        while made and made[-1][0] + 1 == made[-1][1]:
            made.pop()
        if not made:
            return found
        schedule = [choice for choice, _ in made]
        schedule[-1] += 1
    raise AssertionError(f"more than {limit} interleavings")
