"""Lanes: what they show, what they leave out and say so, and that they fit."""

from __future__ import annotations

import dataclasses
import queue
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from taskqueue_harness import Bounds, Outcome, Step, explore
from taskqueue_harness.diagram import cells, draw
from taskqueue_harness.diagram_svg import draw_svg
from taskqueue_harness.findings import Finding, examine
from taskqueue_harness.lanes import lanes
from taskqueue_harness.waits import sentences
from taskqueue_harness.world.races import Side


class Cell:
    def __init__(self) -> None:
        self.shared = self.own = 0


def _run(*functions: Callable[[], object]) -> None:
    threads = [threading.Thread(target=one, name=one.__name__) for one in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def lost_update() -> None:
    cell = Cell()

    def add() -> None:
        cell.own += 1
        cell.shared += 1

    def add_too() -> None:
        cell.shared += 1

    _run(add, add_too)
    assert cell.shared == 2, "an update was lost"


def guarded_failure() -> None:
    """Fails on a schedule, but nothing in it is a data race."""
    lock, cell = threading.Lock(), Cell()

    def first() -> None:
        with lock:
            cell.shared = 1

    def second() -> None:
        with lock:
            assert cell.shared == 1, "came first"

    _run(first, second)


def crossed() -> None:
    one, two, three = threading.Lock(), threading.Lock(), threading.Lock()

    def forth() -> None:
        with three:
            pass
        with one, two:
            pass

    def back() -> None:
        with two, one:
            pass

    _run(forth, back)


def starved() -> None:
    things: queue.Queue[int] = queue.Queue()
    threading.Thread(target=things.get, name="eater").start()


def stuffed() -> None:
    things: queue.Queue[int] = queue.Queue(1)
    things.put(1)
    things.put(2)


def never_set() -> None:
    threading.Event().wait()


def taken_twice() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def joined_in_a_circle() -> None:
    main = threading.current_thread()
    # By its number, not by its name: there is another of the same name, which has ended.
    namesake = threading.Thread(target=int, name="worker")
    namesake.start()
    namesake.join()
    worker = threading.Thread(target=main.join, name="worker")
    worker.start()
    worker.join()


def not_given_back() -> None:
    lock = threading.Lock()
    thread = threading.Thread(target=lock.acquire, name="careless")
    thread.start()
    thread.join()
    lock.acquire()


def never_notified() -> None:
    condition = threading.Condition()
    with condition:
        condition.wait()


def waits_alone() -> None:
    """A barrier is Python code of the standard library, over a condition."""
    threading.Barrier(2).wait()


def five_threads() -> None:
    cell = Cell()

    def add() -> None:
        cell.shared += 1

    _run(*[add] * 5)
    assert cell.shared == 5


def chatty() -> None:
    done: queue.Queue[int] = queue.Queue()

    def talk() -> None:
        done.put(0)
        done.put(1)
        done.put(2)
        done.put(3)
        done.put(4)
        done.put(5)
        done.put(6)
        done.put(7)
        done.put(8)
        done.put(9)

    _run(talk)
    raise ValueError("enough")


def hasty() -> None:
    got: list[str] = []

    def take() -> None:
        try:
            queue.Queue[int]().get(timeout=3)
        except queue.Empty:
            got.append("late")

    stop: queue.Queue[int] = queue.Queue()

    def slow() -> None:
        stop.get(timeout=1)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        slow()
    except queue.Empty:
        assert not got, "out of order"
    thread.join()


def _find(program: Callable[[], None], bounds: Bounds | None = None) -> Finding:
    result = explore(program, strategy="random", executions=5_000, bounds=bounds)
    assert not result.ok, "the specimen was not caught"
    finding = examine(program, result)
    assert finding is not None
    return finding


ALL = (
    lost_update,
    guarded_failure,
    crossed,
    starved,
    stuffed,
    never_set,
    taken_twice,
    not_given_back,
    never_notified,
    waits_alone,
    five_threads,
    chatty,
    hasty,
)


@pytest.mark.parametrize("program", ALL, ids=lambda one: str(one.__name__))
@pytest.mark.parametrize("width", [60, 100])
def test_a_drawing_fits_and_is_ascii_where_it_must_be(
    program: Callable[[], None], width: int
) -> None:
    finding = _find(program)
    for unicode in (True, False):
        text = draw(finding.outcome, finding.races, width=width, unicode=unicode)
        too_long = [line for line in text.splitlines() if cells(line) > width]
        assert not too_long
        assert unicode or text.isascii()
        assert not any(line != line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("program", ALL, ids=lambda one: str(one.__name__))
def test_a_picture_is_well_formed_and_loads_and_runs_nothing(program: Callable[[], None]) -> None:
    finding = _find(program)
    svg = finding.svg()
    root = ET.fromstring(svg)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "title", "style", "rect", "path", "circle", "text"}
    assert "prefers-color-scheme: dark" in svg
    assert "href" not in svg
    assert "url(" not in svg
    assert len(root.findall(".//{*}path[@class='rail']")) == len(lanes(finding.outcome).threads)


def test_each_row_is_in_the_lane_of_its_thread_with_its_source() -> None:
    finding = _find(lost_update)
    text = finding.text()
    rows = [line for line in text.splitlines() if "cell.shared += 1" in line]
    columns = {row.index("cell.shared") for row in rows}
    assert len(columns) == 2, text
    line = lost_update.__code__.co_firstlineno + 5
    assert f"test_diagram.py:{line}" in text
    assert "an update was lost" in text
    assert "threading.py" not in text


def test_racing_lines_are_marked_and_others_are_not() -> None:
    finding = _find(lost_update)
    racing = [row for row in lanes(finding.outcome, finding.races).rows if row.races]
    assert {row.source for row in racing} == {"cell.shared += 1"}
    assert len({row.tid for row in racing}) == 2
    for row in racing:
        for number in row.races:
            race = finding.races[number - 1]
            modes = [side.is_write for side in (race.first, race.second) if side.thread == row.tid]
            assert any(("write " if mode else "read ") in " ".join(row.events) for mode in modes)
    assert "!1 race on Cell#1.shared" in finding.text()
    stranger = [
        dataclasses.replace(race, first=_by(race.first), second=_by(race.second))
        for race in finding.races
    ]
    assert not any(row.races for row in lanes(finding.outcome, stranger).rows)
    innocent = _find(guarded_failure)
    assert innocent.races == []
    assert "race" not in innocent.text()


def _by(side: Side) -> Side:
    """The same access by a thread that is not there."""
    return dataclasses.replace(side, thread=(9,))


def test_what_nobody_contends_for_is_left_out_and_said_to_be() -> None:
    finding = _find(lost_update)
    assert any("'own'" in step.what for step in finding.outcome.trace)
    text = finding.text()
    assert "cell.own" not in text
    assert "not shown: " in text


def test_the_waits_of_a_deadlock_come_first_with_the_circle_and_the_holders() -> None:
    finding = _find(crossed)
    lines = finding.text().splitlines()
    assert lines[0].startswith("deadlock")
    assert lines[1].strip() == "circle: 0 (forth) -> 1 (back) -> 0 (forth)"
    first = crossed.__code__.co_firstlineno
    assert lines[2].strip() == (
        f"0 (forth) waits for lock, held by 1 (back) since test_diagram.py:{first + 10}"
    )
    assert lines[3].split() == [f"test_diagram.py:{first + 6}", "with", "one,", "two:"]
    assert lines[4].strip() == (
        f"1 (back) waits for lock, held by 0 (forth) since test_diagram.py:{first + 6}"
    )


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (starved, "0 (eater) waits for an item from Queue, which is empty, and nobody is left"),
        (starved, "main has come to its end and waits for the other threads"),
        (stuffed, "main waits for room in Queue, which is full, and nobody is left who could get"),
        (never_set, "main waits for Event, and nobody is left who could set it"),
        (taken_twice, "main waits for lock, which it holds itself"),
        (not_given_back, "held by 0 (careless), which has ended without giving it back"),
        (never_notified, "main waits for a notification by Condition, and nobody is left"),
        (joined_in_a_circle, "circle: main -> 1 (worker) -> main"),
        (joined_in_a_circle, "main waits for 1 (worker) to end"),
        (joined_in_a_circle, "1 (worker) waits for main to end"),
    ],
)
def test_every_wait_says_why_nobody_will_come(program: Callable[[], None], sentence: str) -> None:
    told = [text for text, _ in sentences(_find(program).outcome)]
    assert any(sentence in text for text in told), told


