"""What a scenario needs of the world: time, gates, threads, interrupts.

`Stage` is the interface; `RealStage` is the one of real threads.  It is built on `_thread` alone
and on functions taken at import, before any foreign code runs, so that an implementation which
patches `threading` or `time` does not disturb the ones who watch it.
"""

from __future__ import annotations

import _thread
import contextlib
import random
import signal
import threading
from collections.abc import Callable
from time import monotonic_ns as _monotonic_ns
from time import sleep as _sleep
from typing import Protocol

__all__ = ["Gate", "RealStage", "Stage"]

_allocate_lock = _thread.allocate_lock
_start_new_thread = _thread.start_new_thread
_get_ident = _thread.get_ident


class Gate(Protocol):
    """Counts signals; whoever waits for a number of them goes on when it is reached."""

    def signal(self) -> None: ...

    def wait(self, count: int) -> None: ...


class Stage(Protocol):
    """The world in which a scenario is performed."""

    pause: float
    """Seconds between two looks of a step that polls."""

    def ident(self) -> int:
        """Tells the calling thread from all others."""
        ...

    def now(self) -> int:
        """Microseconds since some fixed point."""
        ...

    def sleep(self, seconds: float) -> None:
        """Be away for `seconds`; nobody takes this for a hang."""
        ...

    def gate(self, name: str) -> Gate:
        """The gate of this name, the same for everybody."""
        ...

    def spawn(self, body: Callable[[], None]) -> Callable[[], None]:
        """Start a thread; the function returned waits for its end."""
        ...

    def start(self, body: Callable[[], None]) -> None:
        """Start a thread that nobody waits for, such as a library may have; if it can be."""
        ...

    def block(self) -> None:
        """Never come back."""
        ...

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the thread that called run()."""
        ...

    def set_clock(self, back: float) -> None:
        """Set the wall clock back by so many seconds; the monotonic one goes on."""
        ...

    def jitter(self) -> None:
        """Perhaps let another thread go first."""
        ...


class _RealGate:
    def __init__(self) -> None:
        self._mutex = _allocate_lock()
        self._signals = 0
        self._waiters: list[tuple[int, _thread.LockType]] = []

    def signal(self) -> None:
        with self._mutex:
            self._signals += 1
            ready = [waiter for waiter in self._waiters if waiter[0] <= self._signals]
            self._waiters = [waiter for waiter in self._waiters if waiter[0] > self._signals]
        for _, lock in ready:
            lock.release()

    def wait(self, count: int) -> None:
        with self._mutex:
            if self._signals >= count:
                return
            lock = _allocate_lock()
            lock.acquire()
            self._waiters.append((count, lock))
        lock.acquire()


class RealStage:
    """Real threads, real time, real signals.

    Args:
        seed: of the jitter; None for none.
    """

    pause = 0.005

    def __init__(self, seed: int | None = None) -> None:
        self._gates: dict[str, _RealGate] = {}
        self._mutex = _allocate_lock()
        self._main = _get_ident()
        self._random = None if seed is None else random.Random(seed).random
        self.awake_at: dict[int, int] = {}
        """By thread, when it means to wake up (microseconds): until then its silence is planned."""

    def ident(self) -> int:
        return _get_ident()

    def now(self) -> int:
        return _monotonic_ns() // 1000

    def sleep(self, seconds: float) -> None:
        me = _get_ident()
        self.awake_at[me] = self.now() + int(seconds * 1e6)
        try:
            _sleep(seconds)
        finally:
            del self.awake_at[me]

    def gate(self, name: str) -> Gate:
        with self._mutex:
            return self._gates.setdefault(name, _RealGate())

    def spawn(self, body: Callable[[], None]) -> Callable[[], None]:
        done = _allocate_lock()
        done.acquire()

        def bootstrap() -> None:
            try:
                body()
            finally:
                done.release()

        _start_new_thread(bootstrap, ())
        return lambda: (done.acquire(), None)[1]

    def start(self, body: Callable[[], None]) -> None:
        # The one use of what an implementation may patch: it is to be seen by those who look at
        # `threading`. One that cannot be started stands by nobody.
        with contextlib.suppress(Exception):
            threading.Thread(target=body, daemon=True).start()

    def block(self) -> None:
        lock = _allocate_lock()
        lock.acquire()
        lock.acquire()

    def interrupt(self) -> None:
        signal.pthread_kill(self._main, signal.SIGINT)

    def set_clock(self, back: float) -> None:
        raise RuntimeError("the clock of this machine is left alone; that of the engine can be set")

    def jitter(self) -> None:
        if self._random is None:
            return
        draw = self._random()
        if draw < 0.15:
            _sleep(0)
        elif draw < 0.2:
            _sleep(draw / 500)
