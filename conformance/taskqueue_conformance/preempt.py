"""Forces thread switches inside the implementation: seeded naps on its own lines.

On 3.12 and later `sys.monitoring` sees every thread, raw ones included; before that a trace
function is set for the threads that `threading` starts and for the calling one; but not where it
would change what the implementation does (`cells`).
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterable
from time import sleep as _sleep
from types import CodeType, FrameType
from typing import Any

from taskqueue_conformance.cells import tracing_undoes

__all__ = ["Preemption"]

_settrace = sys.settrace

NAP_SHARE = 0.03
"""Of all lines, how many are followed by a nap that lets everybody else run."""

YIELD_SHARE = 0.2
"""Of all lines, how many are followed by a mere offer to switch."""


class Preemption:
    """A context in which the lines of `files` are interrupted.

    Args:
        seed: of the draws; None for no preemption at all.
        files: the source files whose lines count.
        lines: False to leave lines alone (where coverage needs the trace function).
    """

    def __init__(self, seed: int | None, files: Iterable[str], *, lines: bool = True) -> None:
        self._files = frozenset(files)
        self._random = random.Random(seed).random
        wanted = seed is not None and lines and bool(self._files)
        self.active = wanted and not tracing_undoes(self._files)
        """Whether lines are interrupted."""
        self._started = False

    def stop(self) -> None:
        """Leave all lines alone from here on; from any thread, while others are at work.

        Each thread takes off its own trace function, at the next line that it comes to.
        """
        self.active = False

    def __enter__(self) -> None:
        self._started = self.active
        if not self._started:
            return
        if sys.version_info >= (3, 12):
            self._monitor()
        else:
            threading.settrace(self._trace_call)
            sys.settrace(self._trace_call)

    def __exit__(self, *_: object) -> None:
        if not self._started:
            return
        if sys.version_info >= (3, 12):
            sys.monitoring.free_tool_id(sys.monitoring.DEBUGGER_ID)
        else:
            threading.settrace(None)
            sys.settrace(None)

    def _nap(self) -> None:
        draw = self._random()
        if draw < NAP_SHARE:
            _sleep(draw / 50)
        elif draw < YIELD_SHARE:
            _sleep(0)

    def _trace_call(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if not self.active:
            _settrace(None)
            return None
        return self._trace_line if frame.f_code.co_filename in self._files else None

    def _trace_line(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if not self.active:
            _settrace(None)
            return None
        if event == "line":
            self._nap()
        return self._trace_line

    if sys.version_info >= (3, 12):

        def _monitor(self) -> None:
            monitoring = sys.monitoring
            tool = monitoring.DEBUGGER_ID
            monitoring.use_tool_id(tool, "taskqueue-conformance")

            def on_line(code: CodeType, line: int) -> Any:
                if not self.active or code.co_filename not in self._files:
                    return monitoring.DISABLE
                self._nap()
                return None

            monitoring.register_callback(tool, monitoring.events.LINE, on_line)
            monitoring.set_events(tool, monitoring.events.LINE)
