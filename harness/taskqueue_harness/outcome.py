"""What limits an execution, and how one can end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from taskqueue_harness import operations as ops

Verdict = Literal[
    "done",
    "failed",
    "deadlock",
    "stuck",
    "livelock",
    "unfinished",
    "uncontrolled",
    "diverged",
    "redundant",
]
"""How an execution ended. *unfinished*: at the limit of operations, while the clock went on towards
the end of somebody's wait: nothing can be said of it."""

INCONCLUSIVE: tuple[Verdict, ...] = ("diverged", "uncontrolled", "unfinished")
"""From these nothing can be concluded."""

Tid = tuple[int, ...]


def name_of(tid: Tid) -> str:
    """A thread identity in print: ``main``, ``1``, ``1.2``."""
    return ".".join(str(number) for number in tid) if tid else "main"


@dataclass(frozen=True)
class Bounds:
    """What limits an execution. Every one of them is part of a result, and of a token."""

    early_timeouts: int = 1
    """How many timed waits of one execution may end early (b)."""
    polls: int = 3
    """How often a thread may repeat an observation in vain before others go first (p)."""
    faults: int = 0
    """How many faults one execution may have: raised faults, failed starts, interrupts (f)."""
    failed_starts: bool = True
    """Whether a fault may be a thread that cannot be started."""
    interrupts: bool = True
    """Whether a fault may be a KeyboardInterrupt in the main thread."""
    steps: int = 20_000
    """Operations per execution. Half of them are left to a fair scheduler: see *livelock*."""
    output: int = 65_536
    """Characters kept of what an execution prints and logs."""

    def __str__(self) -> str:
        text = f"b={self.early_timeouts} early timeouts, p={self.polls} polls"
        text += f", f={self.faults} faults"
        return text


@dataclass
class Blocked:
    """A thread that waits at the end of an execution: for what, and who has it."""

    tid: Tid
    name: str
    operation: str
    what: str
    held_by: Tid | None
    frames: list[tuple[str, int, str]]
    joins: Tid | None = None
    """The thread whose end it waits for."""


@dataclass
class Step:
    """One operation of a recorded execution."""

    tid: Tid
    operation: str
    what: str
    deviation: str
    frames: list[tuple[str, int, str]]
    choices: int
    """How many alternatives there were."""
    accesses: ops.Accesses = field(default=(), compare=False)
    """With keys that are valid within this execution only."""
    time: float = 0.0
    found: str = field(default="", compare=False)
    """What a read is about to find, if that is known and plain enough to be printed."""


@dataclass
class Outcome:
    """How one execution ended."""

    verdict: Verdict
    choices: list[int]
    steps: int
    message: str = ""
    exception: BaseException | None = None
    traceback: str = ""
    failed_tid: Tid | None = None
    blocked: list[Blocked] = field(default_factory=list)
    threads: int = 1
    clock: float = 0.0
    cut: str = ""
    """The limit that cut the execution, or from which on nobody chose, if it came to one."""
    offered: int = 0
    """Points with more than one alternative."""
    value: Any = None
    end: Verdict = "done"
    """The verdict apart from what had failed before the end: ``deadlock`` behind a ``failed``."""
    kind: Any = None
    """What another failure must have in common with this one to be the same, if a judge said so."""
    trace: list[Step] = field(default_factory=list)
    names: dict[Tid, str] = field(default_factory=dict)

    @property
    def says_something(self) -> bool:
        """Whether it came to an end of its own that is not known from another execution."""
        return self.verdict not in ("redundant", "unfinished", "uncontrolled")
