"""Places in the program's own source: what a reader is shown of a stack."""

from __future__ import annotations

import linecache
import os
import traceback
import types
from collections.abc import Sequence
from typing import NamedTuple

from taskqueue_harness.files import is_library


class Place(NamedTuple):
    """A line of source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.line}"

    @property
    def source(self) -> str:
        """The text of the line, without its indentation; empty if it is not known."""
        return linecache.getline(self.file, self.line).strip()


def place_of(frames: Sequence[tuple[str, int, str]]) -> Place | None:
    """The innermost of `frames` (file, line, function) that is the program's own."""
    for file, line, _ in frames:
        if not is_library(file):
            return Place(file, line)
    return None


def standing(frame: types.FrameType) -> str:
    """Where a thread stands, as the end of a sentence; empty if not in the program's own code."""
    place = place_of(
        [
            (one.f_code.co_filename, line, one.f_code.co_name)
            for one, line in traceback.walk_stack(frame)
        ]
    )
    return "" if place is None else f", at {place}: {place.source}".rstrip(": ")


def own_traceback(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames through which an exception went, outermost first, the program's own only."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not is_library(frame.filename)]
    return own or list(frames)
