"""A deterministic concurrency test engine for Python threads.

    from taskqueue_harness import explore

    def program():
        ...                       # starts threads, waits for them, asserts what must hold

    explore(program).check()

`explore` runs the program under many schedules, `replay` under one. See `explore` for arguments,
`Result` for what comes back, `Bounds` for what limits an execution.
"""

from __future__ import annotations

from taskqueue_harness.explore import Exploration, explore, replay
from taskqueue_harness.faults import fault_point
from taskqueue_harness.kernel import Bounds, Outcome, Step
from taskqueue_harness.result import ExplorationFailed, Result
from taskqueue_harness.schedule import BadToken, Schedule, decode
from taskqueue_harness.strategies import STRATEGIES, Strategy
from taskqueue_harness.world.loader import Unloadable

__all__ = [
    "STRATEGIES",
    "BadToken",
    "Bounds",
    "Exploration",
    "ExplorationFailed",
    "Outcome",
    "Result",
    "Schedule",
    "Step",
    "Strategy",
    "Unloadable",
    "decode",
    "explore",
    "fault_point",
    "replay",
]
