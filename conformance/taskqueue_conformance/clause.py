"""Ties a test of the suite to its clause and to the scenarios that judge it.

    @clause("TQ-2.4", on=scenarios.regular)
    def test_2_4_put_never_waits(seen: Seen) -> None:
        \"\"\"put() never waits for consumers ...\"\"\"
        seen.contradicts_nothing(termination.put_never_waits)

The scenarios are known before the tests run, so the bench can work ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from taskqueue_conformance import judgement, scenarios
from taskqueue_conformance.bench import Bench
from taskqueue_conformance.contract import lookup
from taskqueue_conformance.depth import Depth
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.explored import Mode, judge_explored
from taskqueue_conformance.oracles import Oracle
from taskqueue_conformance.oracles.special import SpecialOracle
from taskqueue_conformance.records import Grade, Record, Status
from taskqueue_conformance.scenarios import Pair
from taskqueue_conformance.workload import Scenario

__all__ = ["ClauseTest", "Seen", "begin", "clause", "clause_of"]

Family = Callable[[Depth], Sequence[Scenario]]
PairFamily = Callable[[Depth], Sequence[Pair]]
JobFamily = Callable[[Depth], Sequence[Job]]

_Test = TypeVar("_Test", bound=Callable[..., Any])


@dataclass(frozen=True)
class ClauseTest:
    """What a test of the suite needs: its clause and its scenarios."""

    name: str
    id: str
    on: Family | None = None
    variants: PairFamily | None = None
    explored: JobFamily | None = None

    def jobs(self, depth: Depth) -> list[Job]:
        """What the engine will explore."""
        return list(self.explored(depth)) if self.explored else []

    def judged_by(self, depth: Depth) -> list[Scenario]:
        """Those that can show a fault, without what they are compared with."""
        found = list(self.on(depth)) if self.on else []
        return found + ([variant for variant, _ in self.variants(depth)] if self.variants else [])

    def judges(self, name: str, depth: Depth) -> bool:
        """Whether a scenario of this name is among those that the test judges its clause by."""
        jobs = {job.name for job in self.jobs(depth)}
        return name in jobs or any(name == one.name for one in self.judged_by(depth))


def clause(
    clause_id: str,
    *,
    on: Family | None = None,
    variants: PairFamily | None = None,
    explored: JobFamily | None = None,
) -> Callable[[_Test], _Test]:
    """Mark a test as the one of a clause.

    Args:
        clause_id: of the contract.
        on: the scenarios that are run on real threads.
        variants: pairs of scenarios instead; see `Seen.makes_no_difference`.
        explored: what is explored under the engine besides.
    """
    lookup(clause_id)

    def decorate(test: _Test) -> _Test:
        found = ClauseTest(test.__name__, clause_id, on, variants, explored)
        test.tq_clause = found  # type: ignore[attr-defined]
        return test

    return decorate


def clause_of(item: pytest.Item) -> ClauseTest | None:
    """The clause of a collected test, if it is one of the suite."""
    return getattr(getattr(item, "function", None), "tq_clause", None)


class Seen:
    """What the implementation did in the scenarios of one clause; given to each test.

    Attributes:
        records: what the test has found, for the report.
    """

    def __init__(self, test: ClauseTest, bench: Bench, depth: Depth, only: str | None) -> None:
        self._test = test
        self._bench = bench
        self._depth = depth
        self._only = only
        self.records: list[Record] = []

    def _kept(self, name: str) -> bool:
        return self._only is None or self._only == name

    def _scenarios(self) -> list[Scenario]:
        assert self._test.on is not None
        return self._bench.applicable(
            scenario for scenario in self._test.on(self._depth) if self._kept(scenario.name)
        )

    def contradicts_nothing(self, oracle: Oracle) -> None:
        """No history of an ordinary scenario may contradict the clause."""
        self._conclude(
            lambda: judgement.judge(self._test.id, oracle, self._bench, self._scenarios()),
            "clause",
        )

    def shows_nothing(self, oracle: SpecialOracle) -> None:
        """No observation of the clause's own scenarios may contradict it."""
        self._conclude(
            lambda: judgement.judge_special(self._test.id, oracle, self._bench, self._scenarios()),
            "special",
        )

    def makes_no_difference(self, oracle: SpecialOracle | None = None) -> None:
        """What goes well otherwise must go well in the variants, which show nothing else either."""
        assert self._test.variants is not None
        pairs = [
            (variant, twin)
            for variant, twin in self._test.variants(self._depth)
            if self._kept(variant.name) and self._bench.applicable([variant, twin])[1:]
        ]
        ordinary = self._bench.applicable(scenarios.regular(self._depth))
        self._conclude(
            lambda: judgement.judge_variants(self._test.id, self._bench, pairs, ordinary, oracle),
            "variants",
        )

    def _conclude(self, judged: Callable[[], Record], mode: Mode) -> None:
        clause_id, bench = self._test.id, self._bench
        reason = bench.not_applicable.get(clause_id)
        if reason is not None:
            self.records = [
                Record(clause_id, Status.NOT_APPLICABLE, Grade.UNVERIFIED, reason=reason)
            ]
            raise_outcome(self.records)
            return
        # The engine first: it is what a failure can be read by.
        jobs = [job for job in self._test.jobs(self._depth) if self._kept(job.name)]
        if jobs:
            ordinary = bench.applicable(scenarios.regular(self._depth))
            self.records.append(judge_explored(clause_id, mode, bench, jobs, ordinary))
        self.records.append(bench.judged(self._test.name, judged))
        raise_outcome(self.records)


