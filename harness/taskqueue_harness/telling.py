"""What an execution does, in words and frames: its steps, where threads stand, what blocks them."""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from taskqueue_harness import operations as ops
from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.files import OWN_FILES
from taskqueue_harness.outcome import Blocked, Step, name_of

if TYPE_CHECKING:
    from taskqueue_harness.kernel import Kernel


def stack(fiber: Fiber) -> list[FrameType]:
    """The frames of a fiber, innermost first, without those of this package."""
    if not fiber.started or fiber.switch is None:
        return []
    glet: Any = fiber.switch.__self__
    frame: FrameType | None = sys._getframe() if glet is getcurrent() else glet.gr_frame
    found = []
    while frame is not None:
        if not frame.f_code.co_filename.startswith(OWN_FILES):
            found.append(frame)
        frame = frame.f_back
    return found


def frames(fiber: Fiber) -> list[tuple[str, int, str]]:
    """Where a fiber stands: file, line and function, innermost first, our own left out."""
    return [
        (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name) for frame in stack(fiber)
    ]


def step(kernel: Kernel, chosen: Alternative, count: int) -> Step:
    """The step that an execution is about to take, one of `count` alternatives.

    `kernel` learns the name of its thread, if that is the first one.
    """
    deviation = ""
    if type(chosen) is Deviation:
        deviation, fiber = chosen.kind, chosen.fiber
    else:
        fiber = chosen  # type: ignore[assignment]
    if fiber.tid not in kernel.names:
        kernel.names[fiber.tid] = _thread_name(fiber)
    return Step(
        fiber.tid,
        fiber.op.name,
        describe(fiber.obj),
        deviation,
        frames(fiber),
        count,
        fiber.op.accesses(fiber),
        kernel.clock,
        _about_to_read(kernel, fiber),
    )


def _about_to_read(kernel: Kernel, fiber: Fiber) -> str:
    if fiber.op is not ops.MEMORY_READ or kernel.locations is None:
        return ""
    standing = stack(fiber)
    found: str = kernel.locations.peek(fiber.obj, standing[0] if standing else None)
    return found


def blocked(fiber: Fiber) -> Blocked:
    """What a fiber waits for that will not come, and who has it."""
    holder = getattr(fiber.obj, "_virtual_owner", None)
    joined = getattr(fiber.obj, "_virtual_fiber", None) if fiber.op.name == "join" else None
    return Blocked(
        fiber.tid,
        _thread_name(fiber),
        fiber.op.name,
        describe(fiber.obj),
        holder.tid if isinstance(holder, Fiber) and not fiber.guard else None,
        frames(fiber),
        joined.tid if isinstance(joined, Fiber) else None,
    )


def _thread_name(fiber: Fiber) -> str:
    thread = fiber.thread
    if thread is not None:
        return str(getattr(thread, "_name", None) or name_of(fiber.tid))
    return "MainThread" if not fiber.tid else f"thread {name_of(fiber.tid)}"


def describe(thing: Any) -> str:
    """A shared object in print: its type, and what it is called if that is known."""
    if isinstance(thing, Fiber):
        return repr(thing)
    if isinstance(thing, (list, tuple)):
        return ", ".join(str(location) for location, _ in thing)
    teller = getattr(type(thing), "_virtual_name", None)
    if teller is not None:
        return str(teller(thing))
    if hasattr(thing, "key"):
        return str(thing)
    return type(thing).__name__
