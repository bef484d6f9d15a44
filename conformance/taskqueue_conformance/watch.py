"""Tells a hang from slow progress, inside the process that runs foreign code.

A thread of its own looks, twenty times a second, at the number of events and at the processor time
used.  No event and no processor time for a while is a hang, and sooner if the kernel shows that no
thread can ever go on; no event however busy the process, for long enough, is one as well (a spin);
a run that makes progress up to the cap is too slow to be judged.  Planned silence (a scenario that
sleeps) does not count.
"""

from __future__ import annotations

import _thread
import itertools
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic as _monotonic
from time import process_time as _process_time
from time import sleep as _sleep
from typing import Any

from taskqueue_conformance.standstill import Standstill

__all__ = ["Limits", "Watch", "stacks"]

_current_frames = sys._current_frames
_get_ident = _thread.get_ident
_start_new_thread = _thread.start_new_thread
_extract_stack = traceback.extract_stack

IDLE_SHARE = 0.1
"""Less than this share of one processor counts as none: threads that poll use a little."""

LOOK_CLOSER = 0.15
"""Seconds of silence after which it is worth asking what each thread waits for."""

LONGEST_TURN = 0.5
"""Seconds from one look to the next.  Where it is more, the whole process had no turn for a while:
on a crowded machine, or stopped and continued.  That is nobody's silence."""


@dataclass(frozen=True)
class Limits:
    """In seconds.

    Attributes:
        quiet: without an event and without using the processor: a hang.
        spin: without an event, however busy: a hang. Half of it, if the process had the processor
            for that long: it was not kept from going on.
        cap: for the whole scenario; reached while there is progress: too slow.
    """

    quiet: float = 3.0
    spin: float = 10.0
    cap: float = 25.0


class Watch:
    """Watches one scenario.

    Args:
        limits: what is too long.
        progress: the number of events so far.
        awake_at: when the last planned sleep ends, in seconds of `time.monotonic`; 0 if none.
        beat: called twice a second, to tell the outside that this process is alive.
        alarm: called in the watching thread with "hang" or "slow", a sentence, and the number of
            events up to then; if it comes back with False that was overtaken and the watch goes on.
    """

    def __init__(
        self,
        limits: Limits,
        progress: Callable[[], int],
        awake_at: Callable[[], float],
        beat: Callable[[], None],
        alarm: Callable[[str, str, int], bool],
    ) -> None:
        self._limits = limits
        self._progress = progress
        self._awake_at = awake_at
        self._beat = beat
        self._alarm = alarm
        self._stopped = False
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
        limits = self._limits
        began = last_change = last_turn = _monotonic()
        seen = self._progress()
        used_at_change = _process_time()
        standstill = Standstill(frozenset({self.native_id}))
        for turn in itertools.count():
            if turn % 10 == 0:
                self._beat()
            _sleep(0.05)
            now = _monotonic()
            count = self._progress()
            last_change += max(0.0, now - last_turn - LONGEST_TURN)
            last_turn = now
            if count != seen or self._awake_at() > now:
                seen, last_change, used_at_change = count, now, _process_time()
                if now - began < limits.cap:
                    continue
            quiet, used = now - last_change, _process_time() - used_at_change
            if self._stopped:
                return
            found = self._verdict(quiet, used, now - began, standstill)
            if found is not None:
                if self._alarm(*found, count):
                    return
                last_change, used_at_change = now, _process_time()

    def _verdict(
        self, quiet: float, used: float, whole: float, standstill: Standstill
    ) -> tuple[str, str] | None:
        """What this has come to; None if there is hope.

        Args:
            quiet: seconds without an event.
            used: seconds of processor time in them.
            whole: seconds since the beginning.
            standstill: what the kernel says.
        """
        limits = self._limits
        idle = used < quiet * IDLE_SHARE
        if idle and quiet >= limits.quiet:
            return "hang", f"nothing happened for {quiet:.1f} s"
        if idle and quiet >= LOOK_CLOSER and standstill.look():
            return "hang", "all threads wait, without a time limit, for one another"
        if quiet >= limits.spin or min(quiet, used) >= limits.spin / 2:
            return "hang", f"nothing came of {used:.1f} s of processor time"
        if whole >= limits.cap:
            return "slow", f"still at work after {whole:.0f} s"
        return None


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
