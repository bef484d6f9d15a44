"""What an execution prints and logs is kept, within a bound, and shown only if asked for."""

from __future__ import annotations

import io
import sys
import types
from typing import Any

from taskqueue_harness.kernel import Kernel


class Stream(io.TextIOBase):
    """A text stream that keeps its first `limit` characters."""

    def __init__(self, limit: int, name: str) -> None:
        self.limit = limit
        self.name = name
        self.parts: list[str] = []
        self.size = 0
        self.lost = 0

    def write(self, text: str, /) -> int:
        room = self.limit - self.size
        if room > 0:
            self.parts.append(text[:room])
            self.size += min(len(text), room)
        self.lost += max(0, len(text) - max(room, 0))
        return len(text)

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def text(self) -> str:
        """What was written, and how much of it was not kept."""
        told = "".join(self.parts)
        return told + f"\n[{self.lost} more characters not kept]" if self.lost else told


class Capture:
    """Standard output and error of one execution, and the log."""

    def __init__(self, kernel: Kernel) -> None:
        self._limit = kernel.bounds.output
        self.sys: types.ModuleType | None = None
        self.records: list[str] = []
        self.reset()

    def reset(self) -> None:
        self.out = Stream(self._limit, "<stdout>")
        self.err = Stream(self._limit, "<stderr>")
        if self.records:
            self.records.clear()
        if self.sys is not None:
            self.sys.stdout = self.sys.__stdout__ = self.out  # type: ignore[attr-defined]
            self.sys.stderr = self.sys.__stderr__ = self.err  # type: ignore[attr-defined]

    def text(self) -> str:
        """Everything that was written and logged, one stream after the other."""
        return self.out.text() + self.err.text() + "".join(f"{one}\n" for one in self.records)

    @property
    def stderr(self) -> Any:
        return self.sys.stderr if self.sys is not None else self.err

    def print(self, *values: object, file: Any = None, **options: Any) -> None:
        if file is None:
            file = self.sys.stdout if self.sys is not None else self.out
        print(*values, file=file, **options)


class _Sys(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


def _ignore(*_: object) -> None:
    """Tracing would switch the one OS thread's tracing on for all fibers at once."""


def sys_module(capture: Capture) -> types.ModuleType:
    """A ``sys`` with streams of its own; everything else is the real one."""
    module = _Sys("sys")
    capture.sys = module
    for name in ("settrace", "setprofile", "_settraceallthreads", "_setprofileallthreads"):
        setattr(module, name, _ignore)
    module.setswitchinterval = _ignore  # type: ignore[attr-defined]
    capture.reset()
    return module
