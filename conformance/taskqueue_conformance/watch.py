"""Tells a hang from slow progress, inside the process that runs foreign code.

A thread of its own looks, twenty times a second, at the number of events and at the processor time
used.  No event and no processor time for a while is a hang, and sooner if the kernel shows that no
thread can ever go on; no event however busy the process, for long enough, is one as well (a spin);
a run that makes progress up to the cap is too slow to be judged.  Planned silence (a scenario that
sleeps) does not count, nor does time for which a crowded machine keeps threads waiting that could
go on.
"""

from __future__ import annotations

import _thread
import itertools
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic as _monotonic
from time import process_time as _process_time
from time import sleep as _sleep
from typing import Any

from taskqueue_conformance.runqueue import RunQueue, stood_in_all
from taskqueue_conformance.standstill import Standstill
from taskqueue_harness.owntime import LONGEST_TURN

__all__ = ["PATIENCE", "SPIN", "Limits", "Watch", "stacks"]

SPIN = "nothing came of"
"""How the sentence on a spin begins, and on what could not be seen to be one for certain."""

_current_frames = sys._current_frames
_get_ident = _thread.get_ident
_start_new_thread = _thread.start_new_thread
_extract_stack = traceback.extract_stack

IDLE_SHARE = 0.1
"""Less than this share of one processor counts as none: threads that poll use a little."""

LOOK_CLOSER = 0.15
"""Seconds of silence after which it is worth asking what each thread waits for."""

PATIENCE = 6
"""So many times the cap is waited for a run that makes no progress to be seen to spin, and for one
that others keep from going on."""


@dataclass(frozen=True)
class Limits:
    """In seconds.

    Attributes:
        quiet: without an event and without using the processor: a hang.
        spin: without an event, however busy: a hang, if the process had the processor for a fifth
            of that at least. Half of it, if the process had the processor for that long: it was
            not kept from going on.
        cap: for the whole scenario; reached while there is progress: too slow. Time in the run
            queue does not count, up to `PATIENCE` times the cap; and where nothing has come for
            half of that time it is that long in any case.
    """

    quiet: float = 3.0
    spin: float = 10.0
    cap: float = 25.0


@dataclass
class _Silence:
    """The time since the last event.

    Attributes:
        since: when it began, in seconds of `time.monotonic`.
        used: the processor time of the process then.
        kept: seconds of it in which a thread could have gone on and got no processor.
        looked: when the run queue was looked at last; None if it was not yet.
    """

    since: float
    used: float
    kept: float = 0.0
    looked: float | None = None


