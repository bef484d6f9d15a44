"""Whose time it was: the process's own, or that of a machine which had no turn to give."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator

import pytest

from taskqueue_harness.owntime import LONGEST_TURN, OwnTime, Share, share_of

TURN = 0.25


def time_of(shares: Iterable[Share | None]) -> float:
    """How much time a process has had that was seen with these shares, a turn each."""
    seen, now = list(shares), [0.0]
    own = OwnTime(1, worth=3 * TURN, share=lambda pid: seen.pop(0), clock=lambda: now[0])

    def turn() -> None:
        now[0] += TURN
        own.look()

    for _ in range(3):  # before it is worth asking
        turn()
    before = own.seconds
    assert before == 3 * TURN
    for _ in range(len(seen)):
        turn()
    assert not seen, "nobody asked"
    return own.seconds - before


def shares(ready: bool, used: float) -> Iterator[Share]:
    """Of a process that uses so much of the processor, turn by turn."""
    return (Share(ready, number * TURN * used) for number in range(41))


@pytest.mark.parametrize(
    ("ready", "used", "own"),
    [
        (False, 0.0, 41),  # it waits: all of it is its own
        (True, 1.0, 41),  # it computes: so is that
        (True, 0.1, 1 + 40 * 0.1),  # it could go on, and is let a tenth of the time
        (True, 0.0, 1),  # or not at all
        (True, 8.0, 41),  # many threads of it compute: a second is a second
    ],
)
def test_what_counts_is_the_time_of_its_own(ready: bool, used: float, own: float) -> None:
    assert time_of(shares(ready, used)) == pytest.approx(own * TURN)


def test_what_was_used_is_known_after_it_is_gone() -> None:
    seen = iter([Share(True, 1.0), Share(False, 3.5), None])
    own = OwnTime(1, share=lambda pid: next(seen))
    used = [own.used]
    for _ in range(3):
        own.look()
        used.append(own.used)
    assert used == [0.0, 1.0, 3.5, 3.5]


def test_the_processor_time_is_told_tick_by_tick() -> None:
    """However often it is looked at: no tick is lost, and none counts for a later time."""
    tick, looks = 0.01, 1_000
    used = iter([0.0, *(tick * (number // 100) for number in range(looks)), 0.09])
    now = [0.0]
    own = OwnTime(1, share=lambda pid: Share(True, next(used)), clock=lambda: now[0])
    own.look()
    for _ in range(looks):
        now[0] += tick / 100
        own.look()
    assert own.seconds == pytest.approx(0.09)
    now[0] += 1.0
    own.look()
    assert own.seconds == pytest.approx(0.09, abs=tick)


def test_one_that_could_go_on_a_while_ago_was_not_waiting_all_the_time() -> None:
    seen = [Share(False, 0.0), Share(True, 0.0), Share(False, 0.0), Share(False, 0.0)]
    assert time_of(seen) == pytest.approx(2 * TURN)


def test_where_the_system_does_not_say_all_time_is_its_own() -> None:
    assert time_of([None] * 10) == pytest.approx(10 * TURN)


def test_a_watcher_that_had_no_turn_has_not_seen_any_time_pass() -> None:
    now = [0.0]
    own = OwnTime(None, clock=lambda: now[0])
    now[0] = 60.0
    own.look()
    assert own.seconds == LONGEST_TURN
    assert not own.ready
    own.restart()
    assert own.seconds == 0.0


@pytest.mark.parametrize("ready", [True, False])
def test_whether_it_could_go_on_is_known(ready: bool) -> None:
    own = OwnTime(1, share=lambda pid: Share(ready, 0.0))
    assert not own.ready, "nobody has asked yet"
    own.look()
    assert own.ready == ready


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says it")
def test_what_the_system_says() -> None:
    command = [sys.executable, "-c", "input(); print(sum(range(20_000_000))); input()"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        until(process.pid, ready=False)
        before = share_of(process.pid)
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.read(1)
        until(process.pid, ready=False)
        after = share_of(process.pid)
        assert before is not None
        assert after is not None
        assert after.used > before.used
        os.kill(process.pid, signal.SIGSTOP)
        assert not until(process.pid, ready=False).ready
        process.kill()
        assert until(process.pid, ready=True).ready, "it has ended, and nobody knows yet"
    assert share_of(process.pid) is None
    own = share_of(os.getpid())
    assert own is not None
    assert own.ready
    assert own.used == pytest.approx(sum(os.times()[:2]), abs=0.1)


def until(pid: int, *, ready: bool) -> Share:
    """What is said of a process, once it is as ready as this."""
    while True:
        share = share_of(pid)
        assert share is not None
        if share.ready == ready:
            return share
