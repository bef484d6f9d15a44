"""The child: its run and its watch may come to their ends at the same time."""

from __future__ import annotations

import _thread
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from taskqueue_conformance import child
from taskqueue_conformance.history import MAIN, Code
from taskqueue_conformance.watch import Limits
from taskqueue_conformance.workload import Drain, Put, Scenario
from taskqueue_harness.supervised import DONE, Reply

NEVER = Limits(quiet=1e6, spin=1e6, cap=1e6)
SCENARIO = Scenario("one item", (Put(1),), ((Drain(),),))


class Ended(BaseException):
    """Stands in for the end of the process."""


class Told(Reply):
    """Keeps what is written; the descriptor that a supervisor would read is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self._write = self._keep
        self._close = lambda fd: None

    def _keep(self, fd: int, data: Any) -> int:
        self.written += data
        return len(data)

    def answer(self) -> Any:
        """What was answered, None if nothing was."""
        return json.loads(self.written) if self.written.strip() else None


class Session(child._Session):
    """One whose watch never says anything by itself, with a run under way."""

    def __init__(self) -> None:
        self.told = Told()
        super().__init__(SCENARIO, NEVER, self.told)
        self.performance = self._performance(0)
        self.performance.begun = True
        self.happen(Code.RUN)

    def happen(self, code: Code) -> None:
        self.performance.events.append((int(code), MAIN, 0, self.stage.now()))

    def come_back(self) -> None:
        """What the main thread does as run() comes back."""
        self.happen(Code.RUN_RETURN)
        self._run_in_turn = lambda before: None  # type: ignore[method-assign]
        self.run()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    def end(status: int) -> None:
        raise Ended(status)

    monkeypatch.setattr(child, "_exit", end)
    one = Session()
    yield one
    one.watch.stop()


def while_it_reports(session: Session, act: Callable[[], object]) -> None:
    """Have this done in the midst of the next report, as another thread could."""
    history: Any = session.performance.history

    def report(*arguments: Any) -> Any:
        session.performance.history = history  # type: ignore[method-assign]
        seen = history(*arguments)
        act()
        return seen

    session.performance.history = report  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("kind", ["hang", "slow"])
def test_a_run_that_ends_as_it_is_given_up_is_reported(session: Session, kind: str) -> None:
    """The main thread ends the process when it comes back from there."""
    answers = []

    def come_back() -> None:
        session.come_back()
        answers.append(session.told.answer())

    while_it_reports(session, come_back)
    assert not session._alarm(kind, "given up", session._progress())
    (answer,) = answers
    assert answer is not None, "the process would have ended without a word"
    assert answer["slow"] is None
    assert answer["histories"][0]["hang"] is None
    assert answer["histories"][0]["events"][-1][0] == Code.RUN_RETURN


@pytest.mark.parametrize("kind", ["hang", "slow"])
def test_a_run_that_is_given_up_as_it_ends_is_reported(session: Session, kind: str) -> None:
    """The watch would end the process; it may do so when it has replied itself."""

    def give_up() -> None:
        try:
            session._alarm(kind, "given up", session._progress())
        except Ended:
            assert session.told.answer() is not None, "the process ended without a word"

    while_it_reports(session, give_up)
    session.come_back()
    assert session.told.answer()["histories"][0]["hang"] is None


def test_it_is_told_that_the_run_is_over_before_the_report_is_made(session: Session) -> None:
    written: list[bytes] = []
    while_it_reports(session, lambda: written.append(session.told.written))
    session.come_back()
    assert DONE in written[0]


def test_a_hang_is_reported_without_saying_that_the_run_is_over(session: Session) -> None:
    with pytest.raises(Ended):
        session._alarm("hang", "nothing happened", session._progress())
    assert DONE not in session.told.written


def test_a_hang_that_an_event_overtakes_is_none(session: Session) -> None:
    while_it_reports(session, lambda: session.happen(Code.OK))
    assert not session._alarm("hang", "nothing happened", session._progress())
    assert session.told.answer() is None
    session.come_back()
    assert session.told.answer()["histories"][0]["hang"] is None
    assert "stacks" not in session.told.answer()["notes"], "those of a hang that was none"


def test_a_hang_is_reported_and_ends_the_process(session: Session) -> None:
    with pytest.raises(Ended):
        session._alarm("hang", "nothing happened", session._progress())
    assert session.told.answer()["histories"][0]["hang"] == "nothing happened"
    assert session.told.answer()["notes"]["stacks"]


def test_forced_switches_are_switched_off_in_a_running_process(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    intervals = [session.usual_interval, 1e-5]
    monkeypatch.setattr(child, "_getswitchinterval", lambda: intervals[-1])
    monkeypatch.setattr(child, "_setswitchinterval", intervals.append)
    assert session._calm()
    assert intervals[-1] == session.usual_interval
    assert not session._calm(), "there is nothing left to switch off"


def test_who_answers_second_waits_until_the_first_answer_is_written() -> None:
    told = Told()
    writing, go_on, second = (_thread.allocate_lock() for _ in range(3))
    for lock in (writing, go_on, second):
        lock.acquire()
    keep = told._write

    def write(fd: int, data: Any) -> int:
        writing.release()
        go_on.acquire()
        return keep(fd, data)

    told._write = write
    seen: list[object] = []

    def answer_second() -> None:
        seen.extend((told("second"), told.answer()))
        second.release()

    _thread.start_new_thread(told, ("first",))
    writing.acquire()
    _thread.start_new_thread(answer_second, ())
    assert not seen
    go_on.release()
    second.acquire()
    assert seen == [False, "first"]