class Watch:
    """Watches one scenario.

    Args:
        limits: what is too long.
        progress: the number of events so far.
        awake_at: when the last planned sleep ends, in seconds of `time.monotonic`; 0 if none.
        beat: called twice a second, to tell the outside that this process is alive.
        calm: called once, half-way to where a silence is a spin: switches off what forces thread
            switches, and the silence begins anew; False if nothing forces any.
        alarm: called in the watching thread with "hang" or "slow", a sentence, and the number of
            events up to then; if it comes back with False that was overtaken and the watch goes on.
    """

    def __init__(
        self,
        limits: Limits,
        progress: Callable[[], int],
        awake_at: Callable[[], float],
        beat: Callable[[], None],
        calm: Callable[[], bool],
        alarm: Callable[[str, str, int], bool],
    ) -> None:
        self._limits = limits
        self._progress = progress
        self._awake_at = awake_at
        self._beat = beat
        self._calm = calm
        self._alarm = alarm
        self._stopped = False
        self._calmed = False
        self.native_id = 0
        self.ident = 0

    def start(self) -> None:
        ready = _thread.allocate_lock()
        ready.acquire()

        def body() -> None:
            self.native_id = _thread.get_native_id()
            self.ident = _get_ident()
            ready.release()
            self._body()

        _start_new_thread(body, ())
        ready.acquire()

    def stop(self) -> None:
        self._stopped = True

    def _body(self) -> None:
        began = last_turn = _monotonic()
        self._late_from = began + self._limits.cap
        seen = self._progress()
        silence = _Silence(began, _process_time())
        progressed = replace(silence)
        self._standstill = Standstill(frozenset({self.native_id}))
        self._run_queue = RunQueue(frozenset({self.native_id}))
        for turn in itertools.count():
            if turn % 10 == 0:
                self._beat()
            _sleep(0.05)
            now = _monotonic()
            count = self._progress()
            silence.since += max(0.0, now - last_turn - LONGEST_TURN)
            last_turn = now
            if count != seen or self._awake_at() > now:
                seen, silence = count, _Silence(now, _process_time())
                progressed = replace(silence)
                if now < self._late_from:
                    continue
            if self._stopped:
                return
            found = self._hang(silence, now)
            kind, sentence = "hang", found
            if found is None and self._is_late(began, now, progressed.since):
                kind, sentence = "slow", self._how_late(began, now, progressed)
            if sentence is not None:
                if self._alarm(kind, sentence, count):
                    return
                silence = _Silence(now, _process_time())

    def _is_late(self, began: float, now: float, progressed: float) -> bool:
        """Whether there is no more waiting for this run.

        One of which nothing has come for most of its time is about to be seen to spin: on a
        crowded machine that takes as long as it takes to be given the processor.

        Args:
            began, now, progressed: when it began, what time it is, and when an event was seen last.
        """
        cap = self._limits.cap
        if now - began >= cap * PATIENCE:
            return True
        if now < self._late_from or progressed - began <= cap / 2:
            return False
        stood = stood_in_all(frozenset({self.native_id}))
        self._late_from = began + min(cap + stood, cap * PATIENCE)
        return now >= self._late_from

    def _how_late(self, began: float, now: float, progressed: _Silence) -> str:
        """That it is still at work, or that it got too little of the processor to show a spin.

        Args:
            began, now: when it began, and what time it is.
            progressed: how things were when an event was seen last.
        """
        if now - progressed.since <= (now - began) / 2:
            return f"still at work after {now - began:.0f} s"
        used = _process_time() - progressed.used
        given = f"{now - progressed.since:.0f} s on a machine that others use"
        return f"{SPIN} {used:.1f} s of processor time, all that it got in {given}"

    def _hang(self, silence: _Silence, now: float) -> str | None:
        """Why this silence is a hang; None if there is hope."""
        limits = self._limits
        quiet, used = now - silence.since, _process_time() - silence.used
        if used < quiet * IDLE_SHARE and quiet >= LOOK_CLOSER:
            if self._standstill.look():
                return "all threads wait, without a time limit, for one another"
            # For whoever is at work a look would give the processor away, and get it back late.
            if self._is_its_own(silence, now, used):
                return f"nothing happened for {quiet - silence.kept:.1f} s"
        own = quiet - silence.kept
        if not self._calmed and self._spins(own, used, limits.spin / 2):
            # Of a spin lock that many wait for next to nothing comes while each line of its holder
            # is held up. A spin is what goes on without that.
            self._calmed = True
            if self._calm():
                silence.since, silence.used = now, _process_time()
                silence.kept, silence.looked = 0.0, None
                return None
        if self._spins(own, used, limits.spin):
            return f"{SPIN} {used:.1f} s of processor time"
        return None

    def _spins(self, own: float, used: float, spin: float) -> bool:
        """Whether so long a silence, with so much processor time, is a spin; see `Limits`."""
        return min(own, used) >= spin / 2 or (own >= spin and used >= spin / 5)

    def _is_its_own(self, silence: _Silence, now: float, used: float) -> bool:
        """Whether a process that is not at work has kept quiet for long enough, of its own accord.

        The time in the run queue is taken from its silence, and that for which it had the
        processor: one of which a thread is ready all the time is never quiet.
        """
        enough = self._limits.quiet
        if silence.looked is None:
            silence.looked = now
            self._run_queue.look()
        passed = now - silence.looked
        since = silence.since + used
        if now - since - silence.kept < enough or passed < enough / 3:
            return False
        silence.looked = now
        kept = min(self._run_queue.look(), passed)
        if kept >= passed * IDLE_SHARE:  # those that poll wait for moments, on any machine
            silence.kept += kept
        return now - since - silence.kept >= enough


def stacks(names: Mapping[int, str], leave_out: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """The stacks of all threads: for each its name and its frames as ``file:line in function``.

    Args:
        names: of threads, by ident.
        leave_out: idents of threads that are not shown.
    """
    shown = []
    for ident, frame in _current_frames().items():
        if ident in leave_out:
            continue
        entries = [
            f"{entry.filename}:{entry.lineno} in {entry.name}: {(entry.line or '').strip()}"
            for entry in _extract_stack(frame)
        ]
        shown.append({"thread": names.get(ident, f"thread {ident}"), "frames": entries[-12:]})
    return shown[:80]
