"""Operations: what a thread is about to do to something that other threads can see.

A controlled thread stops in front of each operation and says what it is (`Op`), to what (`obj`)
and what makes it possible (`guard`, an object that is true while the operation can run). The
scheduler picks a thread; the operation then runs in one piece.

Two operations are *dependent* if their order can matter. Exploration with partial-order reduction
visits one schedule for each order of dependent operations, so a pair wrongly called independent
hides behaviour, and a pair wrongly called dependent only costs time. An operation is described by
*accesses*, pairs of location and mode. Reads commute with reads, additions with additions (a count
going down does not care who took it down first), and everything else on one location is in order.

What cannot be reversed is no access at all: a lock's release makes the next acquisition possible,
and so always comes before it. Such order is carried by *stamps*: the release leaves its stamp in
the lock and the acquisition takes it out. Hence two acquisitions of a lock are dependent, a release
and a blocking acquisition are not (Flanagan and Godefroid, POPL 2005, "may be co-enabled"), but a
release and an attempt that can fail are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from taskqueue_harness.fiber import Fiber

READ: Final = 0
WRITE: Final = 1
ADD: Final = 2

Access = tuple[int, int]
"""Location key and mode. Keys are valid within one execution only."""

Accesses = tuple[Access, ...]

# The parts of an object that operations can touch apart from each other.
TAKE: Final = 0  # the end at which something is taken: a lock's acquisition, a queue's get
GIVE: Final = 1  # the end at which something is given: a lock's release, a queue's put
COUNT: Final = 2  # a queue's count of unfinished tasks

THREADS: Final = -1
"""The key of the list of all threads; keys of variables begin below it."""

_PART_BITS: Final = 2


def clash(first: int, second: int) -> bool:
    """True if accesses of these modes to one location are dependent."""
    return first == WRITE or second == WRITE or first != second


class Op:
    """A kind of operation: its name and the parts of its object that it accesses.

    `late` replaces `parts` for an operation whose time is up: it can find its object available or
    not, so it observes what a patient one would not. `observes` marks operations that change
    nothing by themselves, or not always: an operation that does change something then says so by
    `Kernel.changed`. A thread that only repeats such operations is polling.
    """

    __slots__ = ("late", "name", "observes", "parts")

    def __init__(
        self,
        name: str,
        parts: tuple[Access, ...] = (),
        *,
        late: tuple[Access, ...] | None = None,
        observes: bool = False,
    ) -> None:
        self.name = name
        self.parts = parts
        self.late = parts if late is None else late
        self.observes = observes

    def accesses(self, fiber: Fiber) -> Accesses:
        """What the pending operation of `fiber`, which is of this kind, accesses."""
        parts = self.late if fiber.expired else self.parts
        if not parts:
            return ()
        base = id(fiber.obj) << _PART_BITS
        return tuple([(base | part, mode) for part, mode in parts])

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


class MemoryOp(Op):
    """A read or write of a shared variable; the object is the location, numbered by the world."""

    __slots__ = ("mode",)

    def __init__(self, name: str, mode: int) -> None:
        super().__init__(name, observes=mode == READ)
        self.mode = mode

    def accesses(self, fiber: Fiber) -> Accesses:
        # Negative keys: apart from those made of addresses.
        return ((~fiber.obj.key, self.mode),)


class MemoryManyOp(Op):
    """Several accesses to shared variables in one step; the object is the sequence of them."""

    __slots__ = ()

    def __init__(self, name: str, *, observes: bool) -> None:
        super().__init__(name, observes=observes)

    def accesses(self, fiber: Fiber) -> Accesses:
        return tuple([(~location.key, WRITE if write else READ) for location, write in fiber.obj])


class Attempt(Op):
    """An operation that fails where it may not wait and its object has no `resource` left.

    A failure changes nothing, so it only observes: else it would hide from a thread that waits for
    the resource who really took it.
    """

    __slots__ = ("patient", "resource")

    def __init__(
        self,
        name: str,
        parts: tuple[Access, ...],
        resource: str,
        *,
        late: tuple[Access, ...] | None = None,
        observes: bool = False,
    ) -> None:
        super().__init__(name, parts, late=late, observes=observes)
        self.patient = late is not None
        self.resource = resource

    def accesses(self, fiber: Fiber) -> Accesses:
        if self.patient and not fiber.expired:
            parts = self.parts
        else:
            parts = self.late if getattr(fiber.obj, self.resource) else _OBSERVE
        base = id(fiber.obj) << _PART_BITS
        return tuple([(base | part, mode) for part, mode in parts])


class GivingUp(Op):
    """``Condition.wait``: waits on the condition, and gives the condition's lock back."""

    __slots__ = ()

    def accesses(self, fiber: Fiber) -> Accesses:
        condition: Any = fiber.obj
        return (
            (id(condition) << _PART_BITS | TAKE, WRITE),
            (id(condition._lock) << _PART_BITS | GIVE, WRITE),
        )


class Releasing(Op):
    """``Lock.release``: whoever does not hold the lock may find it free, and fails then."""

    __slots__ = ()

    def accesses(self, fiber: Fiber) -> Accesses:
        base = id(fiber.obj) << _PART_BITS
        if fiber.obj._virtual_owner is fiber:
            return ((base | GIVE, WRITE),)
        return ((base | TAKE, READ), (base | GIVE, WRITE))


class Converting(Op):
    """A queue's mutex is asked for: whoever takes that later comes after all that was done to it.

    In the object's ``_next_mutex``, since there is no other yet.
    """

    __slots__ = ()

    def accesses(self, fiber: Fiber) -> Accesses:
        mutex = id(fiber.obj._virtual_next_mutex) << _PART_BITS
        return (*super().accesses(fiber), (mutex | TAKE, WRITE))


