"""Programs that stay outside the world, their judges, and what they know of the order of events."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from taskqueue_harness import Bounds, Driver, Exploration, Outcome, World, explore, replay
from taskqueue_harness.minimise import minimise
from taskqueue_harness.strategies import STRATEGIES
from taskqueue_harness.strategies.clocks import Moment, precedes
from taskqueue_harness.world.latch import Latch

CALM = Bounds(early_timeouts=0)


class Recorder:
    """Two threads over a lock, an event and a queue, with marks between their operations."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, Moment | None]] = []

    def __call__(self, world: World) -> None:
        threading, queue = world.module("threading"), world.module("queue")
        lock, event, items = threading.Lock(), threading.Event(), queue.Queue()
        self.marks = []

        def mark(name: str) -> None:
            if not world.kernel.tearing:
                self.marks.append((name, world.kernel.moment()))

        def one() -> None:
            mark("one begins")
            with lock:
                mark("one has the lock")
            items.put(1)
            mark("one has put")
            event.wait()
            mark("one was told")

        def two() -> None:
            mark("two begins")
            with lock:
                mark("two has the lock")
            items.get()
            mark("two has got")
            event.set()
            mark("two has told")

        threads = [threading.Thread(target=target) for target in (one, two)]
        for thread in threads:
            thread.start()
        mark("both started")
        for thread in threads:
            thread.join()
        mark("both joined")

    def order(self) -> set[tuple[str, str]]:
        """The pairs of marks that are in this order in every equivalent execution."""
        found = set()
        for (first, here), (second, there) in combinations(self.marks, 2):
            assert here is not None
            assert there is not None
            if precedes(here, there):
                found.add((first, second))
            assert not (precedes(there, here) and here != there), (first, second)
        return found


ALWAYS = {
    ("one begins", "one has put"),
    ("one has the lock", "two has got"),
    ("two has got", "one was told"),
    ("one was told", "both joined"),
    ("both started", "both joined"),
}
# That put() has returned is known to nobody before the thread's next operation.
NEVER = {
    ("one begins", "two begins"),
    ("two begins", "one begins"),
    ("both started", "two begins"),
    ("one has put", "two has got"),
}


def test_both_keepers_of_clocks_agree_on_every_schedule() -> None:
    recorder = Recorder()
    exploration = Exploration(Driver(recorder, ordered=True), bounds=CALM)
    strategy = STRATEGIES["dpor"](0)
    orders = set()
    while strategy.begin(exploration.kernel):
        outcome = exploration.execute(strategy)
        if outcome.verdict == "redundant":
            continue
        seen = recorder.order()
        marks = [name for name, _ in recorder.marks]
        assert seen >= ALWAYS
        assert not seen & NEVER
        exploration.replay(outcome.choices, record=False)  # a strategy that keeps no clocks
        assert [name for name, _ in recorder.marks] == marks
        assert recorder.order() == seen
        orders.add(frozenset(seen))
    # Two things differ: who has the lock first, and whether the event is waited for or set first.
    assert len(orders) == 4
    assert {("one has the lock", "two has the lock") in order for order in orders} == {True, False}


def test_without_a_wish_for_order_nobody_keeps_clocks() -> None:
    recorder = Recorder()
    explore(Driver(recorder), strategy="random", executions=1, repeats=0, bounds=CALM)
    assert {moment for _, moment in recorder.marks} == {None}


class Late:
    """Marks before and after a hundred operations, and in the thread that knows of them."""

    def __init__(self) -> None:
        self.marks: list[Moment | None] = []

    def __call__(self, world: World) -> None:
        threading = world.module("threading")
        lock, event = threading.Lock(), threading.Event()
        self.marks = [world.kernel.moment()]

        def tell() -> None:
            for _ in range(100):
                with lock:
                    pass
            self.marks.append(world.kernel.moment())
            event.set()

        thread = threading.Thread(target=tell)
        thread.start()
        event.wait()
        self.marks.append(world.kernel.moment())
        thread.join()


@pytest.mark.parametrize("strategy", ["dpor", "dfs"])
def test_of_what_ran_in_turn_a_moment_is_true_or_none(strategy: str) -> None:
    """A reduction is not shown what runs in turn: it must not answer with what it knew before."""
    late, bounds = Late(), Bounds(steps=300)
    program = Driver(late, ordered=True)
    explore(program, strategy=strategy, executions=1, repeats=0, bounds=bounds)
    begun, told, heard = late.marks
    assert begun is not None
    if strategy == "dpor":
        assert (told, heard) == (None, None)
    else:
        assert told is not None
        assert heard is not None
        assert precedes(told, heard)


class Judge:
    """Finds fault with every execution in which the second of two threads was first."""

    def __init__(self) -> None:
        self.first: list[int] = []

    def __call__(self, world: World) -> None:
        threading = world.module("threading")
        lock = threading.Lock()
        self.first = []

        def run(number: int) -> None:
            with lock:
                self.first.append(number)

        threads = [threading.Thread(target=run, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def judge(self, outcome: Outcome) -> None:
        if self.first[0] == 2:
            outcome.verdict, outcome.message, outcome.kind = "failed", "2 was first", "order"


def test_a_judge_makes_failures_that_replay_and_are_minimised() -> None:
    judge = Judge()
    program = Driver(judge, judge.judge, name="who is first")
    result = explore(program, strategy="dpor", bounds=CALM)
    assert (result.verdict, result.program) == ("failed", "who is first")
    assert result.reproduced
    assert replay(program, result.token).outcome.message == "2 was first"  # type: ignore[union-attr]
    small = minimise(program, result.token)
    assert small.minimal
    assert small.after.departures == 1


def test_a_true_answer_ends_the_search() -> None:
    seen: list[Outcome] = []

    def enough(outcome: Outcome) -> bool:
        seen.append(outcome)
        return len(seen) == 3

    result = explore(
        Driver(Judge()), strategy="random", keep_going=True, on_execution=enough, repeats=0
    )
    assert result.executions == len(seen) == 3
    assert result.cut == "enough was seen"


@pytest.mark.parametrize("count", [1, 2])
def test_a_latch_lets_go_who_waits_for_so_many(count: int) -> None:
    log: list[Any] = []

    def program(world: World) -> None:
        log.clear()
        latch, threading = Latch(world.kernel), world.module("threading")

        def signal(number: int) -> None:
            log.append(number)
            latch.signal()

        for number in range(2):
            threading.Thread(target=signal, args=(number,)).start()
        latch.wait(count)
        log.append("on")

    outcomes = set()
    result = explore(
        Driver(program),
        strategy="dpor",
        bounds=CALM,
        on_execution=lambda outcome: outcomes.add(log.index("on")),
    )
    assert result.exhausted
    assert min(outcomes) == count


def test_a_latch_that_nobody_signals_is_a_deadlock() -> None:
    def program(world: World) -> None:
        Latch(world.kernel, "gate 'x'").wait(1)

    result = explore(Driver(program), bounds=CALM)
    assert result.verdict == "deadlock"
    assert "gate 'x'" in str(result)
