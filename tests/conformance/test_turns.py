"""Whose turn it is: places for those at work, the first one, and what all may use together."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable

import pytest

from taskqueue_conformance import turns
from taskqueue_conformance.atwork import AtWork
from taskqueue_conformance.turns import Places, Turn, Turns


class Work(AtWork):
    """Of processes that all do what is said here; each counts how often it was looked at."""

    at_work = True
    used = 0.0
    seconds = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.looks = threading.Semaphore(0)

    def look(self) -> bool:
        self.looks.release()
        return self.at_work


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> type[Work]:
    class Mine(Work):
        pass

    monkeypatch.setattr(turns, "AtWork", Mine)
    monkeypatch.setattr(turns, "SETTLING", 0.001)
    monkeypatch.setattr(turns, "RESTING", 0.001)
    return Mine


def looked_at(*seen: Turn) -> None:
    """Wait until each has been looked at from now on, and what was seen has been acted on."""
    for turn in seen:
        looks = turn._work.looks  # type: ignore[attr-defined]
        while looks.acquire(blocking=False):
            pass
        # The first of them may have begun before, and the third begins after the second is over.
        for _ in range(3):
            assert looks.acquire(timeout=60)


def asking(places: Places, ask: Callable[[], None]) -> threading.Thread:
    """A thread that does this, and has to wait for a place by now."""
    asked = threading.Event()

    class Asking(deque[threading.Lock]):
        def append(self, lock: threading.Lock) -> None:
            super().append(lock)
            asked.set()

    places._asking = Asking(places._asking)
    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(60), "it had one"
    return thread


def has_turn(mine: Turns) -> str:
    with mine.turn():
        return "its turn"


def test_what_was_begun_first_gets_its_turn_first() -> None:
    """Also where whoever has just been served asks again at once."""
    places = Places(1)
    places.acquire()
    order: list[str] = []

    def ask() -> None:
        places.acquire()
        order.append("who waited")
        places.release()

    waiting = asking(places, ask)
    places.release()
    places.acquire()
    order.append("who came again")
    places.release()
    waiting.join(60)
    assert order == ["who waited", "who came again"]


def test_who_works_on_without_a_place_is_one_too_many() -> None:
    places = Places(2)
    places.acquire()
    places.occupy()
    places.occupy()
    waiting = asking(places, places.acquire)
    places.release()
    assert places._asking, "two are still at work"
    places.release()
    waiting.join(60)
    assert not waiting.is_alive()
    places.release()
    places.release()
    assert places._free == 2


def test_who_waits_gives_its_place_up_and_who_is_at_work_again_has_it_again(
    work: type[Work],
) -> None:
    mine = Turns(60.0, 1e9, 1)
    seen: list[str] = []
    with mine.turn() as one:
        looked_at(one)
        assert mine.places._free == 0
        work.at_work = False
        looked_at(one)
        assert mine.places._free == 1
        work.at_work = True
        looked_at(one)
        assert mine.places._free == 0
        other = asking(mine.places, lambda: seen.append(has_turn(mine)))
    other.join(60)
    assert seen == ["its turn"]
    assert mine.places._free == 1


def test_when_many_wake_up_nobody_begins_until_enough_have_ended(work: type[Work]) -> None:
    mine = Turns(60.0, 1e9, 1)
    seen: list[str] = []
    work.at_work = False
    with mine.turn() as one:
        looked_at(one)
        with mine.turn() as another:
            looked_at(another)
            work.at_work = True
            looked_at(one, another)
            other = asking(mine.places, lambda: seen.append(has_turn(mine)))
        assert mine.places._asking, "one is at work, and there is one place"
    other.join(60)
    assert seen == ["its turn"]


def test_what_has_come_to_its_end_has_no_place_whatever_is_seen_of_it(work: type[Work]) -> None:
    """The look that was under way when it ended comes back later."""
    mine = Turns(60.0, 1e9, 1)
    with mine.turn() as one:
        looked_at(one)
    one._settle(at_work=True)
    assert mine.places._free == 1


@pytest.mark.parametrize("known", ["it waits", "it has had its time", "it has ended"])
def test_all_wait_for_what_the_first_one_does(work: type[Work], known: str) -> None:
    """Where it spins, six that find out take six times as much of the processor."""
    mine = Turns(60.0, 1e9, 9)
    begun, asked = threading.Event(), threading.Event()

    class Known(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout == 60.0 * turns.CROWDED, "and not for ever"
            asked.set()
            return super().wait(timeout)

    def second() -> None:
        with mine.turn():
            begun.set()

    mine.known = Known()
    with contextlib.ExitStack() as stack:
        looked_at(stack.enter_context(mine.turn()))
        threading.Thread(target=second).start()
        assert asked.wait(60)
        assert not begun.is_set()
        if known == "it waits":
            work.at_work = False
        elif known == "it has had its time":
            work.seconds = 60.0
        else:
            stack.close()
        assert begun.wait(60)


def test_nobody_waits_for_the_first_one_for_ever(work: type[Work]) -> None:
    """It has not had its time, but so much has passed."""
    mine = Turns(0.01, 1e9, 9)
    with mine.turn() as first, mine.turn() as second:
        looked_at(first, second)


def test_when_all_is_spent_those_at_work_are_to_stop(work: type[Work]) -> None:
    mine = Turns(60.0, 10.0, 9)
    work.seconds = 60.0
    with mine.turn() as one, mine.turn() as other:
        work.used = 4.9
        looked_at(one, other)
        assert [mine.spent(), one.spent(), other.spent()] == [False] * 3
        work.used = 5.0
        looked_at(one, other)
        assert [mine.spent(), one.spent(), other.spent()] == [True] * 3
        work.at_work = False
        looked_at(one, other)
        assert [one.spent(), other.spent()] == [False] * 2, "to wait costs nothing"
        assert mine.spent()
    assert mine.spent(), "what was used remains used"


def test_a_second_process_of_the_same_scenario_gives_nothing_back(work: type[Work]) -> None:
    mine = Turns(60.0, 10.0)
    with mine.turn() as one:
        for used in (6.0, 1.0, 4.9):
            work.used = used
            looked_at(one)
        assert not mine.spent()
        work.used = 5.0
        looked_at(one)
        assert mine.spent()


def test_what_is_still_to_be_started_is_at_work() -> None:
    """On a crowded machine that takes a while: nobody else may have its place meanwhile."""
    work = AtWork()
    assert work.look()
    assert (work.seconds, work.used) == (0.0, 0.0)


def test_who_looks_at_itself_is_at_work() -> None:
    work = AtWork()
    work.begin(os.getpid())
    work.look()
    before, began = work.seconds, sum(os.times()[:2])
    while sum(os.times()[:2]) < began + 0.1:
        assert work.look() is sys.platform.startswith("linux")
    assert work.seconds - before == pytest.approx(sum(os.times()[:2]) - began, abs=0.05)
    if sys.platform.startswith("linux"):
        assert work.used == pytest.approx(sum(os.times()[:2]), abs=0.05)


def test_a_process_that_has_ended_is_not_at_work() -> None:
    work = AtWork()
    work.begin(-1)
    assert not work.look()
