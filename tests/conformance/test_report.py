"""The verdict: from standings, baseline and selection to a word, an exit code and a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskqueue_conformance.baseline import KnownFailure
from taskqueue_conformance.contract import CLAUSES, PROFILES, clauses_of
from taskqueue_conformance.records import Grade, Record, Status, merge
from taskqueue_conformance.report import Header, Place, Report, tally, verdict


def test_all_verified_is_conformant(make_report: Any) -> None:
    found = verdict(make_report())
    assert (found.word, found.exit_code) == ("conformant", 0)
    assert found.sentence == "conformant to core: 30 of 30 verified"


def test_a_required_failure_is_nonconformant(make_report: Any, records: Any) -> None:
    found = verdict(make_report({"TQ-2.4": records.failing("TQ-2.4")}))
    assert (found.word, found.exit_code) == ("nonconformant", 1)
    assert found.sentence == "nonconformant to core: 29 of 30 verified, 1 failed"


def test_a_failure_beyond_the_profile_does_not_decide(make_report: Any, records: Any) -> None:
    changed = {"TQ-2.12": records.failing("TQ-2.12")}
    assert verdict(make_report(changed)).exit_code == 0
    assert verdict(make_report(changed, header={"profile": "strict"})).exit_code == 1


def test_known_failures_pass_and_are_counted(make_report: Any, records: Any) -> None:
    report = make_report(
        {
            "TQ-2.11": records.failing("TQ-2.11"),
            "TQ-2.10": records.blocked("TQ-2.10", "TQ-2.11"),
            "TQ-1.9": records.inapplicable("TQ-1.9"),
        },
        header={"profile": "upstream"},
        known={"TQ-2.11": KnownFailure("pools join"), "TQ-2.10": KnownFailure("pools join")},
    )
    found = verdict(report)
    assert (found.word, found.exit_code) == ("conformant with known failures", 0)
    assert found.sentence == (
        "conformant to upstream: 29 of 32 verified, 2 known, 1 not applicable"
    )


def test_a_known_clause_that_was_not_looked_at_is_incomplete(make_report: Any) -> None:
    """It is known to fail; whether it still does, nobody has seen."""
    report = make_report({"TQ-2.4": None}, known={"TQ-2.4": KnownFailure("bounded")})
    assert verdict(report).exit_code == 6


@pytest.mark.parametrize("partial", ["", "-k 1_1"])
def test_blocked_and_unverified_are_incomplete(
    make_report: Any, records: Any, partial: str
) -> None:
    """Also in a part of a run: they were chosen, and did not come to a result."""
    for record in (records.blocked("TQ-2.3", "TQ-2.12"), records.unverified("TQ-2.3")):
        found = verdict(make_report({"TQ-2.3": record}, partial=partial))
        assert (found.word, found.exit_code) == ("incomplete", 6)


def test_not_run_is_incomplete_unless_a_part_was_chosen(make_report: Any) -> None:
    changed = {"TQ-2.3": None}
    assert verdict(make_report(changed)).exit_code == 6
    part = verdict(make_report(changed, partial="-k 1_1"))
    assert (part.word, part.exit_code) == ("partial", 0)
    assert part.sentence == "partial run of core (-k 1_1): 29 of 30 verified, 1 not run"
    assert verdict(make_report(changed, partial="-k 1_1", gate=True)).exit_code == 6


def test_a_standing_that_is_missing_counts_as_not_run(make_report: Any) -> None:
    report = make_report()
    report.standings = [entry for entry in report.standings if entry.clause != "TQ-4.4"]
    assert tally(report)[Place.NOT_RUN] == 1
    assert verdict(report).exit_code == 6


def test_failure_beats_incomplete(make_report: Any, records: Any) -> None:
    report = make_report({"TQ-2.1": records.failing("TQ-2.1"), "TQ-2.3": None})
    assert verdict(report).exit_code == 1


def test_a_listed_clause_that_passes_is_stale(make_report: Any) -> None:
    found = verdict(make_report(known={"TQ-2.4": KnownFailure("bounded")}))
    assert (found.word, found.exit_code) == ("baseline stale", 1)
    assert "TQ-2.4 passes and must not be listed" in found.sentence


@pytest.mark.parametrize(
    ("known", "fields"),
    [
        ({"TQ-2.4": KnownFailure("rare", flaky=True)}, {}),
        ({"TQ-2.12": KnownFailure("beyond the profile")}, {}),
        ({"TQ-2.4": KnownFailure("only a part was run")}, {"partial": "-k 2_4"}),
    ],
)
def test_listed_and_passing_without_being_stale(
    make_report: Any, known: dict[str, KnownFailure], fields: dict[str, Any]
) -> None:
    assert verdict(make_report(known=known, **fields)).exit_code == 0


@pytest.mark.parametrize(("until", "code"), [("2026-11-22", 1), ("2026-11-23", 0), ("", 0)])
def test_an_excuse_holds_up_to_its_last_day(
    make_report: Any, records: Any, until: str, code: int
) -> None:
    report = make_report(
        {"TQ-2.4": records.failing("TQ-2.4")}, known={"TQ-2.4": KnownFailure("x", until=until)}
    )
    found = verdict(report)
    assert found.exit_code == code
    if code:
        assert found.word == "baseline stale"
        assert "TQ-2.4 was excused until 2026-11-22" in found.sentence


def test_the_handler_subset_is_named(make_report: Any, records: Any) -> None:
    report = make_report({"TQ-1.4": records.inapplicable("TQ-1.4")}, header={"subset": "handler"})
    assert verdict(report).sentence == (
        "conformant to the handler subset of core: 29 of 30 verified, 1 not applicable"
    )


def test_unusable_says_why() -> None:
    found = verdict(Report(Header("nothing:There"), unusable="there is no module 'nothing'"))
    assert (found.exit_code, found.word) == (4, "unusable")
    assert "there is no module 'nothing'" in found.sentence


def test_a_header_describes_this_process_by_itself() -> None:
    header = Header("mymodule:TaskQueue")
    assert header.python.startswith("3.")
    assert header.cores >= 1
    assert header.started.endswith("+00:00")


@given(
    statuses=st.lists(st.sampled_from(Status), min_size=len(CLAUSES), max_size=len(CLAUSES)),
    listed=st.sets(st.sampled_from([clause.id for clause in CLAUSES])),
    profile=st.sampled_from(PROFILES),
    partial=st.sampled_from(["", "-x"]),
    gate=st.booleans(),
)
def test_green_only_if_every_required_clause_is_accounted_for(
    statuses: list[Status], listed: set[str], profile: str, partial: str, gate: bool
) -> None:
    """Whatever else holds: 0 means passed, not applicable, or failing and listed."""
    standings = merge(
        Record(clause.id, status, Grade.OBSERVED, test="t")
        for clause, status in zip(CLAUSES, statuses, strict=True)
    )
    known = {clause: KnownFailure("known") for clause in listed}
    report = Report(
        Header("m:Q", profile=profile), standings, known=known, partial=partial, gate=gate
    )
    demanded = {clause.id for clause in clauses_of(profile)}
    places = [s for s in standings if s.clause in demanded]
    good = all(
        s.status is Status.NOT_APPLICABLE
        or (s.status is Status.PASSED and (s.clause not in listed or bool(partial)))
        or (s.status in (Status.FAILED, Status.BLOCKED) and s.clause in listed)
        for s in places
    )
    found = verdict(report)
    assert (found.exit_code == 0) == good
    assert sum(tally(report).values()) == len(demanded)
    assert found.word != "conformant" or not (partial and not gate)
