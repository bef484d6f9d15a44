"""Races are found whichever thread ran first, and properly synchronised code is not accused."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
from tests.harness import race_programs
from tests.harness.race_programs import RACY, SOUND

from taskqueue_harness.explore import explore
from taskqueue_harness.strategies import PCT, POS, RandomWalk, Replay, SourceDPOR, Strategy
from taskqueue_harness.world.races import HappensBefore, Race, RaceWatch

Program = Callable[[], None]


def races(program: Program, strategy: Strategy, executions: int) -> list[Race]:
    watch = RaceWatch(strategy)
    result = explore(program, strategy=watch, executions=executions, repeats=0, keep_going=True)
    assert result.executions == executions
    assert result.ok, result.summary()
    return watch.races


@pytest.mark.parametrize("program", RACY, ids=lambda one: one.__name__)
@pytest.mark.parametrize("strategy", [RandomWalk, POS, PCT])
def test_a_race_is_found_by_every_strategy(
    program: Program, strategy: Callable[[int], Strategy]
) -> None:
    found = races(program, strategy(1), 20)
    assert {race.location for race in found} == {RACY[program]}


def test_a_race_is_found_in_either_order_and_in_sequence() -> None:
    """One execution is enough, whether or not the accesses came close to each other."""
    for seed in range(20):
        assert races(race_programs.unlocked_counter, RandomWalk(seed), 1)
    # The default schedule runs one thread to its end before the other.
    assert races(race_programs.unlocked_counter, Replay([], strict=False), 1)


@pytest.mark.parametrize("program", SOUND, ids=lambda one: one.__name__)
@pytest.mark.parametrize("strategy", [RandomWalk, POS, PCT])
def test_synchronised_code_is_not_accused(
    program: Program, strategy: Callable[[int], Strategy]
) -> None:
    assert races(program, strategy(1), 60) == []


def test_a_race_names_both_lines_threads_and_stacks() -> None:
    (race, *_) = races(race_programs.unlocked_counter, Replay([], strict=False), 1)
    lines, start = inspect.getsourcelines(race_programs.unlocked_counter)
    line = start + next(number for number, text in enumerate(lines) if "s.n += 1" in text)
    for side in (race.first, race.second):
        assert side.file == race_programs.__file__
        assert side.line == line
        assert side.function == "unlocked_counter.work"
        assert side.stack[0] == (side.file, line, "work")
    assert race.first.thread != race.second.thread
    assert race.first.is_write or race.second.is_write
    assert "attribute 'n' of Shared#1" in str(race)
    assert f":{line} in unlocked_counter.work" in str(race)
    assert not race.atomic


def test_accesses_to_a_container_are_called_atomic() -> None:
    (race, *_) = races(race_programs.list_appended_while_read, RandomWalk(1), 5)
    assert race.atomic


def test_a_strategy_with_clocks_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="keeps clocks of its own"):
        RaceWatch(SourceDPOR())


def test_clocks_order_what_is_heard_and_nothing_else() -> None:
    order = HappensBefore()
    assert order.access(0, "x", True, "a") == []
    told = order.tell(0)
    assert order.access(0, "y", True, "b") == []
    order.hear(1, told)
    assert order.access(1, "x", False, "c") == []
    assert order.access(1, "y", False, "d") == ["b"]
    assert order.access(2, "x", True, "e") == ["a", "c"]
