"""The virtual ``signal``: handlers of one execution, called in its main thread.

All threads of an execution share one OS thread, and that is not the process's main one: there the
real module would refuse a handler to whom it must be allowed.  What asks the operating system for
a signal (alarms, timers, ``os.kill``) is the real thing, and none of an execution's.
"""

from __future__ import annotations

import errno
import os
import signal as real
import sys
import types
from collections.abc import Iterable
from typing import Any

from taskqueue_harness.kernel import Kernel
from taskqueue_harness.world import clock

__all__ = ["Handlers"]

_IGNORED = frozenset(
    number
    for name in ("SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH")
    if (number := getattr(real, name, None)) is not None
)
"""Signals whose default action is none."""

Handler = Any
"""`signal.SIG_IGN`, `signal.SIG_DFL`, or what is called with a number and a frame."""


class Handlers:
    """Who handles which signal; the virtual module is `module`."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._chosen: dict[int, Handler] = {}
        kernel.handle = self._handle
        self.module = types.ModuleType("signal", real.__doc__)
        names = vars(self.module)
        names.update({name: value for name, value in vars(real).items() if name[:2] != "__"})
        for function in (
            self._signal,
            self._getsignal,
            self._raise_signal,
            self._siginterrupt,
            self._sigtimedwait,
            self._set_wakeup_fd,
        ):
            if function.__name__[1:] in names:  # not everything is there everywhere
                names[function.__name__[1:]] = function

    def reset(self) -> None:
        """As when a process begins."""
        self._chosen.clear()

    def action(self, number: int) -> Handler:
        """What is done about a signal.

        Raises:
            ValueError: there is no such signal.
        """
        _check(number)
        default = real.default_int_handler if number == real.SIGINT else real.SIG_DFL
        return self._chosen.get(number, default)

    def _handle(self, number: int) -> None:
        handler = self.action(number)
        if handler is real.SIG_IGN or (handler is real.SIG_DFL and number in _IGNORED):
            return
        if handler is real.SIG_DFL:
            # The process would end without a word, which is one thing that no thread can do here.
            handler = _end_the_main_thread
        handler(number, sys._getframe(3))

    # -- the module

    def _signal(self, signalnum: int, handler: Handler, /) -> Handler:
        """Set the handler of a signal; the one before is returned."""
        kernel = self._kernel
        if kernel.active and kernel.current is not kernel.main:
            raise ValueError("signal only works in main thread of the main interpreter")
        number = int(signalnum)
        before = self.action(number)
        if number in (real.SIGKILL, real.SIGSTOP):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if not callable(handler):
            try:
                handler = real.Handlers(handler)
            except ValueError:
                raise TypeError(
                    "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
                ) from None
        self._chosen[number] = handler
        return before

    def _getsignal(self, signalnum: int, /) -> Handler:
        """The handler of a signal."""
        return self.action(int(signalnum))

    def _raise_signal(self, signalnum: int, /) -> None:
        """Have the main thread handle a signal."""
        _check(int(signalnum))
        self._kernel.interrupt(int(signalnum))

    def _siginterrupt(self, signalnum: int, flag: bool, /) -> None:
        """Whether system calls are restarted: of no interest here."""
        _check(int(signalnum))

    def _sigtimedwait(self, sigset: Iterable[int], timeout: Any, /) -> Any:
        """To wait for no signal is to sleep; any other wait is the real one."""
        wanted = list(sigset)
        if wanted or not clock.passes(timeout):
            return real.sigtimedwait(wanted, timeout)
        clock.sleep(self._kernel, timeout)
        return None

    def _set_wakeup_fd(self, fd: int, /, *, warn_on_full_buffer: bool = True) -> int:
        """Nothing is written to it: no signal of an execution comes from outside."""
        return -1

    def interrupt_main(self, signum: int = real.SIGINT, /) -> None:
        """``_thread.interrupt_main``: does nothing where the action is not a function's."""
        if callable(self.action(signum)):
            self._kernel.interrupt(signum)


def _end_the_main_thread(number: int, frame: Any) -> None:
    raise SystemExit(128 + number)


def _check(number: int) -> None:
    if not 1 <= number < real.NSIG:
        raise ValueError("signal number out of range")