class _Ahead(Seen):
    """Begins with what the test will want to know of real threads, and leaves it on the bench."""

    def _conclude(self, judged: Callable[[], Record], mode: Mode) -> None:
        if self._test.id not in self._bench.not_applicable:
            self._bench.judge_ahead(self._test.name, judged)


def begin(
    tests: Iterable[tuple[ClauseTest, Callable[[Seen], None]]],
    bench: Bench,
    depth: Depth,
    *,
    only: str | None = None,
    last: Iterable[Scenario] = (),
) -> None:
    """Let the bench begin with all that these tests will ask for.

    The plainest of the regular scenarios comes first: where that one spins, all others will, and
    what it says of run() is what there is to say. Then comes what strict clauses alone ask for:
    most implementations miss some of them, and many a miss is a hang, which takes seconds to be
    told and next to no processor time. The other regular scenarios, most of which take no time,
    come last.

    Args:
        tests: each with its function.
        bench: to perform and to judge.
        depth: of the run.
        only: the name of the only scenario that is wanted; None for all.
        last: scenarios that come after those of the tests.
    """
    tests = list(tests)
    wanted = [one for test, _ in tests for one in test.judged_by(depth)]
    plainest, *others = scenarios.regular(depth)
    regular = {plainest, *others}
    strict = [test for test, _ in tests if not lookup(test.id).within("upstream")]
    first = [one for test in strict for one in test.judged_by(depth) if one not in regular]
    second = [one for one in wanted if one not in regular]
    pilot = [plainest] if plainest in wanted else []
    begun = (*pilot, *first, *second, *wanted)
    bench.prefetch(one for one in begun if only is None or one.name == only)
    bench.prefetch(last)
    for test, function in tests:
        bench.prefetch_jobs(job for job in test.jobs(depth) if only is None or job.name == only)
        function(_Ahead(test, bench, depth, only))


def raise_outcome(records: Sequence[Record], excused: Callable[[str], bool] | None = None) -> None:
    """Fail or skip the running test as its records say; return if all is well."""
    failed = [record for record in records if record.status is Status.FAILED]
    if excused is not None:
        failed = [record for record in failed if not excused(record.clause)]
    if failed:
        lines = []
        for record in failed:
            evidence = record.evidence[0]
            lines.append(f"{record.clause}: {lookup(record.clause).sentence}")
            times = f"in {evidence.times} of {evidence.of} runs"
            lines.append(f"  seen {times} of scenario '{evidence.scenario}': {evidence.seen}")
        pytest.fail("\n".join(lines), pytrace=False)
    stopped = [record for record in records if record.status is not Status.PASSED]
    if stopped and len(stopped) == len(records):
        record = stopped[0]
        by = f" by {', '.join(record.blocked_by)}" if record.blocked_by else ""
        pytest.skip(f"{record.status.value}{by}: {record.reason}")
