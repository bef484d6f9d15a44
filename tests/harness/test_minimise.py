"""The minimiser: the fewest departures, the same failure, and honest about limits."""

from __future__ import annotations

import dataclasses
import queue
import threading
from collections.abc import Callable

import pytest

from taskqueue_harness import Bounds, Outcome, decode, explore, fault_point, replay
from taskqueue_harness.departures import Departure, Follow, Point, Target, parse
from taskqueue_harness.minimise import minimise


class Cell:
    def __init__(self) -> None:
        self.a = self.b = self.c = 0


def _run(*functions: Callable[[], object]) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def one_preemption() -> None:
    """A lost update between busy bystanders, whose order does not matter."""
    cell = Cell()

    def add() -> None:
        cell.a += 1

    def stroll() -> None:
        for _ in range(4):
            cell.b += 1

    _run(stroll, add, add, stroll)
    assert cell.a == 2


def two_preemptions() -> None:
    """Fails only if the first thread stops twice: one() sees two()'s write, then three()'s."""
    cell = Cell()

    def watch() -> None:
        first = cell.a
        second = cell.a
        third = cell.a
        assert (first, second, third) != (0, 1, 2)

    def change() -> None:
        if cell.a == 1:
            cell.a = 2
        if cell.a == 0:
            cell.a = 1
            change()

    _run(watch, change)


def two_ways_to_fail() -> None:
    """The default schedule fails at the second assertion; only a preemption at the first."""
    cell = Cell()

    def add() -> None:
        cell.a += 1

    _run(add, add)
    assert cell.a == 2
    assert cell.b == 1, "always"


def crossed_locks() -> None:
    one, two, three = threading.Lock(), threading.Lock(), Cell()

    def forth() -> None:
        three.a += 1
        with one, two:
            pass

    def back() -> None:
        three.a += 1
        with two, one:
            pass

    _run(forth, back)


def impatient() -> None:
    """Fails if a wait ends before its time, and not otherwise."""
    given: queue.Queue[int] = queue.Queue()
    got: list[object] = []

    def take() -> None:
        try:
            got.append(given.get(timeout=5))
        except queue.Empty:
            got.append("late")

    taker = threading.Thread(target=take)
    taker.start()
    given.put(1)
    taker.join()
    assert got == [1]


def faulty() -> None:
    caught: list[str] = []

    def work() -> None:
        for _ in range(3):
            try:
                fault_point("step", (ValueError("injected"),))
            except ValueError:
                caught.append("fault")

    _run(work)
    assert not caught


PROGRAMS = (
    (one_preemption, Bounds(), 1),
    (two_preemptions, Bounds(), 3),
    (crossed_locks, Bounds(), 1),
    (impatient, Bounds(), 2),
    (faulty, Bounds(faults=1, interrupts=False, failed_starts=False), 1),
)


@pytest.mark.parametrize(
    ("program", "bounds", "fewest"), PROGRAMS, ids=lambda one: getattr(one, "__name__", str(one))
)
@pytest.mark.parametrize("seed", range(3))
def test_the_fewest_departures_are_left_and_fail_the_same_way(
    program: Callable[[], None], bounds: Bounds, fewest: int, seed: int
) -> None:
    found = explore(program, strategy="random", seed=seed, bounds=bounds, executions=20_000)
    assert not found.ok, "the specimen was not caught"
    assert found.outcome is not None
    small = minimise(program, found.token)
    assert small.minimal, small
    assert small.after.departures == fewest == len(small.departures)
    assert small.after.order() <= small.before.order()
    again = replay(program, small.token)
    assert (again.verdict, again.outcome and again.outcome.message) == (
        found.verdict,
        found.outcome.message,
    )


def test_the_count_is_that_of_an_independent_search() -> None:
    """No plan with fewer departures fails: every single one, tried here without the minimiser."""
    found = explore(two_preemptions, strategy="random", executions=20_000)
    small = minimise(two_preemptions, found.token)
    follow = Follow()
    follow.survey = True
    explore(two_preemptions, strategy=follow, executions=1, repeats=0)
    points = list(follow.points)
    assert len(points) > 5
    for point, targets in points:
        for target in targets[1:]:
            plan = [Departure(point, target)]
            assert explore(two_preemptions, strategy=Follow(plan), executions=1, repeats=0).ok
    assert small.after.departures > 1


def test_another_failure_does_not_stand_in_for_the_one_at_hand() -> None:
    """The default schedule fails too, with no departure, but elsewhere."""
    tokens: dict[str, list[int]] = {}

    def keep(outcome: Outcome) -> None:
        tokens.setdefault(outcome.message, list(outcome.choices))

    explore(two_ways_to_fail, strategy="dfs", keep_going=True, on_execution=keep)
    default = explore(two_ways_to_fail, executions=1, strategy=Follow())
    assert "always" in str(default)
    (choices,) = [made for message, made in tokens.items() if "always" not in message]
    token = _token(default.token, choices)
    small = minimise(two_ways_to_fail, token)
    assert small.after.departures == 1
    assert "always" not in str(small.result)


def test_a_limit_is_said() -> None:
    found = explore(two_preemptions, strategy="random", executions=20_000)
    small = minimise(two_preemptions, found.token, replays=3)
    assert small.replays == 3
    assert not small.minimal
    assert "limit of 3 executions" in str(small)
    assert not replay(two_preemptions, small.token).ok


def test_a_schedule_that_does_not_fail_is_refused() -> None:
    found = explore(one_preemption, strategy="random", executions=20_000)
    with pytest.raises(ValueError, match="does not fail here"):
        minimise(one_preemption, _token(found.token, []))


def test_departures_and_choices_stand_for_the_same_execution() -> None:
    found = explore(two_preemptions, strategy="random", executions=20_000)
    assert found.outcome is not None
    follow = Follow(decode(found.token).choices)
    explore(two_preemptions, strategy=follow, executions=1, repeats=0)
    assert follow.made
    again = explore(two_preemptions, strategy=Follow(follow.made), executions=1, repeats=0)
    assert again.outcome is not None
    assert again.outcome.choices == found.outcome.choices


def test_a_departure_survives_print() -> None:
    for one in (
        Departure(Point((), 3, 0), Target("thread", (1, 0))),
        Departure(Point((0,), 12, 2), Target("timeout", ())),
        Departure(Point((2, 1), 1, 0), Target("clock", ())),
        Departure(Point((), 4, 0), Target("interrupt", ())),
        Departure(Point((1,), 2, -1), Target("draw", (1,), 3)),
    ):
        assert parse(str(one)) == one
    with pytest.raises(ValueError, match="not a departure"):
        parse("main, step 1.0: nowhere")


def _token(like: str, choices: list[int]) -> str:
    return dataclasses.replace(decode(like), choices=tuple(choices)).token()