FOUND: list[int] = []
flag = False


def finds_this_and_that() -> None:
    global flag
    cell = Cell()
    long = [7] * 9
    captured = None

    def write() -> None:
        global flag
        nonlocal captured
        cell.shared = 41
        cell.own = long  # type: ignore[assignment]
        FOUND.append(1)
        flag = True
        captured = "x" * 99

    def read() -> None:
        assert (cell.shared, len(FOUND), flag, captured, cell.own) == (0, 0, False, None, 0)

    _run(write, read)


BEFORE_AND_AFTER = {
    "attribute 'shared' of Cell#1": ("0", "41"),
    "the contents of list#2": ("empty", "1 inside"),
    f"global 'flag' of module {__name__}": ("False", "True"),
    "variable 'captured' of finds_this_and_that()": ("None", ""),  # too long
    "attribute 'own' of Cell#1": ("0", ""),  # not plain
}


@pytest.mark.parametrize("seed", range(5))
def test_what_a_read_finds_is_told_if_it_is_plain_and_short(seed: int) -> None:
    outcome = explore(
        finds_this_and_that, strategy="random", seed=seed, bounds=Bounds(early_timeouts=0)
    ).outcome
    assert outcome is not None
    written: set[str] = set()
    reads = 0
    for step in outcome.trace:
        if step.operation == "write":
            written.add(step.what)
        elif step.operation == "read" and step.what in BEFORE_AND_AFTER:
            reads += 1
            assert step.found == BEFORE_AND_AFTER[step.what][step.what in written], step
    assert reads == len(BEFORE_AND_AFTER)
    told = [event for row in lanes(outcome).rows for event in row.events]
    assert "read list#2: 1 inside" in told or "read list#2: empty" in told


