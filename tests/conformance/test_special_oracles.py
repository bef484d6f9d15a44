"""Oracles of single clauses, on histories made by hand."""

from __future__ import annotations

import pytest
from tests.conformance.test_oracles import (
    HELPER,
    RAISE,
    RETURN,
    START,
    A,
    P,
    Step,
    finish,
    made,
    ok,
)

from taskqueue_conformance.history import MAIN, Code, History, Outcome
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles import special
from taskqueue_conformance.workload import Scenario

UNSTARTED = Outcome("RuntimeError", "can't start new thread")
BEGUN: list[Step] = [*START, (Code.BEGIN, P, 1), (Code.BEGIN, A, 1)]
"""Without consumer 2."""


def told(*answers: tuple[float, int]) -> History:
    """Consumer 1 asks ok() again and again: for each time the seconds before it and the answer."""
    steps, gaps = list(BEGUN), {}
    for seconds, answer in answers:
        gaps[len(steps)] = seconds
        steps += ok(answer)
    return made(*steps, *finish(P, A), *RAISE, outcome=UNSTARTED, gaps=gaps)


def failed_start(history: History) -> list[str]:
    return list(special.failed_start(Observation(history.scenario, [history])))


@pytest.mark.parametrize(
    "answers",
    [[(0.5, 1), (0.7, 1)], [(3.0, 1)]],
    ids=["twice", "after a long while"],
)
def test_a_failed_start_that_is_not_told(answers: list[tuple[float, int]]) -> None:
    """Whoever is told True for a second would work on for ever."""
    assert failed_start(told(*answers)) == [
        "a thread could not be started, and ok() kept telling consumer 1 True"
    ]


@pytest.mark.parametrize(
    "answers",
    [[(0.5, 1)], [(0.5, 1), (0.7, 0)], [(3.0, 1), (0.1, 0)], []],
    ids=["not for long", "told", "told in the end", "not asked"],
)
def test_a_failed_start_that_is_told(answers: list[tuple[float, int]]) -> None:
    assert failed_start(told(*answers)) == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("can't start new thread", True),
        ("cannot join thread before it is started", False),
        ("thread already started", False),
    ],
)
def test_it_is_the_error_of_start_that_is_raised(text: str, right: bool) -> None:
    history = made(*BEGUN, *finish(P, A), *RAISE, outcome=Outcome("RuntimeError", text))
    expected = (
        [] if right else [f"a thread could not be started, and run() raised another error: {text}"]
    )
    assert failed_start(history) == expected


@pytest.mark.parametrize(
    ("handed", "error", "seen"),
    [
        ("list", "ValueError: none", []),
        ("list", "TypeError: none", ["the constructor raised TypeError: none, not ValueError"]),
        ("generator", "ValueError: none", []),
        ("generator", "TypeError: no len()", []),
    ],
)
def test_no_consumers_at_all_are_refused(handed: str, error: str, seen: list[str]) -> None:
    """A generator may be refused as such, which is another clause's; not so a list."""
    scenario = Scenario("none", (), (), consumers_as=handed)
    history = History(scenario, [], construction_error=error)
    assert list(special.no_consumers_refused(Observation(scenario, [history]))) == seen


@pytest.mark.parametrize("handed", ["list", "generator"])
def test_no_consumers_at_all_are_accepted(handed: str) -> None:
    scenario = Scenario("none", (), (), consumers_as=handed)
    events = [(int(code), actor, value, 0) for code, actor, value in (*START, *RETURN)]
    (sentence,) = special.no_consumers_refused(Observation(scenario, [History(scenario, events)]))
    assert sentence.startswith("an empty list of consumers was accepted")


RUNS: dict[int, tuple[Step, Step, Step]] = {
    who: ((Code.RUN, who, value), (Code.RUN_RETURN, who, value), (Code.RUN_RAISE, who, 0))
    for who, value in ((MAIN, 0), (HELPER, 1))
}
"""By who calls run(): the call, that it came back, and that it was refused."""


@pytest.mark.parametrize(
    ("first", "accepted", "sentence"),
    [
        (MAIN, {MAIN}, None),
        (MAIN, {HELPER}, "a second run() by a helper of consumer 1 was accepted"),
        (MAIN, {MAIN, HELPER}, "a second run() by a helper of consumer 1 was accepted"),
        # Where the producer is called too early its helper may be first, or at the same time.
        (HELPER, {MAIN}, None),
        (HELPER, {HELPER}, None),
        (HELPER, {MAIN, HELPER}, "run() was called by 2 threads at once, and 2 were accepted"),
        (HELPER, set(), "run() was called by 2 threads at once, and 0 were accepted"),
    ],
)
def test_a_second_run_is_refused(first: int, accepted: set[int], sentence: str | None) -> None:
    (call, *_), (other_call, *_) = (RUNS[who] for who in (first, MAIN + HELPER - first))
    ends = [RUNS[who][1 if who in accepted else 2] for who in (HELPER, MAIN)]
    outcome = None if MAIN in accepted else Outcome("RuntimeError", "once only")
    history = made((Code.CONSTRUCTED, MAIN, 0), call, other_call, *ends, outcome=outcome)
    seen = list(special.second_run_refused(Observation(history.scenario, [history])))
    assert seen == ([] if sentence is None else [sentence])
