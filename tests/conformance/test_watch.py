"""The watch: what is a hang, and what is only a machine without a turn to give."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from taskqueue_conformance import watch
from taskqueue_conformance.watch import PATIENCE, SPIN, Limits, Watch

LIMITS = Limits(quiet=3.0, spin=10.0, cap=25.0)


class Clock:
    """Time as the watch sees it; `turns` are the seconds that its first sleeps take."""

    def __init__(self, *turns: float, busy: float = 0.0) -> None:
        self.now = self.used = 0.0
        self._turns = list(turns)
        self._busy = busy

    def sleep(self, seconds: float) -> None:
        passed = self._turns.pop(0) if self._turns else seconds
        self.now += passed
        self.used += self._busy * passed


class Crowd:
    """Stands in for what the kernel says of waiting for the processor: so much of the time."""

    share = 0.0
    clock: Clock

    def __init__(self, but: frozenset[int]) -> None:
        self._looked = 0.0

    def look(self) -> float:
        passed, self._looked = self.clock.now - self._looked, self.clock.now
        return self.share * passed


Ended = tuple[str, str, float]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Watch to the alarm that counts; its kind, its sentence and when it came."""

    def watch_it(
        clock: Clock,
        progress: Callable[[], int] = lambda: 0,
        overtaken: int = 0,
        crowd: float = 0.0,
        calm: Callable[[], bool] = lambda: False,
    ) -> Ended:
        monkeypatch.setattr(Crowd, "share", crowd)
        monkeypatch.setattr(Crowd, "clock", clock, raising=False)
        monkeypatch.setattr(watch, "RunQueue", Crowd)
        monkeypatch.setattr(watch, "stood_in_all", lambda but: crowd * clock.now)
        monkeypatch.setattr(watch, "_monotonic", lambda: clock.now)
        monkeypatch.setattr(watch, "_process_time", lambda: clock.used)
        monkeypatch.setattr(watch, "_sleep", clock.sleep)
        alarms: list[Ended] = []

        def alarm(kind: str, sentence: str, events: int) -> bool:
            alarms.append((kind, sentence, clock.now))
            return len(alarms) > overtaken

        Watch(
            LIMITS,
            progress,
            awake_at=lambda: 0.0,
            beat=lambda: None,
            calm=calm,
            alarm=alarm,
        )._body()
        assert len(alarms) == overtaken + 1
        return alarms[-1]

    return watch_it


def test_silence_without_processor_time_is_a_hang(watched: Callable[..., Ended]) -> None:
    kind, sentence, when = watched(Clock())
    assert kind == "hang"
    assert sentence.startswith("nothing happened for 3.")
    assert 3.0 <= when < 3.2


class Still:
    """Stands in for what the kernel says: from now on, nothing can happen any more."""

    def __init__(self, but: frozenset[int]) -> None:
        pass

    def look(self) -> bool:
        return True


def test_what_no_thread_can_end_is_a_hang_at_once(
    watched: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "Standstill", Still)
    kind, sentence, when = watched(Clock())
    assert kind == "hang"
    assert sentence == "all threads wait, without a time limit, for one another"
    assert 0.15 <= when < 0.3


