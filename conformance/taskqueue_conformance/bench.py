"""Performs scenarios on the plugged implementation: in children, several at a time, each once.

The tests ask for observations one by one; the bench works ahead of them, so that a hang, which
costs seconds of waiting and no processor time, overlaps with everything else.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from taskqueue_conformance.engine.job import SLOWNESS, Exploration, Job
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.records import Record
from taskqueue_conformance.tally import Tally
from taskqueue_conformance.turns import AT_WORK, Turn, Turns
from taskqueue_conformance.watch import PATIENCE
from taskqueue_conformance.workload import Scenario
from taskqueue_harness.supervise import Outcome, Supervisor

__all__ = ["Bench", "Settings", "Unusable"]

_ROOT = str(Path(__file__).resolve().parent.parent)

WAITING = 64
"""How many may be under way in all, those that only wait included."""

TOO_SLOW = 4
"""After so many scenarios that were given up as too slow the others get half of the time: there is
little hope, and everybody waits."""

SPINS = 1
"""After so many scenarios that were seen to spin for certain the others need to spin for a
tenth of the time only: what they do is known."""

HOPELESS = 24
"""After so many scenarios that were seen to spin, as far as a crowded machine lets that be seen, or
were too slow, if they are half of all, the others are not begun: nothing is to be learned from
them, and each takes the processor from all others."""

HOPE_GIVEN_UP = "not begun, since those before it spun or were too slow"

PILOT = 12.0
"""Seconds of its own for which all wait for what the first scenario does, before the factor. Where
it spins, that takes one as long as it would take all that are begun beside it."""

STALL = 4.0
"""Seconds without an operation after which an exploration counts as out of control."""


class Unusable(Exception):
    """The implementation cannot be tested at all; the message says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """How to perform.

    Attributes:
        target: what ``--impl`` names.
        factor: of all waiting times.
        cap: seconds after which a scenario that makes progress is given up, before the factor.
        budget: seconds of processor time for all scenarios on real threads together, before the
            factor; those at work then are stopped, and no more are begun.
        seed: of what the engine samples.
        explore: seconds of processor time for the engine, before the factor; what comes after that
            is only sampled.
        minimised: how many contradictions are made smaller before they are drawn.
        hangs_repeated: as long as there are no more hangs than this, a hang is repeated to see
            whether it comes back.
        shard: of how many the work is divided into, and which one this is, from 1.
        coverage_folder: where the children put their coverage data; None for no coverage.
        cwd: the directory the user is in.
    """

    target: str
    factor: float = 1.0
    cap: float = 25.0
    budget: float = 100.0
    seed: int = 0
    explore: float = 60.0
    minimised: int = 8
    hangs_repeated: int = 3
    shard: tuple[int, int] = (1, 1)
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
        self._opening = {False: threading.Lock(), True: threading.Lock()}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(WAITING, thread_name_prefix="bench")
        self._budget = settings.budget * settings.factor
        self._turns = Turns(PILOT * settings.factor, self._budget)
        self._futures: dict[Scenario, Future[Observation]] = {}
        self.tally = Tally()
        self._in_doubt = threading.Semaphore(AT_WORK)
        self._goes_silent = False
        """Whether it was silent a second time, which tells it from a machine that is too busy."""
        self._explorers = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="explorer")
        self._explorations: dict[Job, Future[Exploration]] = {}
        self._judges = ThreadPoolExecutor(WAITING, thread_name_prefix="judge")
        self._judgements: dict[str, Future[Record]] = {}
        self._explored = 0.0
        self._minimised = 0
        self._probing = threading.Lock()
        self._out_of_control: str | None = None
        """Why the engine is of no use here; empty if it is, None if that is not known yet."""
        self.usual: list[Job] = []
        """The jobs that any implementation is expected to do well."""

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
            {"smoke": True}, 60.0 * self.settings.factor, unheard=5.0 * self.settings.factor
        )
        if smoke.result is None:
            self.broken_start = (
                f"subject(producer, consumers) was called, and {smoke.how_it_died()}"
            )
        elif "error" in smoke.result:
            raise Unusable(f"{self.settings.target}: {smoke.result['error']}")

    def _supervisor(self, *, optimised: bool) -> Supervisor:
        with self._opening[optimised]:
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
        """Perform it once more, now."""
        return self._perform(scenario)

    def repeat(self, scenario: Scenario, times: int) -> list[Observation]:
        """Perform it some times more, side by side, when what was begun before is under way."""
        futures = [self._pool.submit(self._perform_in_turn, scenario) for _ in range(times)]
        return [future.result() for future in futures]

    def judge_ahead(self, name: str, judge: Callable[[], Record]) -> None:
        """Begin with a judgement in the background; `judged` will have it.

        A judgement waits for what it judges, and for repeats: they overlap with one another.
        """
        self._judgements[name] = self._judges.submit(judge)

    def judged(self, name: str, judge: Callable[[], Record]) -> Record:
        """What the judgement of this name came to; made now, if it was not begun before."""
        ahead = self._judgements.pop(name, None)
        return judge() if ahead is None else ahead.result()

    def _future(self, scenario: Scenario) -> Future[Observation]:
        with self._lock:
            future = self._futures.get(scenario)
            if future is None:
                future = self._pool.submit(self._perform_and_count, scenario)
                self._futures[scenario] = future
            return future

    def _perform_and_count(self, scenario: Scenario) -> Observation:
        # Not when the future is done: whoever waits for it would be told before it is counted.
        seen = self._perform_in_turn(scenario)
        self.tally.add(seen)
        return seen

    def _perform_in_turn(self, scenario: Scenario) -> Observation:
        with self._turns.turn() as turn:
            return self._perform(scenario, turn)

    def _perform(self, scenario: Scenario, turn: Turn | None = None) -> Observation:
        factor, tally = self.settings.factor, self.tally
        if self._turns.spent():
            return Observation(scenario, slow=self._all_spent(), begun=False)
        in_vain = tally.spins + tally.starved + tally.slow
        if in_vain >= HOPELESS and in_vain * 2 >= tally.performed:
            return Observation(scenario, slow=HOPE_GIVEN_UP, begun=False)
        cap = self.settings.cap * factor
        if tally.slow >= TOO_SLOW:
            cap /= 2
        spin = 10.0 * factor
        if tally.spins >= SPINS:
            spin /= 10
        payload = {
            "scenario": scenario.to_json(),
            "limits": {"quiet": 3.0 * factor, "spin": spin, "cap": cap},
        }
        supervisor = self._supervisor(optimised=scenario.optimised)

        def perform() -> Outcome:
            return supervisor.perform(
                payload,
                cap * PATIENCE + 5.0,
                3.0 * factor,
                silence=4.0 * factor,
                unheard=cap + 5.0,
                started=None if turn is None else turn.begin,
                stop=None if turn is None else turn.spent,
            )

        outcome = perform()
        if outcome.ended == "overdue" and not self._goes_silent:
            with self._in_doubt:
                if not self._goes_silent:
                    outcome = perform()
                    self._goes_silent = outcome.ended == "overdue"
        if outcome.ended == "stopped":
            return Observation(scenario, slow=self._all_spent(), seconds=outcome.seconds)
        return Observation.from_outcome(scenario, outcome)

    def _all_spent(self) -> str:
        used = f"all together used {self._budget:g} s of processor time"
        return f"{used}, which is the limit (--tq-timeout)"

    # -- under the engine

    def prefetch_jobs(self, jobs: Iterable[Job]) -> None:
        """Begin with these, in this order, in the background; those that apply."""
        for job in self.applicable_jobs(jobs):
            self._exploration(job)

    def applicable_jobs(self, jobs: Iterable[Job]) -> list[Job]:
        """Those whose scenarios apply to this implementation, and that this shard is to do."""
        but, (shard, shards) = self.not_applicable, self.settings.shard
        return [
            job
            for job in jobs
            if not job.scenario.calls_on & but.keys()
            and zlib.crc32(job.name.encode()) % shards == shard - 1
        ]

    def explore(self, job: Job) -> Exploration:
        """What came of a job; it is done at most once."""
        return self._exploration(job).result()

    def explore_all(self, jobs: Sequence[Job]) -> list[Exploration]:
        """What came of each that applies, in their order."""
        self.prefetch_jobs(jobs)
        return [self.explore(job) for job in self.applicable_jobs(jobs)]

    def _exploration(self, job: Job) -> Future[Exploration]:
        with self._lock:
            future = self._explorations.get(job)
            if future is None:
                future = self._explorers.submit(self._explore, job)
                self._explorations[job] = future
            return future

    def _explore(self, job: Job) -> Exploration:
        if self.broken_start is not None:
            return Exploration(job, uncontrolled=self.broken_start)
        if self._out_of_control is None:
            with self._probing:
                if self._out_of_control is None:
                    self._out_of_control = self._perform_job(_probe(job)).uncontrolled
        if self._out_of_control:
            return Exploration(job, uncontrolled=self._out_of_control)
        exhaust = job.exhaust
        if self._explored > self.settings.explore * self.settings.factor:
            exhaust = 0
        found = self._perform_job(replace(job, seed=self.settings.seed, exhaust=exhaust))
        if exhaust < job.exhaust:
            found.cut = f"limit of {self.settings.explore:g} s for the engine"
        with self._lock:
            self._explored += found.used
        return found

    def _perform_job(self, job: Job, **more: Any) -> Exploration:
        factor = self.settings.factor
        payload = {"job": job.to_json(), "stall": STALL * factor, **more}
        # The engine ends by itself at the job's limit, and tells that it is alive about once a
        # second; what stands in its way beyond that is a call into C that holds the interpreter.
        outcome = self._supervisor(optimised=False).perform(
            payload, (SLOWNESS * job.seconds + 60.0) * factor, 3.0 * factor, silence=30.0 * factor
        )
        if outcome.result is None:
            return Exploration(job, uncontrolled=f"{outcome.how_it_died()} under the engine")
        found = Exploration.from_json(job, outcome.result)
        but = self.not_applicable
        found.contradictions = [one for one in found.contradictions if one.clause not in but]
        return found

    def out_of_control(self) -> str:
        """Why the engine can say nothing of this implementation; empty if it can."""
        return self.explore(self.usual[0]).uncontrolled if self.usual else "nothing to explore"

    def explore_once(self, job: Job) -> Exploration:
        """What comes of a job that is not one of the suite's, now and not kept."""
        return self._perform_job(job)

    def show(self, job: Job, schedule: str, *, smaller: bool) -> Exploration:
        """One execution again, drawn; minimised before, if asked for and not done too often yet."""
        with self._lock:
            smaller = smaller and self._minimised < self.settings.minimised
            self._minimised += smaller
        return self._perform_job(job, schedule=schedule, smaller=smaller)

    def close(self) -> None:
        """Kill what is still running and let go of everything."""
        for future in list(self._futures.values()):
            future.cancel()
        for exploration in list(self._explorations.values()):
            exploration.cancel()
        for judgement in list(self._judgements.values()):
            judgement.cancel()
        for supervisor in list(self._supervisors.values()):
            supervisor.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._explorers.shutdown(wait=True, cancel_futures=True)
        self._judges.shutdown(wait=True, cancel_futures=True)


def _probe(job: Job) -> Job:
    """A single execution, to see whether the engine has the implementation under control."""
    return replace(job, samples=1, exhaust=0, faults=0, kinds=())


def _last_line(outcome: Outcome) -> str:
    lines = [line for line in outcome.output.splitlines() if line.strip()]
    return f"; its last words: {lines[-1].strip()[:200]}" if lines else ""
