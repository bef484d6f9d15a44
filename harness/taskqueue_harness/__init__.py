"""A deterministic concurrency test engine for Python threads.

    from taskqueue_harness import explore

    def program():
        ...                       # starts threads, waits for them, asserts what must hold

    explore(program).check()

`explore` runs the program under many schedules, `replay` under one. See `explore` for arguments,
`Result` for what comes back, `Bounds` for what limits an execution.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskqueue_harness.exploration import Exploration
    from taskqueue_harness.explore import explore, replay
    from taskqueue_harness.faults import fault_point
    from taskqueue_harness.minimise import Minimised
    from taskqueue_harness.outcome import Bounds, Outcome, Step
    from taskqueue_harness.result import ExplorationFailed, Result
    from taskqueue_harness.schedule import BadToken, Schedule, decode
    from taskqueue_harness.strategies import STRATEGIES, Strategy
    from taskqueue_harness.world.loader import World
    from taskqueue_harness.world.program import Driver
    from taskqueue_harness.world.sources import Unloadable

_HOMES = {
    "exploration": ("Exploration",),
    "explore": ("replay",),
    "faults": ("fault_point",),
    "minimise": ("Minimised",),
    "outcome": ("Bounds", "Outcome", "Step"),
    "result": ("ExplorationFailed", "Result"),
    "schedule": ("BadToken", "Schedule", "decode"),
    "strategies": ("STRATEGIES", "Strategy"),
    "world.loader": ("World",),
    "world.program": ("Driver",),
    "world.sources": ("Unloadable",),
}
"""Where the public names live. They are imported when they are asked for: pytest loads the plugin
of this package into every run, which must not pay for the engine."""


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Package(types.ModuleType):
    """This package. Its `explore` is the function, whoever imports the module of that name."""

    @property
    def explore(self) -> Any:
        return importlib.import_module(f"{__name__}.explore").explore

    @explore.setter
    def explore(self, value: object) -> None:
        """What the import system binds: the module."""


sys.modules[__name__].__class__ = _Package

__all__ = [
    "STRATEGIES",
    "BadToken",
    "Bounds",
    "Driver",
    "Exploration",
    "ExplorationFailed",
    "Minimised",
    "Outcome",
    "Result",
    "Schedule",
    "Step",
    "Strategy",
    "Unloadable",
    "World",
    "decode",
    "explore",
    "fault_point",
    "replay",
]