def test_who_is_at_work_is_not_asked_what_it_waits_for(
    watched: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look would give the processor away, and get it back late."""
    monkeypatch.setattr(watch, "Standstill", Still)
    _, sentence, _ = watched(Clock(busy=1.0))
    assert sentence.startswith("nothing came of")


@pytest.mark.parametrize(("busy", "seconds"), [(1.0, 5.0), (0.25, 10.0), (0.125, 16.0)])
def test_silence_at_work_is_a_hang_later(
    watched: Callable[..., Ended], busy: float, seconds: float
) -> None:
    """Sooner for one that had the processor to itself than for one that had to share it."""
    kind, sentence, when = watched(Clock(busy=busy))
    assert kind == "hang"
    assert sentence.startswith(f"nothing came of {busy * seconds:g}")
    assert seconds <= when < seconds + 0.2


@pytest.mark.parametrize("busy", [0.0, 0.02, 0.03])
def test_who_is_ready_all_the_time_and_gets_no_turn_is_not_idle(
    watched: Callable[..., Ended], busy: float
) -> None:
    """66 at work on two processors leave a thirty-third to each."""
    kind, sentence, when = watched(Clock(busy=busy), crowd=1.0 - busy)
    assert kind == "slow"
    assert sentence.startswith(
        f"{SPIN} {busy * when:.1f} s of processor time, all that it got in 150"
    )
    assert when >= 25.0 * PATIENCE


def test_who_is_ready_all_the_time_and_gets_few_turns_is_a_spin_in_the_end(
    watched: Callable[..., Ended],
) -> None:
    kind, sentence, when = watched(Clock(busy=0.09), crowd=0.91)
    assert kind == "hang"
    assert sentence.startswith("nothing came of 5.0 s")
    assert when < 25.0 * PATIENCE


@pytest.mark.parametrize(
    ("crowd", "soonest", "latest"),
    [
        # Those that poll wait for moments wherever they are.
        (0.05, 3.0, 3.2),
        (0.5, 5.8, 7.2),
        (0.8, 14.0, 16.5),
    ],
)
def test_only_what_is_left_of_a_silence_counts_in_a_crowd(
    watched: Callable[..., Ended], crowd: float, soonest: float, latest: float
) -> None:
    kind, sentence, when = watched(Clock(busy=0.01), crowd=crowd)
    assert kind == "hang"
    assert sentence.startswith("nothing happened for 3.")
    assert soonest <= when < latest


def test_progress_up_to_the_cap_is_slow(watched: Callable[..., Ended]) -> None:
    clock = Clock()
    kind, sentence, when = watched(clock, progress=lambda: int(clock.now))
    assert (kind, sentence) == ("slow", "still at work after 25 s")
    assert 25.0 <= when < 25.2


@pytest.mark.parametrize(
    ("crowd", "soonest"),
    [(0.5, 50.0), (0.75, 100.0), (0.9, 25.0 * PATIENCE), (math.inf, 25.0 * PATIENCE)],
)
def test_time_for_which_others_keep_it_from_going_on_is_not_its_slowness(
    watched: Callable[..., Ended], crowd: float, soonest: float
) -> None:
    clock = Clock()
    kind, _, when = watched(clock, progress=lambda: int(clock.now * 1000), crowd=crowd)
    assert kind == "slow"
    assert soonest <= when < soonest + 0.2


def test_no_progress_up_to_the_cap_is_a_spin_that_has_yet_to_show(
    watched: Callable[..., Ended],
) -> None:
    """A spin of which a crowded machine lets little be seen: one ninth of a processor."""
    forced, clock = Forced(), Clock(busy=1 / 9)
    kind, sentence, when = watched(
        clock, progress=lambda: clock.now > 0.1, calm=lambda: forced.calm(clock)
    )
    assert kind == "hang"
    assert sentence.startswith("nothing came of 2.0 s")
    assert 27.0 <= when < 28.0


def test_a_process_that_had_no_turn_was_not_silent(watched: Callable[..., Ended]) -> None:
    """On a crowded machine, or stopped and continued: the clock went on, and nobody could act."""
    kind, _, when = watched(Clock(0.05, 4.0, 0.05, 2.0))
    assert kind == "hang"
    assert when > 4.0 + 2.0 + 1.5, "what followed was taken for silence before it was"


def test_silence_begins_anew_when_the_alarm_was_overtaken(watched: Callable[..., Ended]) -> None:
    kind, _, when = watched(Clock(), overtaken=2)
    assert kind == "hang"
    assert 9.0 <= when < 9.6


class Forced:
    """Stands in for what forces thread switches; keeps when it was switched off."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def calm(self, clock: Clock) -> bool:
        self.asked.append(clock.now)
        return True


@pytest.mark.parametrize(("busy", "seconds"), [(1.0, 5.0), (0.25, 10.0)])
def test_what_spins_is_believed_when_it_goes_on_without_forced_switches(
    watched: Callable[..., Ended], busy: float, seconds: float
) -> None:
    forced, clock = Forced(), Clock(busy=busy)
    kind, sentence, when = watched(clock, calm=lambda: forced.calm(clock))
    assert kind == "hang"
    assert sentence.startswith(f"nothing came of {busy * seconds:g}")
    assert len(forced.asked) == 1
    assert 1.5 * seconds <= when < 1.5 * seconds + 0.4


def test_what_goes_on_without_forced_switches_is_no_spin(watched: Callable[..., Ended]) -> None:
    forced, clock = Forced(), Clock(busy=1.0)
    kind, _, _ = watched(
        clock,
        progress=lambda: int(clock.now) if forced.asked else 0,
        calm=lambda: forced.calm(clock),
    )
    assert kind == "slow"
    assert len(forced.asked) == 1


def test_what_is_idle_is_not_due_to_forced_switches(watched: Callable[..., Ended]) -> None:
    forced, clock = Forced(), Clock()
    watched(clock, calm=lambda: forced.calm(clock))
    assert forced.asked == []
