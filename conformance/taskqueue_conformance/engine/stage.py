"""The virtual stage: what a scenario needs of the world, as operations of the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taskqueue_harness import operations as ops
from taskqueue_harness.world.clock import sleep
from taskqueue_harness.world.latch import Latch
from taskqueue_harness.world.thread import join

if TYPE_CHECKING:
    from taskqueue_harness import World
    from taskqueue_harness.fiber import Fiber
    from taskqueue_harness.outcome import Tid

__all__ = ["VirtualStage"]


class _Helper:
    """Stands for a thread of the scenario's own, in the operations on it."""

    def _virtual_name(self) -> str:
        return "a helper thread"


def _slow(clock: Callable[[], Any], less: float) -> Callable[[], Any]:
    return lambda: clock() - less


class VirtualStage:
    """Virtual threads and virtual time. A new one for each execution."""

    pause = 0.5
    """Seconds between two looks of a step that polls; time moves only when nothing else can."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kernel = world.kernel
        self._gates: dict[str, Latch] = {}
        self._own: set[Tid] = set()

    def now(self) -> int:
        return round(self._kernel.time() * 1e6)

    def ident(self) -> int:
        return self._kernel.current.ident

    def sleep(self, seconds: float) -> None:
        sleep(self._kernel, seconds)

    def gate(self, name: str) -> Latch:
        gate = self._gates.get(name)
        if gate is None:
            gate = self._gates[name] = Latch(self._kernel, f"gate '{name}'")
        return gate

    def spawn(self, body: Callable[[], None]) -> Callable[[], None]:
        """As a thread of the implementation's, but that its start never fails."""
        kernel = self._kernel
        fiber, helper = kernel.current, _Helper()
        fiber.op = ops.START
        fiber.obj = helper
        fiber.guard = True
        kernel.point()
        child = kernel.spawn(body, (), {}, daemon=True, wait=False)
        child.subject = helper
        self._own.add(child.tid)
        return lambda: join(kernel, helper, child, None)

    def start(self, body: Callable[[], None]) -> None:
        self.spawn(body)

    def block(self) -> None:
        self.gate("never").wait(1)

    def interrupt(self) -> None:
        raise RuntimeError("under the engine it is the strategy that interrupts run()")

    def set_clock(self, back: float) -> None:
        time = self._world.module("time")
        for name, less in (("time", back), ("time_ns", round(back * 1e9))):
            setattr(time, name, _slow(getattr(time, name), less))

    def jitter(self) -> None:
        """There is no need: any thread may go first at any operation."""

    def known_before(self) -> None:
        """The threads that are there by now are none that a queue has started."""
        self._own |= {one.tid for one in self._kernel.live}

    def left_over(self) -> list[Fiber]:
        """The threads that are there, but for those known before and the scenario's own."""
        return [one for one in self._kernel.live if one.tid not in self._own]
