"""A thread under control, what can happen next, and who is asked what does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from taskqueue_harness import operations as ops
from taskqueue_harness.outcome import Tid, name_of

if TYPE_CHECKING:
    from taskqueue_harness.kernel import Kernel


class Deviation:
    """An alternative that is no thread's next operation.

    A *timeout* before its time, an *interrupt* of the main thread, or, where those are possible and
    nothing else is, the *clock* going on as usual.
    """

    __slots__ = ("fiber", "kind")

    def __init__(self, fiber: Fiber, kind: Literal["timeout", "interrupt", "clock"]) -> None:
        self.fiber = fiber
        self.kind: Literal["timeout", "interrupt", "clock"] = kind

    def __repr__(self) -> str:
        return f"<{self.kind} of {self.fiber}>"


class Fiber:
    """A thread under control, and the operation it is about to run."""

    __slots__ = (
        "__weakref__",
        "children",
        "daemon",
        "deadline",
        "done",
        "draws",
        "edge",
        "expired",
        "guard",
        "handle",
        "held_guard",
        "ident",
        "index",
        "joined",
        "kernel",
        "leaving",
        "locals",
        "now",
        "obj",
        "op",
        "owed",
        "run",
        "seen",
        "signal",
        "started",
        "steps",
        "subject",
        "switch",
        "thread",
        "tid",
        "waits_on",
        "where",
    )

    def __init__(self, kernel: Kernel, tid: Tid, ident: int) -> None:
        self.kernel = kernel
        self.tid = tid
        self.ident = ident
        self.op = ops.BEGIN
        self.obj: Any = self
        self.guard: Any = True
        # A polling fiber that was set aside: the guard it had before.
        self.held_guard: Any = None
        self.deadline: float | None = None
        self.expired = False
        # The clock of this thread, if an early timeout put it ahead of everyone's.
        self.now = 0.0
        self.edge: Any = None
        # The number of a signal that it has to handle first, and what it waits for then.
        self.signal = 0
        self.waits_on: tuple[Any, float | None] = (True, None)
        # Whether it is on its way out of a lock, and the signal that has to wait until it is out.
        self.leaving = False
        self.owed = 0
        self.done: list[Any] = []
        self.seen: dict[Any, int] = {}
        self.steps = 0
        self.draws = 0
        self.children = 0
        self.daemon = False
        self.joined = False
        self.index = 0
        self.started = False
        self.subject: Any = self
        self.thread: Any = None
        self.locals: list[Any] = []
        self.where: Any = None
        # Whether the program waits for this thread before it ends.
        self.handle: Any = None
        self.run: Any = None
        self.switch: Any = None

    def __repr__(self) -> str:
        return f"thread {name_of(self.tid)}"


Alternative = Fiber | Deviation


class Chooser(Protocol):
    """What the kernel asks of a strategy."""

    watches: bool
    """Whether `watch` wants to hear of every step, even those without a choice."""

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        """The index of the alternative to take, or -1 to abandon a redundant execution."""

    def draw(self, count: int, fiber: Fiber) -> int:
        """A number below `count`, where 0 is the default: does a marked fault happen, and which."""

    def barrier(self, kernel: Kernel) -> None:
        """Nothing could run; time is about to move, or pollers are let go on."""

    def watch(self, alternative: Alternative) -> None:
        """The alternative is about to run, chosen or without a choice."""

    def conclude(self, kernel: Kernel) -> None:
        """The execution is about to end; its threads still stand where they are."""


class Observer(Protocol):
    """Told what happens, beside the strategy, and asked nothing."""

    def watch(self, alternative: Alternative) -> None:
        """The alternative is about to run, chosen or without a choice."""

    def barrier(self, kernel: Kernel) -> None:
        """Nothing could run; time is about to move, or pollers are let go on."""
