"""Coverage of the plugged implementation: measured in the children, put together by the suite.

Each child writes a data file of its own, also when it is about to be ended as hung.
"""

from __future__ import annotations

import importlib.machinery
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

# Imported when it is asked for: each fork would carry it along.
if TYPE_CHECKING:
    from coverage import Coverage

__all__ = ["Unreached", "begin", "combine", "finish"]


@dataclass(frozen=True)
class Unreached:
    """What of one file no scenario reached.

    Attributes:
        file: its path.
        statements: how many executable lines it has.
        lines: the ones not reached.
        branches: (from, to) line pairs not taken.
    """

    file: str
    statements: int
    lines: tuple[int, ...]
    branches: tuple[tuple[int, int], ...]


def begin(settings: Mapping[str, str], target: str) -> Coverage:
    """Start measuring; `settings` has the folder of the data files."""
    from coverage import Coverage

    if target:
        include = _include(target)
    else:
        with open(os.path.join(settings["folder"], "include"), encoding="utf-8") as file:
            include = file.read().split("\n")
    covering = Coverage(
        data_file=os.path.join(settings["folder"], "data"),
        data_suffix=True,
        branch=True,
        config_file=False,
        include=include,
        check_preimported=False,
        messages=False,
    )
    covering._warn_no_data = False  # a scenario may well reach nothing
    if target:
        with open(os.path.join(settings["folder"], "include"), "w", encoding="utf-8") as file:
            file.write("\n".join(include))
    covering.start()
    return covering


def finish(covering: Coverage) -> None:
    """Stop and write the data file."""
    covering.stop()
    covering.save()


def _include(target: str) -> list[str]:
    """Patterns for the package, or the file, that `target` is in; found without importing it."""
    place = target.rpartition(":")[0] or target
    if place.endswith(".py"):
        return [os.path.abspath(place)]
    spec = importlib.machinery.PathFinder.find_spec(place.partition(".")[0])
    if spec is None:
        return ["*/nothing-found"]
    folders = list(spec.submodule_search_locations or ())
    return [os.path.join(folder, "*") for folder in folders] or [str(spec.origin)]


def combine(folder: str, files: Sequence[str]) -> list[Unreached]:
    """What the children that wrote into `folder` left unreached of `files`."""
    from coverage import Coverage

    covering = Coverage(data_file=os.path.join(folder, "data"), config_file=False, branch=True)
    covering.combine([folder], keep=True)
    found = []
    for file in files:
        try:
            analysis: Any = covering._analyze(file)
        except Exception:  # not measured at all
            found.append(Unreached(file, 0, (), ()))
            continue
        branches = tuple(
            (start, end)
            for start, ends in sorted(analysis.missing_branch_arcs().items())
            for end in ends
        )
        lines = tuple(sorted(analysis.missing))
        found.append(Unreached(file, len(analysis.statements), lines, branches))
    return found
