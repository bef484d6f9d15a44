"""The class that started it: conformant to core and upstream, and strict misses as written down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from taskqueue_conformance import baseline, report_json
from taskqueue_conformance.contract import lookup
from taskqueue_conformance.records import Status

ROOT = Path(__file__).resolve().parent.parent.parent
BASELINE = ROOT / "conformance" / "baselines" / "oss2-2.19.1.toml"
OSS2 = "oss2.task_queue:TaskQueue"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "conformance", "-q", "-p", "no:cacheprovider"]
    command += ["--tq-depth", "quick", "--impl", OSS2, *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_it_meets_core_and_upstream() -> None:
    done = run("--tq-profile", "upstream")
    assert done.returncode == 0, done.stdout
    assert "conformant to upstream: 32 of 32 verified" in done.stdout


def test_its_strict_misses_are_those_of_the_baseline(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    done = run("--tq-profile", "strict", "--tq-json", str(path))
    assert done.returncode == 1, done.stdout
    report = report_json.load(path)
    missed = {one.clause for one in report.standings if one.status is Status.FAILED}
    assert missed == set(baseline.load(BASELINE))
    assert {lookup(clause).profile for clause in missed} == {"strict"}
    for clause in missed:
        assert f"FAILED     {clause}" in done.stdout


def test_with_its_baseline_it_passes_strict() -> None:
    done = run("--tq-profile", "strict", "--tq-baseline", str(BASELINE))
    assert done.returncode == 0, done.stdout
    assert "36 of 46 verified, 10 known" in done.stdout
