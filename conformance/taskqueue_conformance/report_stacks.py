"""The stacks of a hang, thinned for a reader: the implementation's own lines and where it waits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

__all__ = ["Frame", "Group", "parse", "thin"]

_FRAME = re.compile(r"(?P<file>.+?):(?P<line>\d+) in (?P<function>[^:]+):? ?(?P<source>.*)", re.S)

_SUITE = ("taskqueue_conformance", "taskqueue_harness")
_LIBRARY = re.compile(r"[/\\](site-packages|dist-packages|lib(64)?[/\\]python3[^/\\]*)[/\\]", re.I)


@dataclass(frozen=True)
class Frame:
    """One line of a stack; `own` if it is in a file of the implementation."""

    file: str
    line: int
    function: str
    source: str
    own: bool

    def __str__(self) -> str:
        source = f": {self.source}" if self.source else ""
        return f"{PurePath(self.file).name}:{self.line} in {self.function}{source}"


@dataclass(frozen=True)
class Group:
    """Threads that stand at the same place, and the frames that tell where."""

    threads: tuple[str, ...]
    frames: tuple[Frame, ...]


def parse(text: str, files: Sequence[str]) -> Frame | None:
    """A frame as `watch.stacks` writes it, ``file:line in function: source``; None for others."""
    match = _FRAME.fullmatch(text)
    if match is None:
        return None
    file = match["file"]
    return Frame(file, int(match["line"]), match["function"], match["source"], file in files)


def thin(stacks: Sequence[Mapping[str, Any]], files: Sequence[str]) -> list[Group]:
    """What is left of `stacks` when libraries and the suite are left out.

    The innermost frame of every thread stays, whatever it belongs to: it says what the thread
    waits for.  Threads with the same frames are put together; run() comes first, then producer
    and consumers, then threads without a name.

    Args:
        stacks: as `watch.stacks` gives them.
        files: the source files of the implementation.
    """
    groups: dict[tuple[Frame, ...], list[str]] = {}
    for entry in sorted(stacks, key=lambda entry: _rank(str(entry["thread"]))):
        frames = [parse(str(text), files) for text in entry["frames"]]
        found = [frame for frame in frames if frame is not None]
        kept = [frame for frame in found[:-1] if frame.own or _foreign(frame.file)] + found[-1:]
        groups.setdefault(tuple(kept), []).append(str(entry["thread"]))
    return [Group(tuple(threads), frames) for frames, threads in groups.items()]


def _foreign(file: str) -> bool:
    """Whether a file is the user's, though not one of those that hold the implementation."""
    frozen = file.startswith("<")
    suite = any(part in _SUITE for part in PurePath(file).parts)
    return not (frozen or suite or _LIBRARY.search(file))


def _rank(thread: str) -> tuple[int, int, str]:
    number = int(found[0]) if (found := re.findall(r"\d+", thread)) else 0
    for rank, beginning in enumerate(("run()", "the producer", "consumer", "a helper")):
        if thread.startswith(beginning):
            return rank, number, thread
    return 9, number, thread
