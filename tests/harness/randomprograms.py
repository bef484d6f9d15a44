"""Small random programs, and everything that can become of one.

A program is two or three threads with one to three statements each, drawn from those on a few
shared objects: variables, a list, a dict, locks, a condition, a queue, an event, a semaphore, a
barrier, a generator, threads of their own, the clock. It is printed as source, so that what goes
wrong can be read, and begins with its seed.

Brute force (`DepthFirst`) is the authority; it shares the semantics of time and of early timeouts
with the reduction, and nothing of how the reduction tells what may be left out.
"""

from __future__ import annotations

import gc
import importlib.util
import random
import sys
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from taskqueue_harness import Bounds, Exploration, Outcome, Strategy, decode
from taskqueue_harness.strategies import DepthFirst, SourceDPOR

HEADER = '''"""Program {seed}."""

import queue
import threading
import time

from tests.harness.randomprograms import Seen


class S:
    pass


def program(unit=1):
    before = threading.active_count()
    s = S()
    s.x = s.y = 0
    s.items = []
    s.table = {{}}
    a, b = threading.Lock(), threading.{lock}()
    c = threading.Condition({condition})
    q = queue.{queue}
    e = threading.Event()
    m = threading.Semaphore({permits})
    t = threading.Barrier(2)

    def count():
        while True:
            s.x += 1
            yield s.x

    g = count()
    seen = Seen(s, {count})
    start = time.monotonic()
'''

FOOTER = """
    threads = [threading.Thread(target=one, daemon=True) for one in ({others})]
    for thread in threads:
        thread.start()
    try:
        one()
    finally:
        # How far the others come once the main thread is through is nobody's outcome.
        for thread in threads:
            thread.join()
    return seen
"""