def test_an_early_timeout_is_drawn_as_what_it_is() -> None:
    outcome = _find(hasty).outcome
    assert "times out early: get Queue" in draw(outcome)


def test_many_threads_have_rails() -> None:
    text = draw(_find(five_threads).outcome)
    assert "● │ │ │ │ │  threads" not in text
    assert "│ ● │ │ │ │  cell.shared += 1" in text


def test_a_long_run_of_one_thread_is_folded_with_its_length() -> None:
    text = draw(_find(chatty).outcome)
    first = chatty.__code__.co_firstlineno + 4
    assert f"7 steps, test_diagram.py:{first + 2} to {first + 8}" in text
    assert "done.put(1)" in text
    assert "done.put(4)" not in text


def test_a_failure_stands_in_the_lane_of_the_thread_that_failed() -> None:
    picture = lanes(_find(guarded_failure).outcome)
    (failure,) = [row for row in picture.rows if row.kind == "failure"]
    assert failure.tid == (1,)
    assert failure.source == 'assert cell.shared == 1, "came first"'
    (end,) = [row for row in picture.rows if row.tid == (1,) and row.events == ["ends"]]
    assert picture.rows.index(failure) < picture.rows.index(end)


def test_a_step_within_the_library_is_shown_where_the_program_called_it() -> None:
    text = _find(waits_alone).text()
    assert f"test_diagram.py:{waits_alone.__code__.co_firstlineno + 2}" in text
    assert "threading.Barrier(2).wait()" in text
    assert "threading.py" not in text


def test_an_endless_execution_is_cut_and_says_so() -> None:
    trace = [
        Step((number // 2 % 2,), "put", "Queue", "", [(__file__, number % 7 + 1, "f")], 2)
        for number in range(5_000)
    ]
    outcome = Outcome("livelock", [], 5_000, "still running", trace=trace)
    text = draw(outcome)
    assert len(text.splitlines()) < 800
    assert "rows left out" in text


def test_control_characters_and_wide_ones_do_no_harm() -> None:
    outcome = Outcome("failed", [], 0, "名前 \x00 \ud800 <&>", exception=ValueError("x"))
    outcome.failed_tid = ()
    ET.fromstring(draw_svg(outcome))
    assert draw(outcome, unicode=False).isascii()
    assert all(cells(line) <= 60 for line in draw(outcome, width=60).splitlines())
