"""Baselines of known failures: what loads, what is refused and how it is said, what is written."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskqueue_conformance import baseline
from taskqueue_conformance.baseline import BaselineError, KnownFailure
from taskqueue_conformance.condition import ConditionError, evaluate, this_interpreter
from taskqueue_conformance.contract import CLAUSES

FREE_THREADED = {**this_interpreter(), "gil": "disabled", "python_version": "3.13"}
OLD = {**this_interpreter(), "gil": "enabled", "python_version": "3.9"}


def test_an_entry_with_all_keys() -> None:
    found = baseline.parse(
        """
        ["TQ-2.12"]
        reason = "one sentinel per consumer"
        issue = "https://example.org/issues/7"
        until = 2027-03-01
        when = 'python_version >= "3.10"'
        flaky = true
        """
    )
    assert found == {
        "TQ-2.12": KnownFailure(
            "one sentinel per consumer",
            "https://example.org/issues/7",
            "2027-03-01",
            'python_version >= "3.10"',
            True,
        )
    }


def test_an_empty_file_lists_nothing() -> None:
    assert baseline.parse("# nothing is known to fail\n") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reason = \n", r"known\.toml is not TOML: .*line 1"),
        ('["TQ-2.4"]\nreason = "a"\n\n["TQ-2.4"]\nreason = "b"', "line 4.*listed once"),
        ('\n["TQ-9.1"]\nreason = "a"', r"known\.toml:2: there is no clause 'TQ-9\.1'"),
        ('[TQ-2.12]\nreason = "a"', r'known\.toml:1: the id needs quotes: write \["TQ-2\.12"\]'),
        ('"TQ-2.4" = "a"', r'must be a table that begins with \["TQ-2\.4"\]'),
        ('["TQ-2.4"]\nissue = "a"', r"known\.toml:1: TQ-2\.4 has no reason"),
        (
            '["TQ-1.1"]\nreason="x"\n["TQ-2.4"]\nreason = " "',
            r"toml:3: TQ-2\.4 has an empty reason",
        ),
        ('["TQ-2.4"]\nreason = 3', "reason that is not text"),
        ('["TQ-2.4"]\nreason = "a"\nreasons = "b"', "unknown key reasons; there are reason, issue"),
        ('["TQ-2.4"]\nreason = "a"\nflaky = "no"', "neither true nor false"),
        ('["TQ-2.4"]\nreason = "a"\nuntil = "2027-03-01"', "write until = 2027-03-01, without"),
        ('["TQ-2.4"]\nreason = "a"\nuntil = 2027-03-01T00:00:00', "is not a date"),
        ('["TQ-2.4"]\nreason = "a"\nwhen = "python >= 3"', "a when that cannot be used: .*python"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(BaselineError, match=re.compile(message, re.DOTALL)):
        baseline.parse(text, "known.toml")


def test_a_file_that_is_missing_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="make one with --write-baseline"):
        baseline.load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BaselineError, match="not UTF-8"):
        baseline.load(tmp_path / "binary.toml")
    with pytest.raises(BaselineError, match="cannot be read"):
        baseline.load(tmp_path)


def test_only_entries_whose_condition_holds_apply() -> None:
    entries = {
        "TQ-1.1": KnownFailure("always"),
        "TQ-1.2": KnownFailure("races", when='gil == "disabled"'),
    }
    assert set(baseline.applicable(entries, FREE_THREADED)) == {"TQ-1.1", "TQ-1.2"}
    assert set(baseline.applicable(entries, OLD)) == {"TQ-1.1"}


# -- conditions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "free_threaded", "old"),
    [
        ('python_version >= "3.13"', True, False),
        ('python_version < "3.10"', False, True),  # as numbers: as text 3.9 would come after 3.10
        ('"3.10" > python_version', False, True),
        ('python_version == "3.13.0"', True, False),
        ('"3.9" < python_version <= "3.13"', True, False),
        ('gil == "disabled" and python_version in "3.13 3.14"', True, False),
        ('not (gil == "disabled") or python_version != "3.13"', False, True),
    ],
)
def test_conditions(text: str, free_threaded: bool, old: bool) -> None:
    assert evaluate(text, FREE_THREADED) is free_threaded
    assert evaluate(text, OLD) is old


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot read"),
        ("python_version >=", "cannot read"),
        ("gil", "is not a comparison"),
        ("True", "is not a comparison"),
        ("python == '3'", "there is no python; there are python_version"),
        ("python_version >= 3.13", "versions are quoted, too"),
        ("python_version >= 'new'", "is not a version"),
        ("gil > 'enabled'", "only versions have an order"),
        ("gil is 'enabled'", "write == instead of is"),
        ("'a' == 'a'", "compares none of"),
        ("gil == 'enabled' or __import__('os').abort()", "is not a comparison"),
        ("gil == __import__('os').name", "neither a name nor a quoted string"),
        ("gil == f'{1}'", "neither a name nor a quoted string"),
        ("(" * 300 + "gil == 'enabled'" + ")" * 300, "may have 500 characters"),
        ("not " * 120 + "gil", "is not a comparison"),
        ("\0", "cannot read"),
    ],
)
def test_conditions_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(ConditionError, match=re.escape(message)):
        evaluate(text)


@given(st.text(alphabet="()'\"=<>! andorti.3gl_python\\", max_size=40) | st.text(max_size=40))
def test_a_condition_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConditionError):
        assert evaluate(text) in (True, False)


# -- two sides -----------------------------------------------------------------------------------


def test_listed_and_passing_is_stale(make_report: Any, records: Any) -> None:
    report = make_report({"TQ-2.4": records.failing("TQ-2.4"), "TQ-2.5": None})
    entries = {clause: KnownFailure("x") for clause in ("TQ-2.4", "TQ-2.5", "TQ-2.6", "TQ-2.7")}
    entries["TQ-2.7"] = KnownFailure("x", flaky=True)
    assert baseline.stale(entries, report.standings) == ["TQ-2.6"]


# -- writing -------------------------------------------------------------------------------------


def test_new_failures_are_written_without_a_reason_and_do_not_load(
    make_report: Any, records: Any
) -> None:
    report = make_report(
        {
            "TQ-2.4": records.failing("TQ-2.4"),
            "TQ-2.5": records.blocked("TQ-2.5", "TQ-2.4"),
            "TQ-2.12": records.failing("TQ-2.12"),
            "TQ-2.6": records.unverified("TQ-2.6"),
        }
    )
    text = baseline.dump(report.standings, {}, profile="core")
    assert set(baseline.parse(text, unfinished=True)) == {"TQ-2.4", "TQ-2.5"}
    with pytest.raises(BaselineError, match=r"TQ-2\.4 has an empty reason"):
        baseline.parse(text)
    filled = text.replace('reason = ""', 'reason = "bounded"')
    assert baseline.parse(filled)["TQ-2.5"].reason == "bounded"


def test_existing_entries_are_kept_unless_they_are_stale(make_report: Any, records: Any) -> None:
    elsewhere = 'sys_platform == "nowhere"'
    existing = {
        "TQ-1.1": KnownFailure("passes now"),
        "TQ-1.2": KnownFailure("passes here", when=elsewhere),
        "TQ-1.3": KnownFailure("passes now and then", flaky=True),
        "TQ-2.4": KnownFailure("bounded", issue="#7", until="2027-03-01"),
        "TQ-2.12": KnownFailure("beyond the profile"),
    }
    report = make_report({c: records.failing(c) for c in ("TQ-2.4", "TQ-2.12")})
    text = baseline.dump(report.standings, existing, profile="core")
    assert baseline.parse(text) == {k: v for k, v in existing.items() if k != "TQ-1.1"}


@given(
    st.dictionaries(
        st.sampled_from([clause.id for clause in CLAUSES]),
        st.builds(
            KnownFailure,
            reason=st.text(min_size=1).filter(str.strip),
            issue=st.text(),
            until=st.just("") | st.dates().map(str),
            when=st.sampled_from(["", 'gil == "disabled"', "os_name != 'nt'"]),
            flaky=st.booleans(),
        ),
    )
)
def test_what_is_written_is_read_back(entries: dict[str, KnownFailure]) -> None:
    assert baseline.parse(baseline.dump([], entries, profile="core")) == entries


def test_what_was_seen_is_a_comment_whatever_it_holds(make_report: Any, records: Any) -> None:
    evidence = records.hang()
    evidence.seen = 'first\n["TQ-1.1"]\r\x00\x85\u2028"""'
    report = make_report({"TQ-2.4": records.failing("TQ-2.4", evidence)})
    text = baseline.dump(report.standings, {}, profile="core")
    assert set(baseline.parse(text, unfinished=True)) == {"TQ-2.4"}
    assert "# seen: first" in text


def test_update_keeps_what_was_filled_in(make_report: Any, records: Any, tmp_path: Path) -> None:
    path = tmp_path / "new" / "baseline.toml"
    report = make_report({"TQ-2.4": records.failing("TQ-2.4")})
    assert baseline.update(path, report.standings, profile="core") == ["TQ-2.4"]
    path.write_text(path.read_text().replace('reason = ""', 'reason = "bounded"'))
    report = make_report({c: records.failing(c) for c in ("TQ-2.4", "TQ-2.5")})
    assert baseline.update(path, report.standings, profile="core") == ["TQ-2.5"]
    assert baseline.parse(path.read_text(), unfinished=True)["TQ-2.4"].reason == "bounded"


def test_update_does_not_overwrite_something_else(make_report: Any, tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "mine"\n')
    with pytest.raises(BaselineError, match="there is no clause 'project'"):
        baseline.update(path, make_report().standings, profile="core")
    assert "mine" in path.read_text()