class ThreadOp(Op):
    """An operation on a thread that changes, or looks at, which threads there are."""

    __slots__ = ("mode",)

    def __init__(
        self, name: str, parts: tuple[Access, ...], mode: int, *, observes: bool = False
    ) -> None:
        super().__init__(name, parts, observes=observes)
        self.mode = mode

    def accesses(self, fiber: Fiber) -> Accesses:
        return (*super().accesses(fiber), (THREADS, self.mode))


def both_ends(obj: object) -> tuple[int, int]:
    """The keys of the two ends of a primitive."""
    base = id(obj) << _PART_BITS
    return base | TAKE, base | GIVE


def dependent(first: Accesses, second: Accesses) -> bool:
    """True if two operations, by their accesses, may not commute."""
    for key, mode in first:
        for other_key, other_mode in second:
            if key == other_key and (mode == WRITE or other_mode == WRITE or mode != other_mode):
                return True
    return False


_OBSERVE: Final = ((TAKE, READ), (GIVE, READ))
_TRY: Final = ((TAKE, WRITE), (GIVE, READ))

# Threads. The object is the Thread, or what stands for it.
BEGIN: Final = Op("begin")
START: Final = ThreadOp("start", ((TAKE, WRITE), (GIVE, WRITE)), ADD)
EXIT: Final = ThreadOp("exit", ((TAKE, WRITE),), ADD)
# The main thread stays in the list until the process ends.
MAIN_EXIT: Final = Op("exit", ((TAKE, WRITE),))
LIST: Final = ThreadOp("list threads", (), READ, observes=True)
IDENT: Final = Op("ident", ((GIVE, READ),), observes=True)
# Whoever joins has found the thread started.
JOIN: Final = Op("join", ((GIVE, READ),), late=((TAKE, READ), (GIVE, READ)), observes=True)
IS_ALIVE: Final = Op("is_alive", ((TAKE, READ),), observes=True)
SHUTDOWN: Final = Op("wait for non-daemon threads")
YIELD: Final = Op("yield", observes=True)
SLEEP: Final = Op("sleep", observes=True)

# Locks. Taking and giving back a mutex by itself changes nothing for good.
ACQUIRE: Final = Attempt("acquire", ((TAKE, WRITE),), "_virtual_free", late=_TRY, observes=True)
TRY_ACQUIRE: Final = Attempt("try to acquire", _TRY, "_virtual_free", observes=True)
RELEASE: Final = Releasing("release", observes=True)
LOCKED: Final = Op("locked", _OBSERVE, observes=True)

# Conditions, events, semaphores.
WAIT: Final = GivingUp("wait", observes=True)
WAKE: Final = Op("wake", late=((TAKE, READ),), observes=True)
NOTIFY: Final = Op("notify", ((TAKE, WRITE),))
SET: Final = Op("set", ((TAKE, WRITE),))
CLEAR: Final = Op("clear", ((TAKE, WRITE),))
IS_SET: Final = Op("is_set", ((TAKE, READ),), observes=True)
EVENT_WAIT: Final = Op("wait", ((TAKE, READ),), observes=True)
DOWN: Final = Attempt("acquire", ((TAKE, WRITE),), "_virtual_units", late=_TRY, observes=True)
TRY_DOWN: Final = Attempt("try to acquire", _TRY, "_virtual_units", observes=True)
UP: Final = Op("release", ((GIVE, WRITE),))
BOUNDED_UP: Final = Op("release", ((TAKE, READ), (GIVE, WRITE)))

# Queues.
_OFFER: Final = ((TAKE, READ), (GIVE, WRITE))
PUT: Final = Attempt("put", ((GIVE, WRITE),), "_virtual_room", late=_OFFER)
# On a stack, what is taken next is what was put last.
_BOTH: Final = ((TAKE, WRITE), (GIVE, WRITE))
PUSH: Final = Attempt("put", _BOTH, "_virtual_room", late=_BOTH)
TRY_PUSH: Final = Attempt("put_nowait", _BOTH, "_virtual_room", observes=True)
GET: Final = Attempt("get", ((TAKE, WRITE),), "_virtual_stamps", late=_TRY, observes=True)
TRY_PUT: Final = Attempt("put_nowait", _OFFER, "_virtual_room", observes=True)
TRY_GET: Final = Attempt("get_nowait", _TRY, "_virtual_stamps", observes=True)
SIZE: Final = Op("size", _OBSERVE, observes=True)
TASK_DONE: Final = Op("task_done", ((COUNT, ADD),))
# By a thread that has taken no item for it: it fails where too few have been put so far.
UNEARNED_DONE: Final = Op("task_done", ((GIVE, READ), (COUNT, WRITE)))
UNFINISHED: Final = Op("unfinished tasks", ((GIVE, READ), (COUNT, READ)), observes=True)
QUEUE_JOIN: Final = Op("join", ((COUNT, READ), (GIVE, READ)), observes=True)
SHUT: Final = Op("shutdown", ((TAKE, WRITE), (GIVE, WRITE), (COUNT, WRITE)))
CONVERT: Final = Converting("mutex", ((TAKE, WRITE), (GIVE, WRITE), (COUNT, WRITE)))

# Latches. Signals commute; who waits for a number of them has heard of all that were given.
SIGNAL: Final = Op("signal", ((COUNT, ADD),))
AWAIT: Final = Op("await", ((COUNT, READ),), observes=True)

# Shared memory, seen where the source is rewritten.
MEMORY_READ: Final = MemoryOp("read", READ)
MEMORY_WRITE: Final = MemoryOp("write", WRITE)
MEMORY_READS: Final = MemoryManyOp("read", observes=True)
MEMORY_MANY: Final = MemoryManyOp("access", observes=False)
