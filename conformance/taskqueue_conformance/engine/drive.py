"""One scenario as a program of the engine, and the judge of its executions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.engine.orders import orders
from taskqueue_conformance.engine.performing import VirtualPerformance, perform, settle
from taskqueue_conformance.engine.stage import VirtualStage
from taskqueue_conformance.history import Event, History, actor_name
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles import Finding, special
from taskqueue_conformance.oracles.findings import findings
from taskqueue_conformance.oracles.sentences import Late
from taskqueue_conformance.perform import Subject
from taskqueue_harness.waits import sentences

if TYPE_CHECKING:
    from taskqueue_harness import Outcome, World

__all__ = ["ESCAPED", "Drive", "Found"]

Found = tuple[Finding, History]
"""A contradiction, and the history that shows it."""

ESCAPED = (
    "a callback was called in a thread that is not under control: it comes from a module outside "
    "the scope, or from C code"
)

HANGING = ("deadlock", "stuck", "livelock")


class Drive:
    """A program (`__call__`) and its judge, for `taskqueue_harness.Driver`.

    Args:
        job: what to perform and how to judge it.
        subject: where the implementation is: module, and path within it.
    """

    def __init__(self, job: Job, subject: tuple[str, str]) -> None:
        self.job = job
        self._where = subject
        self._known: dict[Any, list[Found]] = {}
        self.found: list[Found] = []
        """What the last execution contradicts."""
        self.performances: list[VirtualPerformance] = []
        self._logged: list[dict[str, Any]] = []
        self._left = 0
        self.trouble = ""
        """Why the last execution says nothing: out of control, or it never came about."""

    # -- the program

    def __call__(self, world: World) -> None:
        """One execution."""
        scenario, kernel = self.job.scenario, world.kernel
        self._kernel = kernel
        kernel.interruptible = False
        stage = VirtualStage(world)
        self.performances = []
        self._logged = []
        self._left = 0
        subject = self._subject(world)
        stage.known_before()
        if "logging" in scenario.observe:
            self._listen(world)
        for number in range(max(scenario.runs, scenario.peers, 1 + scenario.nested)):
            performance = VirtualPerformance(
                scenario,
                world,
                stage,
                number,
                kinds=self.job.kinds,
                interrupts=self.job.interrupts,
            )
            performance.items.elsewhere = self._known_elsewhere
            self.performances.append(performance)
        if scenario.peers > 1:
            self._run_peers(subject, stage)
            return
        if scenario.nested:
            outer, inner = self.performances
            outer.another = lambda: perform(subject, inner, stage)
            perform(subject, outer, stage)
            return
        for performance in self.performances:
            perform(subject, performance, stage)
            if "threads" in scenario.observe:
                if not scenario.only_construct:
                    stage.sleep(0.5)
                self._left = max(self._left, len(stage.left_over()))

    def _run_peers(self, subject: Subject, stage: VirtualStage) -> None:
        made = [one for one in self.performances if one.construct(subject)]
        for join in [stage.spawn(performance.run) for performance in made]:
            join()
        for performance in made:
            settle(performance, stage)

    def _subject(self, world: World) -> Subject:
        module, path = self._where
        found: Any = world.module(module)
        for name in path.split("."):
            found = getattr(found, name)
        subject: Subject = found
        return subject

    def _known_elsewhere(self, item: Any) -> bool:
        return any(performance.items.knows(item) for performance in self.performances)

    def _listen(self, world: World) -> None:
        logging: Any = world.module("logging")

        def factory(*args: Any, **kwargs: Any) -> Any:
            record = logging.LogRecord(*args, **kwargs)
            for performance in self.performances:
                if (heard := performance.failures.hear(record)) is not None:
                    self._logged.append(heard)
            return record

        logging.setLogRecordFactory(factory)

    # -- the judge

    def judge(self, outcome: Outcome) -> None:
        """Turn the outcome into done, or into the contradiction of a clause."""
        hung = outcome.end in HANGING
        self._name_threads(outcome)
        self.trouble = self._trouble(outcome)
        self.found = [] if self.trouble else self._judge(outcome, hung)
        if self.job.only is not None:
            self.found = [one for one in self.found if one[0].clause == self.job.only]
        if not self.found:
            outcome.verdict = "done"
            outcome.message = ""
            outcome.exception = None
            return
        finding = self.found[0][0]
        outcome.verdict = outcome.end if hung else "failed"
        outcome.exception = outcome.failed_tid = None
        outcome.message = f"{finding.clause}: {finding.seen}"
        outcome.kind = self.job.only or tuple(sorted({one.clause for one, _ in self.found}))

    def _trouble(self, outcome: Outcome) -> str:
        if any(performance.escaped for performance in self.performances):
            return ESCAPED
        if outcome.failed_tid == ():
            # All that the implementation raises is caught, once there is one: this is not its.
            return f"the scenario could not be performed under the engine: {outcome.message}"
        if error := self._unlike_real_threads():
            return f"the constructor raised {error} under the engine"
        return ""

    def _unlike_real_threads(self) -> str | None:
        """What the constructor raised at once, if it did, with nobody there to disturb it.

        Whether it does on real threads as well is seen there, and judged there.
        """
        scenario, kernel = self.job.scenario, self._kernel
        ordinary = scenario.consumers and scenario.consumers_as == "list" and scenario.peers <= 1
        if not ordinary or kernel.faults_left < self.job.faults:
            return None
        return self.performances[0].construction_error if self.performances else None

    def _name_threads(self, outcome: Outcome) -> None:
        for performance in self.performances:
            for tid, actor in performance.actors.items():
                outcome.names[tid] = actor_name(actor)
        for one in outcome.blocked:
            one.name = outcome.names.get(one.tid, one.name)

    def _judge(self, outcome: Outcome, hung: bool) -> list[Found]:
        found: list[Found] = []
        # A thread whose timeout came early is ahead of the clock.
        early = self._kernel.timeouts_left < self._kernel.bounds.early_timeouts
        for performance in self.performances:
            if not performance.begun:
                continue
            hang = None
            if hung and not performance.came_back:
                hang = _hang(outcome)
            found += self._judge_one(performance, hang, early)
        return found

    def _judge_one(
        self, performance: VirtualPerformance, hang: str | None, early: bool
    ) -> list[Found]:
        whole = performance.history(hang)
        # Events of this execution may have been seen as well in many others.
        rest = _frozen(whole, self._left, self._logged, early)
        found: list[Found] = []
        seen: set[str] = set()
        for events in orders(performance.events, performance.moments):
            key = (tuple(events), rest)
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = self._findings(whole, events, early)
            for one in known:
                if one[0].clause not in seen:
                    seen.add(one[0].clause)
                    found.append(one)
        return found

    def _findings(self, whole: History, events: list[Event], early: bool) -> list[Found]:
        history = History(**{**whole.fields(), "events": events})
        seen = Observation(self.job.scenario, [history], notes=self._notes())
        return [
            (finding, history)
            for finding in self._all(seen)
            # Times mean nothing where a thread is ahead of the clock.
            if not (early and isinstance(finding.seen, Late))
        ]

    def _notes(self) -> dict[str, Any]:
        return {"threads_left": self._left, "logged": list(self._logged)}

    def _all(self, seen: Observation) -> Iterator[Finding]:
        if self.job.oracle:
            clause, judge = SPECIAL[self.job.oracle]
            for sentence in judge(seen):
                yield Finding(clause, sentence)
        if not self.job.special:
            yield from findings(seen)


def _hang(outcome: Outcome) -> str:
    waits = "; ".join(text for text, _ in sentences(outcome)[:6])
    words = {"deadlock": "no thread can run", "stuck": "only polling goes on"}
    return f"{words.get(outcome.end, outcome.message)}: {waits}"


def _frozen(history: History, left: int, logged: list[dict[str, Any]], early: bool) -> Any:
    outcome = history.outcome
    return (
        None
        if outcome is None
        else (outcome.type, outcome.failure, outcome.carries, outcome.reaches_the_raise),
        tuple([(one.actor, one.kind, one.type) for one in history.failures]),
        history.run_value,
        tuple(history.strangers),
        history.construction_error,
        history.hang,
        left,
        tuple([tuple(sorted(entry.items())) for entry in logged]),
        early,
    )


SPECIAL: dict[str, tuple[str, Callable[[Observation], Iterator[str]]]] = {
    "interrupt_leaves_run": ("TQ-2.10", special.interrupt_leaves_run),
    "end_is_sticky": ("TQ-2.12", special.end_is_sticky),
    "no_consumers_refused": ("TQ-2.13", special.no_consumers_refused),
    "failed_start": ("TQ-2.14", special.failed_start),
    "second_run_refused": ("TQ-2.15", special.second_run_refused),
    "interrupt_turns_ok_false": ("TQ-2.16", special.interrupt_turns_ok_false),
    "run_ends_at_once": ("TQ-2.17", special.run_ends_at_once),
    "threads_left_behind": ("TQ-2.18", special.threads_left_behind),
    "later_failures_logged": ("TQ-3.9", special.later_failures_logged),
    "constructor_calls_nothing": ("TQ-4.2", special.constructor_calls_nothing),
    "constructor_starts_nothing": ("TQ-4.6", special.constructor_starts_nothing),
}
"""By name, the clause of a special oracle and the oracle."""
