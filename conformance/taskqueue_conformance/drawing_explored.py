"""Hypothesis draws workloads and fault plans, and the engine explores each under some schedules.

Under the engine a scenario and a seed always lead to the same executions, so what goes wrong goes
wrong again: Hypothesis shrinks the workload, and the engine then minimises the schedule.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from taskqueue_conformance import bounded
from taskqueue_conformance.bench import Bench
from taskqueue_conformance.depth import Depth
from taskqueue_conformance.drawn import virtual_workloads
from taskqueue_conformance.engine.job import Contradiction, Exploration, Job
from taskqueue_conformance.explored import evidence_of_execution, smallest
from taskqueue_conformance.judgement import contradicted
from taskqueue_conformance.oracles import UNIVERSAL
from taskqueue_conformance.records import Basis, Grade, Record, Status
from taskqueue_conformance.workload import AskAgain, Drain, Scenario, Steps

__all__ = ["ExploredSearch"]

STICKY = "TQ-2.12"
"""The clause that allows a consumer to ask again."""


class ExploredSearch:
    """One search for a workload, a fault plan and a schedule that contradict the contract.

    Args:
        bench: to explore on.
        ordinary: the regular scenarios, to tell which clause a fault contradicts.
        depth: says how many workloads to draw, and how many schedules of each to try.
        seed_value: of the draws, and printed with the report.
    """

    def __init__(
        self, bench: Bench, ordinary: Sequence[Scenario], depth: Depth, seed_value: int
    ) -> None:
        self._bench = bench
        self._ordinary = ordinary
        self._depth = depth
        self._seed = seed_value
        self._known: dict[Job, list[Contradiction]] = {}
        self._explorations: list[Exploration] = []
        self._smallest: Exploration | None = None
        self._again = False

    @property
    def idle(self) -> str:
        """Why there is nothing to draw; empty if there is."""
        if not self._depth.drawn:
            return f"depth {self._depth.name} draws nothing for the engine"
        if reason := self._bench.out_of_control():
            return reason
        if known := contradicted(self._bench, self._ordinary):
            return f"{', '.join(sorted(known))} fail in ordinary scenarios: drawn ones would, too"
        return ""

    def run(self, test: str) -> list[Record]:
        """Draw, explore, shrink; a record for every universal clause."""
        again = self._bench.explore_all(bounded.asking_again(self._depth))
        self._again = bool(again) and not any(one.contradictions for one in again)

        @seed(self._seed)
        @settings(
            max_examples=self._depth.drawn,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        )
        @given(virtual_workloads(again=self._again), st.integers(0, 1 << 16))
        def search(scenario: Scenario, strategy_seed: int) -> None:
            job = Job(scenario, samples=self._depth.schedules, seed=strategy_seed, first=True)
            assert not self._goes_wrong(job)

        try:
            search()
        except AssertionError:
            assert self._smallest is not None
        return self._records(test)

    def _goes_wrong(self, job: Job) -> bool:
        if job not in self._known:
            if not self._bench.applicable_jobs([job]):
                return False
            exploration = self._bench.explore_once(job)
            self._explorations.append(exploration)
            self._known[job] = exploration.contradictions
            if exploration.contradictions:
                self._smallest = exploration
        return bool(self._known[job])

    def _records(self, test: str) -> list[Record]:
        runs = sum(one.executions for one in self._explorations)
        how = f"portfolio, seed {self._seed}, b=1 early timeouts"
        basis = Basis(Grade.SAMPLED, len(self._explorations), runs, how)
        wrong = self._wrong()
        clauses = [*UNIVERSAL, *((STICKY,) if self._again else ())]
        records = []
        for clause in clauses:
            if clause in self._bench.not_applicable:
                continue
            record = Record(
                clause,
                Status.PASSED,
                Grade.SAMPLED,
                scenarios=basis.scenarios,
                runs=basis.runs,
                bases=[basis],
                test=test,
            )
            if clause in wrong:
                record.status, record.grade = Status.FAILED, Grade.PROVED
                record.evidence = [
                    evidence_of_execution(where, one) for where, one in wrong[clause]
                ]
            records.append(record)
        return records

    def _wrong(self) -> dict[str, list[tuple[Exploration, Contradiction]]]:
        """By clause, the smallest thing that went wrong."""
        exploration = self._smallest
        if exploration is None:
            return {}
        found: dict[str, list[tuple[Exploration, Contradiction]]] = {}
        for contradiction in exploration.contradictions[:1]:
            small = smallest(self._bench, exploration, contradiction)
            clause = small.clause
            if _asks_again(exploration.job.scenario):
                plain = dataclasses.replace(
                    exploration.job, scenario=_without_asking(exploration.job.scenario)
                )
                if not self._bench.explore_once(plain).contradictions:
                    clause = STICKY
            found.setdefault(clause, []).append((exploration, small))
        return found


def _asks_again(scenario: Scenario) -> bool:
    return any(isinstance(step, AskAgain) for steps in scenario.consumers for step in steps)


def _without_asking(scenario: Scenario) -> Scenario:
    def plain(steps: Steps) -> Steps:
        return tuple(step for step in steps if not isinstance(step, AskAgain)) or (Drain(),)

    return dataclasses.replace(scenario, consumers=tuple(map(plain, scenario.consumers)))
