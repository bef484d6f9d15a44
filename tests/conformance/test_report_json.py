"""Reports as JSON: what is written is read back, and nothing else is."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskqueue_conformance import report_json
from taskqueue_conformance.baseline import KnownFailure
from taskqueue_conformance.contract import CLAUSES, PROFILES
from taskqueue_conformance.measure import Unreached
from taskqueue_conformance.records import Evidence, Grade, Standing, Status
from taskqueue_conformance.report import Header, Report

SCHEMA = json.loads(
    Path(report_json.__file__).with_name("report.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

IDS = [clause.id for clause in CLAUSES]

# Lone surrogates, too: they come from file names and foreign output that is not UTF-8.
texts = st.text(st.characters(exclude_categories=()), max_size=12)
counts = st.integers(0, 10**9)
seconds = st.floats(0, 1e6)
json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
evidence = st.builds(
    Evidence,
    scenario=texts,
    description=st.lists(texts, max_size=2),
    seen=texts,
    times=counts,
    of=counts,
    story=st.lists(texts, max_size=2),
    stacks=st.lists(
        st.fixed_dictionaries({"thread": texts, "frames": st.lists(texts, max_size=2)}),
        max_size=2,
    ),
    output=texts,
    data=st.dictionaries(texts, json_data, max_size=2),
)


def standing(clause: str) -> st.SearchStrategy[Standing]:
    return st.builds(
        Standing,
        clause=st.just(clause),
        status=st.sampled_from(Status),
        grade=st.sampled_from(Grade),
        scenarios=counts,
        runs=counts,
        seconds=seconds,
        evidence=st.lists(evidence, max_size=1),
        blocked_by=st.lists(st.sampled_from(IDS), max_size=2),
        reason=texts,
        tests=st.lists(texts, max_size=2),
    )


headers = st.builds(
    Header,
    target=texts,
    name=texts,
    distribution=texts,
    files=st.lists(texts, max_size=2),
    subset=st.sampled_from(["", "handler"]),
    profile=st.sampled_from(PROFILES),
    depth=texts,
    seed=st.integers(),
    timeout_factor=seconds,
    gil=st.booleans(),
    cores=counts,
    platform=texts,
    started=st.dates().map(lambda day: f"{day.isoformat()}T12:00:00+00:00"),
    seconds=seconds,
)
known = st.builds(
    KnownFailure,
    reason=texts,
    issue=texts,
    until=st.just("") | st.dates().map(str),
    when=texts,
    flaky=st.booleans(),
)
lines = st.lists(counts, max_size=3).map(tuple)
unreached = st.builds(
    Unreached,
    file=texts,
    statements=counts,
    lines=lines,
    branches=st.lists(st.tuples(counts, st.integers()), max_size=2).map(tuple),
)
reports = st.builds(
    Report,
    header=headers,
    standings=st.tuples(*map(standing, IDS[:4])).map(list),
    known=st.dictionaries(st.sampled_from(IDS), known, max_size=2),
    partial=texts,
    gate=st.booleans(),
    notes=st.lists(texts, max_size=2),
    coverage=st.none() | st.lists(unreached, max_size=2),
)


def completed(report: Report) -> Report:
    """With a plain standing for each clause that was not drawn (drawing all of them is slow)."""
    rest = [
        Standing(clause, Status.PASSED, Grade.OBSERVED, 1, 1, 0.0, [], [], "", ["t"])
        for clause in IDS[len(report.standings) :]
    ]
    report.standings += rest
    return report


@settings(max_examples=50)
@given(reports.map(completed))
def test_what_is_written_is_read_back_and_valid(report: Report) -> None:
    text = json.dumps(report_json.to_json(report))
    VALIDATOR.validate(json.loads(text))
    assert report_json.from_json(json.loads(text)) == report


def test_a_file_is_read_back(make_report: Any, records: Any, tmp_path: Path) -> None:
    report = make_report({"TQ-2.1": records.failing("TQ-2.1", records.hang())})
    path = tmp_path / "new" / "report.json"
    report_json.save(report, path)
    assert report_json.load(path) == report
    assert [entry.name for entry in path.parent.iterdir()] == ["report.json"]


def test_complete_is_the_last_key(make_report: Any) -> None:
    data = report_json.to_json(make_report())
    assert next(iter(data)) == "schema"
    assert list(data)[-1] == "complete"


def test_an_unusable_implementation_has_a_report_without_clauses(tmp_path: Path) -> None:
    report = Report(Header("nothing:There"), unusable="there is no module 'nothing'")
    report_json.save(report, tmp_path / "r.json")
    assert report_json.load(tmp_path / "r.json") == report
    VALIDATOR.validate(report_json.to_json(report))


@settings(max_examples=60)
@given(data=st.data())
def test_a_file_that_was_cut_off_is_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = json.dumps(report_json.to_json(Report(Header("m:Q"), unusable="no")))
    path = tmp_path_factory.getbasetemp() / "cut.json"
    path.write_text(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(report_json.ReportError, match="cut off"):
        report_json.load(path)


def drop_complete(data: dict[str, Any]) -> None:
    del data["complete"]


def not_complete(data: dict[str, Any]) -> None:
    data["complete"] = 1


def other_schema(data: dict[str, Any]) -> None:
    data["schema"] = 2


def other_contract(data: dict[str, Any]) -> None:
    data["header"]["contract_version"] = "0"


def drop_a_clause(data: dict[str, Any]) -> None:
    del data["clauses"][3]


def repeat_a_clause(data: dict[str, Any]) -> None:
    data["clauses"].append(data["clauses"][0])


def unknown_status(data: dict[str, Any]) -> None:
    data["clauses"][0]["status"] = "fine"


def text_for_a_number(data: dict[str, Any]) -> None:
    data["header"]["seconds"] = "long"


def true_for_a_number(data: dict[str, Any]) -> None:
    data["header"]["seed"] = True


def unknown_key(data: dict[str, Any]) -> None:
    data["header"]["colour"] = "red"


def missing_key(data: dict[str, Any]) -> None:
    del data["clauses"][0]["evidence"]


def clauses_as_text(data: dict[str, Any]) -> None:
    data["clauses"] = "all"


def unknown_known(data: dict[str, Any]) -> None:
    entry = {"reason": "x", "issue": "", "until": "", "when": "", "flaky": False}
    data["known"] = {"TQ-9.9": entry}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (drop_complete, "not complete: the run that wrote it was cut off"),
        (not_complete, "not complete"),
        (other_schema, "of schema 2, and this version of the suite reads schema 1"),
        (other_contract, "contract version 0"),
        (drop_a_clause, "TQ-1.4"),
        (repeat_a_clause, "twice"),
        (unknown_status, "'fine' is none of failed, blocked"),
        (text_for_a_number, "header.seconds: expected float, found str"),
        (true_for_a_number, "header.seed: expected int, found bool"),
        (unknown_key, "header: colour is unknown"),
        (missing_key, "evidence is missing"),
        (clauses_as_text, "clauses: expected a list"),
        (unknown_known, "there is no clause 'TQ-9.9'"),
    ],
)
def test_what_is_no_report_is_refused(
    damage: Any, message: str, make_report: Any, tmp_path: Path
) -> None:
    data = copy.deepcopy(report_json.to_json(make_report()))
    damage(data)
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(data))
    with pytest.raises(report_json.ReportError, match=message) as caught:
        report_json.load(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["[]", "3", "null", "\udcff", "[" * 100_000])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(report_json.ReportError, match=r"other\.json"):
        report_json.load(path)


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(report_json.ReportError, match="No such file"):
        report_json.load(tmp_path / "none.json")


def test_a_write_that_fails_leaves_the_former_file(
    make_report: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    report_json.save(make_report(partial="the former"), path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        report_json.save(make_report(), path)
    assert report_json.load(path).partial == "the former"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_file_has_the_usual_permissions(make_report: Any, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        report_json.save(make_report(), tmp_path / "report.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("kind", "place", "renamed"),
    [
        (Header, "header", {}),
        (Evidence, "evidence", {}),
        (KnownFailure, "known", {}),
        (Unreached, "unreached", {}),
        (Standing, "clause", {"clause": "id"}),
    ],
)
def test_the_schema_has_the_fields_of_the_classes(
    kind: Any, place: str, renamed: dict[str, str]
) -> None:
    fields = {renamed.get(f.name, f.name) for f in dataclasses.fields(kind)}
    derived = {"profile", "sentence", "required", "place"} if kind is Standing else set()
    definition = SCHEMA["$defs"][place]
    assert set(definition["properties"]) == fields | derived
    assert set(definition["required"]) == fields | derived


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
