"""A performance under the engine."""

from __future__ import annotations

from _thread import get_ident as _get_ident
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from taskqueue_conformance.engine.stage import VirtualStage
from taskqueue_conformance.history import HELPERS, MAIN, Code
from taskqueue_conformance.perform import Performance, Subject
from taskqueue_conformance.workload import Scenario

if TYPE_CHECKING:
    from taskqueue_harness import World
    from taskqueue_harness.outcome import Tid
    from taskqueue_harness.strategies.clocks import Moment

__all__ = ["VirtualPerformance"]


class VirtualPerformance(Performance):
    """Notes with each event where its thread stood, and fails where the strategy has it fail.

    Args:
        kinds: of the failures that the strategy may raise before any operation of a callback.
        interrupts: whether the strategy may interrupt run().
    """

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        stage: VirtualStage,
        number: int,
        *,
        kinds: Sequence[str] = (),
        interrupts: bool = False,
    ) -> None:
        self._kernel = world.kernel
        self._home = _get_ident()
        self.escaped = False
        """Whether a callback was called in a thread that the engine knows nothing of."""
        self._kinds = kinds
        self._interrupts = interrupts
        self.moments: list[Moment | None] = []
        """For each event, in the order of the events; None where nobody keeps clocks."""
        self.actors: dict[Tid, int] = {}
        """By thread, the actor that it is."""
        super().__init__(scenario, stage, number)

    def _make_note(self) -> Callable[[int, int, int], None]:
        events, moments, kernel = self.events, self.moments, self._kernel
        now = self.stage.now

        def note(code: int, actor: int, value: int = 0) -> None:
            if kernel.tearing:
                return  # the execution is over: what is left of it is being cleared away
            events.append((int(code), actor, value, now()))
            moments.append(kernel.moment())

        return note

    def run(self) -> None:
        kernel = self._kernel
        self.actors[kernel.current.tid] = MAIN
        # An interrupt of anything but run() is not what is looked at, nor one that comes before
        # run() has started a thread or a callback.
        kernel.interruptible = self._interrupts
        kernel.calm = kernel.fiber_count
        kernel.on_interrupt = self._interrupted
        try:
            super().run()
        finally:
            kernel.interruptible = False

    def _interrupted(self) -> None:
        self._note(Code.INTERRUPT, MAIN, 0)

    def _live(self, actor: int, q: object) -> None:
        if _get_ident() != self._home:
            self.escaped = True
            return
        self.actors.setdefault(self._kernel.current.tid, actor)
        if self.running:
            self._kernel.calm = 0
        super()._live(actor, q)

    def _point(self, actor: int) -> None:
        super()._point(actor)
        if self._kinds and actor < HELPERS:
            choice = self._kernel.draw(len(self._kinds) + 1)
            if choice:
                self._fail(actor, self._kinds[choice - 1])

    def _failure_number(self, exc: BaseException, actor: int) -> int:
        return 0 if self._kernel.tearing else super()._failure_number(exc, actor)

    def _keep_outcome(self, exc: BaseException) -> None:
        if not self._kernel.tearing:
            super()._keep_outcome(exc)

    @property
    def came_back(self) -> bool:
        """Whether run() was called and came back."""
        return any(
            code in (Code.RUN_RETURN, Code.RUN_RAISE) and actor == MAIN
            for code, actor, _, _ in self.events
        )


def perform(subject: Subject, performance: VirtualPerformance, stage: VirtualStage) -> None:
    """Construct, run, and wait until all has settled: the whole life of one queue."""
    scenario = performance.scenario
    if not performance.construct(subject):
        return
    if scenario.only_construct:
        stage.sleep(SETTLING)
        return
    performance.run_by_all()
    settle(performance, stage)
    if scenario.run_again:
        performance.run_again()
        settle(performance, stage)


SETTLING = 30.0
"""Virtual seconds for what outlives run(). Every look of a poll loop in that time is a step."""


def settle(performance: VirtualPerformance, stage: VirtualStage) -> None:
    """Let callbacks that outlive run() go on until they end or wait for good."""
    if not performance.all_begun() or not performance.all_left():
        stage.sleep(SETTLING)