SHARED = ("s.x += 1", "s.x = {k}", "see(s.x)", "s.y = s.x + 1", "see(s.y)", "s.x, s.y = s.y, {k}")
FAMILIES: dict[str, tuple[str, ...]] = {
    "variables": SHARED,
    "items": (
        "s.items.append({k})",
        "see(len(s.items))",
        "if s.items:\n    see(s.items.pop())",
        "if {k} not in s.items:\n    s.items.append({k})",
        "for one in s.items:\n    see(one)",
        "s.items = [{k}]",
        "s.items += [{k}]",
        "del s.items[:]",
    ),
    "table": (
        "s.table[{k}] = s.x",
        "see(s.table.get({k}))",
        "see(s.table.pop({k}, None))",
        "see(s.table.setdefault({k}, s.x))",
        "try:\n    for key in s.table:\n        see(key)\nexcept RuntimeError:\n    see('changed')",
    ),
    "locks": (
        "with a:\n    {shared}",
        "with b:\n    {shared}",
        "with a:\n    with b:\n        {shared}",
        "with b:\n    with a:\n        {shared}",
        "if a.acquire(blocking=False):\n    {shared}\n    a.release()",
        "if a.acquire(timeout=unit):\n    {shared}\n    a.release()",
        "see(a.locked())",
        "try:\n    a.release()\nexcept RuntimeError:\n    see('free')",
    ),
    "condition": (
        "with c:\n    s.x += 1\n    c.notify()",
        "with c:\n    c.notify_all()",
        "with c:\n    c.wait()",
        "with c:\n    see(c.wait(unit * {t}))\n    see(s.x)",
        "with c:\n    while not s.x:\n        c.wait()",
        "with c:\n    see(c.wait_for(lambda: s.x, unit))",
        "try:\n    c.notify()\nexcept RuntimeError:\n    see('not held')",
    ),
    "queue": (
        "q.put({k})",
        "see(q.get())",
        "if not q.empty():\n    see(q.get())",
        "see(q.qsize())",
        "try:\n    see(q.get(timeout=unit * {t}))\nexcept queue.Empty:\n    see('empty')",
        "try:\n    see(q.get_nowait())\nexcept queue.Empty:\n    see('empty')",
        "try:\n    q.put({k}, timeout=unit)\nexcept queue.Full:\n    see('full')",
        "try:\n    q.put({k}, block=False)\nexcept queue.Full:\n    see('full')",
        "try:\n    q.task_done()\nexcept (ValueError, AttributeError):\n    see('none')",
        "see(q.get())\nif hasattr(q, 'join'):\n    q.task_done()",
        "if hasattr(q, 'join'):\n    q.join()\n    see(s.x)",
        "see(getattr(q, 'unfinished_tasks', 0))",
        "see(len(getattr(q, 'queue', ())))",
        "if hasattr(q, 'mutex'):\n    with q.mutex:\n        see(tuple(q.queue))",
        "if hasattr(q, 'not_empty'):\n    with q.not_empty:\n        see(len(q.queue))",
    ),
    "barrier": (
        "try:\n    see(t.wait())\nexcept threading.BrokenBarrierError:\n    see('broken')",
        "try:\n    see(t.wait(unit))\nexcept threading.BrokenBarrierError:\n    see('broken')",
        "t.abort()",
        "t.reset()",
        "see(t.broken)",
        "see(t.n_waiting)",
    ),
    "generator": (
        "try:\n    see(next(g))\nexcept (ValueError, StopIteration):\n    see(0)",
        "try:\n    g.close()\nexcept ValueError:\n    see('busy')",
        "see(s.x)",
        "s.x = {k}",
    ),
    "polling": (
        "while not s.x:\n    pass",
        "while not s.items:\n    time.sleep(unit)",
        "while not e.is_set():\n    time.sleep(0)",
        "while not a.acquire(blocking=False):\n    pass\n{shared}\na.release()",
        "while True:\n    with a:\n        if s.x:\n            break",
        "a.acquire()\nwhile not s.x:\n    a.release()\n    a.acquire()\na.release()",
        "with a:\n    s.x = 1",
        "s.x = 1",
        "s.x = 1\ns.items.append(1)\ne.set()",
    ),
    "threads": (
        "child = threading.Thread(target=lambda: s.items.append({k}))\nchild.start()\nchild.join()",
        "child = threading.Thread(target=lambda: setattr(s, 'x', {k}))\nchild.start()\n"
        "see(child.is_alive())\nchild.join(unit)",
        "see(threading.active_count() - before)",
        "{shared}",
    ),
    "event": (
        "e.set()",
        "e.clear()",
        "see(e.is_set())",
        "e.wait()",
        "see(e.wait(unit * {t}))",
    ),
    "semaphore": (
        "with m:\n    {shared}",
        "m.release()",
        "m.acquire()",
        "see(m.acquire(blocking=False))",
        "see(m.acquire(timeout=unit * {t}))",
    ),
    "clock": (
        "time.sleep(unit * {t})",
        "time.sleep(0)",
        "see(round((time.monotonic() - start) / unit))",
    ),
}
QUEUES = ("Queue()", "Queue(1)", "SimpleQueue()", "LifoQueue()", "LifoQueue(1)", "PriorityQueue()")


class Seen:
    """What an execution shows: what each thread saw, and the variables at the end.

    Its module is not in scope, so that looking is no operation.
    """

    last: Seen

    def __init__(self, shared: Any, count: int) -> None:
        self.shared = shared
        self.reads: list[list[Any]] = [[] for _ in range(count)]
        Seen.last = self

    def by(self, number: int) -> Callable[[Any], None]:
        return self.reads[number].append

    def state(self) -> Hashable:
        shared = vars(self.shared)
        return (
            tuple([tuple(reads) for reads in self.reads]),
            shared["x"],
            shared["y"],
            tuple(shared["items"]),
            tuple(shared["table"].items()),
        )


def source(seed: int) -> str:
    """The program of a seed."""
    draw = random.Random(seed)
    count = 3 if draw.random() < 0.25 else 2
    families = draw.sample(sorted(FAMILIES), 1 if count == 3 else draw.choice((1, 2, 2)))
    text = HEADER.format(
        seed=seed,
        lock=draw.choice(("Lock", "RLock")),
        condition=draw.choice(("", "a", "threading.Lock()")),
        queue=draw.choice(QUEUES),
        permits=draw.choice((0, 1, 1, 2)),
        count=count,
    )
    names = ("one", "two", "three")[:count]
    for number, name in enumerate(names):
        text += f"\n    def {name}():\n        see = seen.by({number})\n"
        for _ in range(draw.choice((1, 1, 2) if count == 3 else (1, 2, 2, 2, 3))):
            statement = draw.choice(FAMILIES[draw.choice(families)])
            statement = statement.replace("{shared}", draw.choice(SHARED))
            statement = statement.replace("{k}", str(draw.randint(1, 3)))
            statement = statement.replace("{t}", str(draw.randint(1, 2)))
            text += "".join(f"        {line}\n" for line in statement.split("\n"))
    return text + FOOTER.format(others=", ".join(names[1:]) + ",")


