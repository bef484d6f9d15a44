"""Kept schedules: found again, replayed exactly on their source and nearly on a changed one."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from taskqueue_harness import explore
from taskqueue_harness.findings import Finding, examine
from taskqueue_harness.regressions import BadRegression, load, recheck, save, saved_for

BROKEN = """
import threading

class Counter:
    n = 0

def add(counter):
    n = counter.n
    counter.n = n + 1

def bystand(counter):
    pass

def program():
    counter = Counter()
    threads = [threading.Thread(target=one, args=(counter,)) for one in (bystand, add, add)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.n == 2

def other():
    program()
"""
STILL_BROKEN = BROKEN.replace(
    "counter = Counter()", 'counter = Counter()\n    label = "counting"  # a line more'
)
MENDED = BROKEN.replace("class Counter:", "lock = threading.Lock()\n\nclass Counter:").replace(
    "    n = counter.n\n    counter.n = n + 1", "    with lock:\n        counter.n += 1"
)
GONE = "def program():\n    pass\n"

_numbers = itertools.count()


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Writes the source of the program and imports it anew."""
    names = []

    def write(source: str) -> Any:
        name = f"kept_{next(_numbers)}"
        names.append(name)
        path = tmp_path / "kept.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        # Not by the loader, whose cache goes by the time of the file, in whole seconds.
        exec(compile(source, str(path), "exec"), vars(module))
        return module

    yield write
    for name in names:
        sys.modules.pop(name, None)


def _finding(program: Callable[[], None]) -> Finding:
    finding = examine(program, explore(program))
    assert finding is not None
    return finding


def test_a_saved_schedule_comes_back_as_it_was(write: Callable[[str], Any], tmp_path: Path) -> None:
    module = write(BROKEN)
    finding = _finding(module.program)
    path = save(module.program, finding, "lost")
    assert path == tmp_path / ".taskqueue-schedules" / "lost.token"
    (saved,) = saved_for(module.program)
    assert saved == load(path)
    assert (saved.name, saved.token, saved.program) == ("lost", finding.token, "kept.py:program")
    assert finding.minimised is not None
    assert saved.departures == finding.minimised.departures
    assert "AssertionError" in saved.failure
    assert saved_for(module.other) == []
    assert [one.name for one in path.parent.iterdir()] == ["lost.token"]


def test_on_its_source_it_fails_exactly_as_it_did(write: Callable[[str], Any]) -> None:
    module = write(BROKEN)
    save(module.program, _finding(module.program), "lost")
    (saved,) = saved_for(module.program)
    result = recheck(module.program, saved)
    assert (result.verdict, result.token) == ("failed", saved.token)
    assert result.same_source


def test_on_a_changed_source_it_still_finds_the_bug(write: Callable[[str], Any]) -> None:
    module = write(BROKEN)
    save(module.program, _finding(module.program), "lost")
    changed = write(STILL_BROKEN)
    (saved,) = saved_for(changed.program)
    result = recheck(changed.program, saved)
    assert result.verdict == "failed"
    assert any("followed as far as it goes" in note for note in result.notes)


@pytest.mark.parametrize("source", [MENDED, GONE])
def test_on_a_mended_source_it_passes(write: Callable[[str], Any], source: str) -> None:
    module = write(BROKEN)
    save(module.program, _finding(module.program), "lost")
    mended = write(source)
    (saved,) = saved_for(mended.program)
    assert recheck(mended.program, saved).ok


def test_a_finding_that_was_not_minimised_keeps_its_departures(
    write: Callable[[str], Any],
) -> None:
    module = write(BROKEN)
    finding = examine(module.program, explore(module.program), replays=0)
    assert finding is not None
    saved = load(save(module.program, finding, "raw"))
    assert saved.departures
    changed = write(STILL_BROKEN)
    assert not recheck(changed.program, saved).ok


def test_a_name_is_not_taken_from_another_program(write: Callable[[str], Any]) -> None:
    module = write(BROKEN)
    finding = _finding(module.program)
    save(module.program, finding, "lost")
    save(module.program, finding, "lost")
    with pytest.raises(ValueError, match=r"keeps a schedule of kept\.py:program"):
        save(module.other, finding, "lost")
    for name in ("../lost", "", ".hidden", "a/b"):
        with pytest.raises(ValueError, match="cannot be a file name"):
            save(module.program, finding, name)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nonsense\n", "bad.token:1: expected 'key: value'"),
        ("program: a.py:f\n", "no line says 'token'"),
        ("program: a.py:f\ntoken: zzz\n", "bad.token: not a token"),
        ("program: a.py:f\ndeparture: main, step 1.0: sideways\n", "bad.token:2: not a departure"),
        ("program: a.py:f\ndeparture: x\n", "bad.token:2: not a departure"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "bad.token"
    path.write_text(text)
    with pytest.raises(BadRegression) as caught:
        load(path)
    assert complaint in str(caught.value)
