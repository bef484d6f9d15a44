"""What a run leaves behind: reports, baselines, and commands that show a failure again."""

from __future__ import annotations

import json
import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conformance.plugin.conftest import Host, Ran

SPECIMEN = "specimens/failing_consumer_eats_an_item.py"
BROKEN = "TQ-1.7"
"""The one clause that the specimen breaks; drawn workloads break it as well."""


def specimen(checkout: Path) -> str:
    return f"{checkout / 'tests' / SPECIMEN}:TaskQueue"


def schema() -> Any:
    import taskqueue_conformance

    path = Path(taskqueue_conformance.__file__).with_name("report.schema.json")
    return json.loads(path.read_text())


def test_the_life_of_a_baseline(host: Host, checkout: Path) -> None:
    """Written from a whole run, refused until filled in, an excuse, and stale at last."""
    jsonschema = pytest.importorskip("jsonschema")
    report, junit, known = (host.folder / name for name in ("r.json", "junit.xml", "known.toml"))
    target = ["--impl", specimen(checkout)]
    files = ["--tq-json", str(report), "--junitxml", str(junit), "--tq-write-baseline", str(known)]

    ran = host.suite(*target, *files)
    assert ran.status == 1, ran.output
    assert "fill in the reasons of TQ-1.7" in " ".join(ran.output.split()), ran.output

    data = json.loads(report.read_text())
    jsonschema.validate(data, schema())
    assert data["complete"] is True
    assert data["verdict"]["exit_code"] == 1
    places = {clause["id"]: clause["place"] for clause in data["clauses"]}
    required = {clause["id"] for clause in data["clauses"] if clause["required"]}
    assert {name for name in required if places[name] == "failed"} == {BROKEN}
    assert {name for name in required if places[name] != "verified"} == {BROKEN}
    assert all(ran.place(name) == ("ok" if name != BROKEN else "FAILED") for name in required)
    assert_agrees(junit, data)

    told = host.suite(*target, "--tq-baseline", known)
    assert told.status == 4, told.output
    assert len(told.said) == 1, told.output
    assert "TQ-1.7 has an empty reason" in told.said[0]

    known.write_text(known.read_text().replace('reason = ""', 'reason = "prefetching"'))
    excused = [*target, "--tq-baseline", str(known), "-k", "test_1_7_ or test_4_2_"]
    # The same clauses again, by the reference: what is listed and passes must not be listed.
    runs = {
        "known": excused,
        "known, xdist": [*excused, "-n", "2"],
        "partial": ["--tq-baseline", str(known), "-k", "test_1_7_", "--tq-write-baseline", "x"],
        "stale": ["--tq-baseline", str(known)],
    }
    ran_again = host.suites(runs)
    for name in ("known", "known, xdist"):
        ran = ran_again[name]
        assert ran.status == 0, ran.output
        assert ran.place(BROKEN) == "known", ran.output
        assert "1 passed" in ran.output, ran.output
        assert "1 xfailed" in ran.output, ran.output
    assert ran_again["stale"].status == 1, ran_again["stale"].output
    assert ran_again["stale"].place(BROKEN) == "STALE", ran_again["stale"].output
    assert "TQ-1.7 passes and must not be listed" in ran_again["stale"].output
    assert ran_again["partial"].status == 3, ran_again["partial"].output
    assert "a baseline is written from a whole run" in ran_again["partial"].output
    assert not (host.folder / "x").exists()


def assert_agrees(junit: Path, report: Any) -> None:
    """JUnit tells of the same failures as the report."""
    tree = ET.parse(junit)
    failed, tested = set(), set()
    for case in tree.iter("testcase"):
        clauses = {p.get("value") for p in case.iter("property") if p.get("name") == "clause"}
        tested |= clauses
        if case.find("failure") is not None:
            failed |= clauses
    by_place: dict[str, set[str]] = {"failed": set()}
    for clause in report["clauses"]:
        if clause["required"]:
            by_place.setdefault(clause["place"], set()).add(clause["id"])
    assert failed == by_place["failed"]
    assert tested == {clause["id"] for clause in report["clauses"]}
    suite = next(tree.iter("testsuite"))
    assert int(suite.get("errors", "1")) == 0
    assert int(suite.get("failures", "0")) >= len(failed)


def test_a_baseline_whose_day_is_past(host: Host, checkout: Path) -> None:
    host.write("known.toml", '["TQ-1.7"]\nreason = "prefetching"\nuntil = 2020-01-01\n')
    ran = host.suite(
        *("--impl", specimen(checkout), "--tq-baseline", "known.toml", "-k", "test_1_7_")
    )
    assert ran.status == 1, ran.output
    assert "TQ-1.7 was excused until 2020-01-01" in ran.output


