"""Performs scenarios on the plugged implementation: in children, several at a time, each once.

The tests ask for observations one by one; the bench works ahead of them, so that a hang, which
costs seconds of waiting and no processor time, overlaps with everything else.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskqueue_conformance.observation import Observation
from taskqueue_conformance.workload import Scenario
from taskqueue_harness.supervise import Outcome, Supervisor

__all__ = ["Bench", "Settings", "Unusable"]

_ROOT = str(Path(__file__).resolve().parent.parent)

AT_WORK = 2 + 2 * (os.cpu_count() or 1)
"""How many scenarios may use the processor at a time."""

WAITING = 64
"""How many may be under way in all, those that only wait included."""

SETTLING = 0.15
"""After so many seconds a scenario is taken for one that only waits, and the next may begin."""


class Unusable(Exception):
    """The implementation cannot be tested at all; the message says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """How to perform.

    Attributes:
        target: what ``--impl`` names.
        factor: of all waiting times.
        cap: seconds after which a scenario that makes progress is given up, before the factor.
        coverage_folder: where the children put their coverage data; None for no coverage.
        cwd: the directory the user is in.
    """

    target: str
    factor: float = 1.0
    cap: float = 25.0
    coverage_folder: str | None = None
    cwd: str = "."


class Bench:
    """One implementation, and everything that is observed of it.

    Raises:
        Unusable: from `open`, if it cannot be imported, built, or lacks members.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.about: dict[str, Any] = {}
        self.broken_start: str | None = None
        """How the process ended when it built one queue, if it did: nothing else will work."""
        self._supervisors: dict[bool, Supervisor] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(WAITING, thread_name_prefix="bench")
        self._at_work = threading.Semaphore(AT_WORK)
        self._futures: dict[Scenario, Future[Observation]] = {}
        self._alone = threading.Lock()
        self._in_doubt = threading.Semaphore(AT_WORK)
        self._goes_silent = False
        """Whether it was silent a second time, which tells it from a machine that is too busy."""

    def open(self) -> None:
        """Import the implementation and build one queue with it."""
        outcome = self._supervisor(optimised=False).start(20.0 * self.settings.factor)
        if outcome.result is None:
            raise Unusable(
                f"{self.settings.target} cannot be imported: {outcome.how_it_died()}"
                + _last_line(outcome)
            )
        if "error" in outcome.result:
            raise Unusable(outcome.result["error"])
        self.about = outcome.result
        smoke = self._supervisor(optimised=False).perform(
            {"smoke": True}, 5.0 * self.settings.factor
        )
        if smoke.result is None:
            self.broken_start = (
                f"subject(producer, consumers) was called, and {smoke.how_it_died()}"
            )
        elif "error" in smoke.result:
            raise Unusable(f"{self.settings.target}: {smoke.result['error']}")

    def _supervisor(self, *, optimised: bool) -> Supervisor:
        with self._lock:
            found = self._supervisors.get(optimised)
            if found is None:
                settings = self.settings
                argument = {"target": settings.target, "cwd": os.path.abspath(settings.cwd)}
                if settings.coverage_folder:
                    argument["coverage"] = {"folder": settings.coverage_folder}  # type: ignore[assignment]
                found = Supervisor(
                    "taskqueue_conformance.child:prepare",
                    "taskqueue_conformance.child:perform",
                    argument,
                    roots=[_ROOT],
                    options=["-O"] if optimised else [],
                    cwd=settings.cwd,
                )
                if optimised:
                    found.start(20.0 * settings.factor)
                self._supervisors[optimised] = found
            return found

    @property
    def not_applicable(self) -> dict[str, str]:
        """Clauses that say nothing of this implementation, each with the reason."""
        return dict(self.about.get("not_applicable", {}))

    def applicable(self, scenarios: Iterable[Scenario]) -> list[Scenario]:
        """Those that take nothing for granted which does not apply to this implementation."""
        but = self.not_applicable
        return [scenario for scenario in scenarios if not scenario.calls_on & but.keys()]

    def prefetch(self, scenarios: Iterable[Scenario]) -> None:
        """Begin with these, in this order, in the background; those that apply."""
        for scenario in self.applicable(scenarios):
            self._future(scenario)

    def observe(self, scenario: Scenario) -> Observation:
        """What was seen of this scenario; performed at most once."""
        return self._future(scenario).result()

    def observe_all(self, scenarios: Sequence[Scenario]) -> list[Observation]:
        """What was seen of each, in their order."""
        self.prefetch(scenarios)
        return [self.observe(scenario) for scenario in scenarios]

    def again(self, scenario: Scenario) -> Observation:
        """Perform it once more, with nothing else at work if that can be had."""
        with self._alone:
            return self._perform(scenario)

    @property
    def hangs(self) -> int:
        """How many of the scenarios performed so far hung, or ended their process."""
        return sum(one.hung or one.died is not None for one in self._observed())

    @property
    def slow_ones(self) -> int:
        """How many of the scenarios performed so far were given up although they made progress."""
        return sum(one.slow is not None for one in self._observed())

    def _observed(self) -> list[Observation]:
        done = [future for future in list(self._futures.values()) if future.done()]
        return [future.result() for future in done if not future.cancelled()]

    def _future(self, scenario: Scenario) -> Future[Observation]:
        with self._lock:
            future = self._futures.get(scenario)
            if future is None:
                future = self._pool.submit(self._perform_in_turn, scenario)
                self._futures[scenario] = future
            return future

    def _perform_in_turn(self, scenario: Scenario) -> Observation:
        # A place among those at work is held until the scenario is done or has settled to wait.
        self._at_work.acquire()
        held = threading.Lock()

        def give_up_place() -> None:
            if held.acquire(blocking=False):
                self._at_work.release()

        timer = threading.Timer(SETTLING, give_up_place)
        timer.daemon = True
        timer.start()
        try:
            return self._perform(scenario)
        finally:
            timer.cancel()
            give_up_place()

    def _perform(self, scenario: Scenario) -> Observation:
        factor = self.settings.factor
        cap = self.settings.cap * factor
        payload = {
            "scenario": scenario.to_json(),
            "limits": {"quiet": 3.0 * factor, "spin": 10.0 * factor, "cap": cap},
        }
        supervisor = self._supervisor(optimised=scenario.optimised)

        def perform() -> Outcome:
            return supervisor.perform(payload, cap + 5.0, 3.0 * factor, silence=4.0 * factor)

        outcome = perform()
        if outcome.ended == "overdue" and not self._goes_silent:
            with self._in_doubt:
                if not self._goes_silent:
                    outcome = perform()
                    self._goes_silent = outcome.ended == "overdue"
        return Observation.from_outcome(scenario, outcome)

    def close(self) -> None:
        """Kill what is still running and let go of everything."""
        for future in list(self._futures.values()):
            future.cancel()
        for supervisor in list(self._supervisors.values()):
            supervisor.close()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _last_line(outcome: Outcome) -> str:
    lines = [line for line in outcome.output.splitlines() if line.strip()]
    return f"; its last words: {lines[-1].strip()[:200]}" if lines else ""