def load(seed: int, directory: Path) -> ModuleType:
    """The program of a seed, as a module."""
    name = f"random_program_{seed}"
    file = directory / f"{name}.py"
    file.write_text(source(seed))
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Search:
    """What one strategy found: each outcome, with the choices that first led to it."""

    found: dict[Hashable, list[int]] = field(default_factory=dict)
    executions: int = 0
    redundant: int = 0
    complete: bool = False
    trouble: str = ""


def outcome_of(outcome: Outcome) -> Hashable:
    blocked = tuple(sorted(one.tid for one in outcome.blocked))
    error = outcome.message if outcome.verdict == "failed" else ""
    return outcome.verdict, blocked, error, Seen.last.state()


def search(exploration: Exploration, strategy: Strategy, limit: int) -> Search:
    """All that `strategy` comes to, unless that takes more than `limit` executions."""
    seen = Search()
    while strategy.begin(exploration.kernel):
        if seen.executions == limit:
            return seen
        outcome = exploration.execute(strategy)
        seen.executions += 1
        if strategy.trouble:
            seen.trouble = strategy.trouble
            return seen
        if outcome.verdict == "redundant":
            seen.redundant += 1
        else:
            seen.found.setdefault(outcome_of(outcome), outcome.choices)
    seen.complete = not strategy.incomplete
    return seen


@dataclass
class Comparison:
    """One program by brute force, by reduction, and on real threads."""

    seed: int
    brute: Search
    reduced: Search
    replayed: int = 0
    real_runs: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def too_large(self) -> bool:
        return not self.brute.complete and not self.brute.trouble


def compare(seed: int, directory: Path, *, limit: int, early: int = 1, runs: int = 0) -> Comparison:
    """Explore the program of a seed both ways; `wrong` says in what they differ."""
    module = load(seed, directory)
    collecting = gc.isenabled()
    gc.disable()
    try:
        exploration = Exploration(module.program, bounds=Bounds(early_timeouts=early))
        brute = search(exploration, DepthFirst(), limit)
        if not brute.complete and not brute.trouble:
            return Comparison(seed, brute, Search())
        reduced = search(exploration, SourceDPOR(), 10 * limit)
        result = Comparison(seed, brute, reduced)
        wrong = result.wrong
        wrong += [one.trouble for one in (brute, reduced) if one.trouble]
        endless = any(one[0] == "livelock" for one in brute.found)  # type: ignore[index]
        if not reduced.complete and not endless:
            wrong.append(f"the reduction did not end within {reduced.executions} executions")
        wrong += [f"missed: {one}" for one in brute.found if one not in reduced.found]
        wrong += [f"false: {one}" for one in reduced.found if one not in brute.found]
        for outcome, choices in reduced.found.items():
            if outcome[0] != "done":  # type: ignore[index]
                result.replayed += 1
                schedule = decode(exploration.schedule(choices).token())
                again = outcome_of(exploration.replay(schedule.choices, record=False))
                if again != outcome:
                    wrong.append(f"replayed {outcome} as {again}")
    finally:
        sys.modules.pop(module.__name__, None)
        if collecting:
            gc.enable()
    if runs and all(one[0] == "done" for one in brute.found):  # type: ignore[index]
        states = {one[3] for one in brute.found}  # type: ignore[index]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for _ in range(runs):
                state = _really(module)
                result.real_runs += 1
                if state not in states:
                    wrong.append(f"real threads came to {state}")
                    break
        finally:
            sys.setswitchinterval(interval)
    return result


def _really(module: ModuleType) -> Hashable:
    """One run on the threads of the operating system, if it ends."""
    found: list[Hashable] = []
    thread = threading.Thread(target=lambda: found.append(module.program().state()), daemon=True)
    thread.start()
    thread.join(30)
    return found[0] if found else "no end within 30 seconds"


def timed(seed: int) -> bool:
    """Whether the program of a seed has timeouts, sleeps or clock reads."""
    return "unit *" in (text := source(seed)) or "unit)" in text or "/ unit" in text
