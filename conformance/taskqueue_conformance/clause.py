"""Ties a test of the suite to its clause and to the scenarios that judge it.

    @clause("TQ-2.4", on=scenarios.regular)
    def test_2_4_put_never_waits(seen: Seen) -> None:
        \"\"\"put() never waits for consumers ...\"\"\"
        seen.contradicts_nothing(termination.put_never_waits)

The scenarios are known before the tests run, so the bench can work ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from taskqueue_conformance import judgement
from taskqueue_conformance.bench import Bench
from taskqueue_conformance.contract import lookup
from taskqueue_conformance.depth import Depth
from taskqueue_conformance.oracles import Oracle
from taskqueue_conformance.oracles.special import SpecialOracle
from taskqueue_conformance.records import Record, Status
from taskqueue_conformance.scenarios import Pair
from taskqueue_conformance.workload import Scenario

__all__ = ["ClauseTest", "Seen", "clause", "clause_of"]

Family = Callable[[Depth], Sequence[Scenario]]
PairFamily = Callable[[Depth], Sequence[Pair]]

_Test = TypeVar("_Test", bound=Callable[..., Any])


@dataclass(frozen=True)
class ClauseTest:
    """What a test of the suite needs: its clause and its scenarios."""

    id: str
    on: Family | None = None
    variants: PairFamily | None = None

    def scenarios(self, depth: Depth) -> list[Scenario]:
        """All that will be performed, for the bench to begin with."""
        found = list(self.on(depth)) if self.on else []
        for pair in self.variants(depth) if self.variants else ():
            found += pair
        return found


def clause(
    clause_id: str, *, on: Family | None = None, variants: PairFamily | None = None
) -> Callable[[_Test], _Test]:
    """Mark a test as the one of a clause."""
    lookup(clause_id)

    def decorate(test: _Test) -> _Test:
        test.tq_clause = ClauseTest(clause_id, on, variants)  # type: ignore[attr-defined]
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
        return [scenario for scenario in self._test.on(self._depth) if self._kept(scenario.name)]

    def contradicts_nothing(self, oracle: Oracle) -> None:
        """No history of an ordinary scenario may contradict the clause."""
        self._conclude(judgement.judge(self._test.id, oracle, self._bench, self._scenarios()))

    def shows_nothing(self, oracle: SpecialOracle) -> None:
        """No observation of the clause's own scenarios may contradict it."""
        record = judgement.judge_special(self._test.id, oracle, self._bench, self._scenarios())
        self._conclude(record)

    def makes_no_difference(self) -> None:
        """What goes well in the twin must go well in the variant."""
        assert self._test.variants is not None
        pairs = [pair for pair in self._test.variants(self._depth) if self._kept(pair[0].name)]
        self._conclude(judgement.judge_variants(self._test.id, self._bench, pairs))

    def _conclude(self, record: Record) -> None:
        self.records.append(record)
        raise_outcome([record])


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
    stopped = [r for r in records if r.status in (Status.BLOCKED, Status.UNVERIFIED)]
    if stopped and len(stopped) == len(records):
        record = stopped[0]
        by = f" by {', '.join(record.blocked_by)}" if record.blocked_by else ""
        pytest.skip(f"{record.status.value}{by}: {record.reason}")