def test_what_no_clause_reaches(host: Host) -> None:
    host.write(
        "half.py",
        """\
        from taskqueue_reference import TaskQueue as Right


        class TaskQueue(Right):
            def put(self, item):
                if item == "nobody puts this":
                    item = None
                super().put(item)

            def peek(self):
                found = self.get()
                return found
        """,
    )
    common = ["--impl", "half", "-k", "test_1_1_", "--tq-scenario", "3 items, 2 consumers"]
    asked = {"alone": [*common, "--tq-cov"], "xdist": [*common, "--tq-cov", "-n", "2"]}
    ran = host.suites({**asked, "not asked": common})
    for name in asked:
        said = " ".join(ran[name].output.split())
        assert (
            "half.py: 6 of 9 statements reached; not lines 7, 11 to 12; not branches 6->7" in said
        )
    assert "not reached by any clause" not in ran["not asked"].output
    assert [one.status for one in ran.values()] == [0, 0, 0], ran


# -- commands that show a failure again ----------------------------------------------------------


def pasted(host: Host, ran: Ran, *, cwd: Path | None = None) -> Ran:
    """The run of the command that the report gives, as a shell would read it."""
    assert ran.repeats, ran.output
    program, *words = shlex.split(ran.repeats[0])
    assert program == "pytest"
    return host.pytest(*words, "-p", "no:cacheprovider", cwd=cwd)


def test_the_command_of_a_clause_fails_again(host: Host, checkout: Path) -> None:
    ran = host.suite("--impl", specimen(checkout), "-k", "test_1_7_")
    assert ran.place(BROKEN) == "FAILED", ran.output
    again = pasted(host, ran)
    assert again.status == 1, again.output
    assert again.place(BROKEN) == "FAILED", again.output


def test_the_command_of_a_checkout_fails_again_there(host: Host, checkout: Path) -> None:
    ran = host.pytest(
        *("conformance", "--impl", f"tests/{SPECIMEN}", "--tq-depth", "quick"),
        *("-k", "test_1_7_", "-p", "no:cacheprovider"),
        cwd=checkout,
    )
    assert ran.repeats[0].startswith("pytest conformance --impl tests/"), ran.output
    again = pasted(host, ran, cwd=checkout)
    assert again.status == 1, again.output
    assert again.place(BROKEN) == "FAILED", again.output


def test_the_command_of_a_drawn_workload_fails_again(host: Host) -> None:
    """A fault that the smallest workload shows, so that every seed finds it."""
    host.write(
        "counts.py",
        """
        from taskqueue_reference import TaskQueue as Right

        class TaskQueue(Right):
            def run(self):
                super().run()
                return 7
        """,
    )
    ran = host.suite("--impl", "counts", "-k", "test_6_drawn")
    assert ran.status == 1, ran.output
    assert "--tq-replay" in ran.repeats[0], ran.output
    again = pasted(host, ran)
    assert again.status == 1, again.output
    assert again.place("TQ-3.8") == "FAILED", again.output
    assert "1 failed" in again.output

    repaired = shlex.split(ran.repeats[0])[1:]
    repaired[repaired.index("--impl") + 1] = "taskqueue_reference"
    passed = host.pytest(*repaired)
    assert passed.status == 0, passed.output
    assert "1 passed" in passed.output


def test_the_command_of_a_clause_passes_once_it_is_repaired(host: Host) -> None:
    """Two tests judge TQ-1.1; only one of them knows the scenario, and the other is left out."""
    chosen = ["-k", "test_1_1_", "--tq-scenario"]
    runs = {"known": [*chosen, "3 items, 2 consumers"], "unknown": [*chosen, "no such thing"]}
    ran = host.suites(runs)
    assert ran["known"].status == 0, ran["known"].output
    assert ran["known"].place("TQ-1.1") == "ok"
    assert re.search(r"== 1 passed, \d+ deselected", ran["known"].output), ran["known"].output
    assert ran["unknown"].status == 5, ran["unknown"].output


def test_a_target_with_odd_letters_is_quoted(host: Host) -> None:
    host.write("odd folder/it's.py", "from mine import TaskQueue")
    ran = host.suite("--impl", "odd folder/it's.py:TaskQueue", "-k", "test_4_2_")
    assert ran.place("TQ-4.2") == "FAILED", ran.output
    again = pasted(host, ran)
    assert again.place("TQ-4.2") == "FAILED", again.output
