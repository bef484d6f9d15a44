"""Hypothesis draws workloads and fault plans; what goes wrong every time is shrunk.

On real threads a bug may show in one run of ten.  A drawn scenario is performed once; if it goes
wrong it is performed again, and only one that goes wrong every time is handed to Hypothesis as a
failure, to be shrunk.  What does not repeat is reported as it was seen, k of n.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings

from taskqueue_conformance.bench import Bench
from taskqueue_conformance.depth import Depth
from taskqueue_conformance.drawn import workloads
from taskqueue_conformance.judgement import contradicted, evidence_of, explained, findings
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles import UNIVERSAL, Finding
from taskqueue_conformance.oracles.sentences import Late
from taskqueue_conformance.records import Grade, Record, Status
from taskqueue_conformance.workload import Scenario

__all__ = ["Search"]

AGAIN = 4
"""How often a scenario that went wrong is performed again."""

SHRINK_SECONDS = 25.0
"""How long shrinking may take; after that every smaller scenario is taken for a good one."""

MAX_HANGS = 4
"""After so many hangs nothing is drawn any longer: each costs seconds and says the same."""

MAX_SLOW = 4
"""With more ordinary scenarios than this that come to no end in time, nothing is drawn."""


class Search:
    """One search for a workload that contradicts the contract.

    Args:
        bench: to perform on.
        ordinary: the regular scenarios, to tell which clause a fault contradicts.
        depth: says how many workloads to draw.
        seed_value: of the draws, and printed with the report.
    """

    def __init__(
        self, bench: Bench, ordinary: Sequence[Scenario], depth: Depth, seed_value: int
    ) -> None:
        self._bench = bench
        self._ordinary = ordinary
        self._examples = depth.examples
        self._seed = seed_value
        self._known: dict[Scenario, list[Finding]] = {}
        self._seen: dict[Scenario, Observation] = {}
        self._sometimes: list[tuple[Scenario, list[Finding], int]] = []
        self._smallest: Scenario | None = None
        self._shrinking_since: float | None = None
        self._hangs = 0

    def run(self, test: str) -> list[Record]:
        """Draw, perform, shrink; a record for every universal clause."""
        usual = self._bench.observe_all(self._ordinary)
        if sum(seen.hung or seen.died is not None for seen in usual) > MAX_HANGS:
            return self._blocked(test)
        slow = [seen.slow for seen in usual if seen.slow is not None]
        if len(slow) > MAX_SLOW:
            return self._unverified(f"nothing was drawn; of ordinary scenarios: {slow[0]}", test)

        @seed(self._seed)
        @settings(
            max_examples=self._examples,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        )
        @given(workloads())
        def search(scenario: Scenario) -> None:
            assert not self._goes_wrong(scenario)

        try:
            search()
        except AssertionError:
            assert self._smallest is not None
        return self._records(test)

    def _goes_wrong(self, scenario: Scenario) -> bool:
        """Whether it goes wrong every time. The answer is kept, so it never changes."""
        if scenario in self._known:
            return bool(self._known[scenario])
        if not self._bench.applicable([scenario]):
            return False
        since = self._shrinking_since
        tired = since is not None and time.monotonic() - since > SHRINK_SECONDS
        if tired or (self._hangs >= MAX_HANGS and since is None):
            return False
        found = self._perform(scenario)
        times = 1
        if found:
            again = 1 if self._shrinking_since is not None or self._hangs else AGAIN
            for _ in range(again):
                times += bool(self._perform(scenario))
            if times <= again:
                self._sometimes.append((scenario, found, times))
                found = [] if self._shrinking_since is None else found[: times - again]
        self._known[scenario] = found
        if found:
            self._smallest = scenario
            if self._shrinking_since is None:
                self._shrinking_since = time.monotonic()
        return bool(found)

    def _perform(self, scenario: Scenario) -> list[Finding]:
        seen = self._bench.again(scenario)
        self._hangs += seen.hung or seen.died is not None
        but = self._bench.not_applicable
        found = [
            one
            for one in findings(seen)
            if not isinstance(one.seen, Late)
            and one.clause not in but
            and not explained(one.seen, self._bench, self._ordinary)
        ]
        if found or scenario not in self._seen:
            self._seen[scenario] = seen
        return found

    def _blocked(self, test: str) -> list[Record]:
        by = sorted(contradicted(self._bench, self._ordinary))
        return [
            Record(
                clause,
                Status.BLOCKED,
                Grade.UNVERIFIED,
                blocked_by=[other for other in by if other != clause],
                reason="ordinary scenarios hang; drawn ones would say the same",
                test=test,
            )
            for clause in UNIVERSAL
            if clause not in self._bench.not_applicable
        ]

    def _unverified(self, reason: str, test: str) -> list[Record]:
        return [
            Record(clause, Status.UNVERIFIED, Grade.UNVERIFIED, reason=reason, test=test)
            for clause in UNIVERSAL
            if clause not in self._bench.not_applicable
        ]

    def _records(self, test: str) -> list[Record]:
        runs = len(self._known)
        wrong: dict[str, Record] = {}
        if self._smallest is not None:
            self._keep(wrong, self._smallest, self._known[self._smallest], 2, 2, test)
        for scenario, found, times in self._sometimes:
            self._keep(wrong, scenario, found, times, AGAIN + 1, test)
        records = []
        for clause in UNIVERSAL:
            if clause in self._bench.not_applicable:
                continue
            if clause in wrong:
                records.append(wrong[clause])
            elif wrong and self._hangs:
                records.append(
                    Record(
                        clause,
                        Status.BLOCKED,
                        Grade.UNVERIFIED,
                        blocked_by=sorted(wrong),
                        test=test,
                    )
                )
            else:
                records.append(Record(clause, Status.PASSED, scenarios=runs, runs=runs, test=test))
        return records

    def _keep(
        self,
        wrong: dict[str, Record],
        scenario: Scenario,
        found: Sequence[Finding],
        times: int,
        of: int,
        test: str,
    ) -> None:
        for finding in found:
            record = wrong.setdefault(
                finding.clause, Record(finding.clause, Status.FAILED, test=test)
            )
            if len(record.evidence) < 2:
                seen = self._seen[scenario]
                record.evidence.append(evidence_of(seen, finding.seen, times, of))
            record.runs += of
            record.scenarios += 1
