"""The pytest marker: explores, fails with lanes and a token, replays, and is inert otherwise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import threading
import pytest

class Counter:
    n = 0

def add(counter):
    counter.n += 1

def run(function, *args):
    threads = [threading.Thread(target=function, args=args) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

@pytest.mark.interleave(strategy="dpor")
def test_broken():
    counter = Counter()
    run(add, counter)
    assert counter.n == 2

class TestInClass:
    @pytest.mark.interleave(executions=50, seed=3)
    def test_sound(self):
        run(lambda: None)

    def test_plain(self, tmp_path):
        assert tmp_path
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


def _pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-p", "taskqueue_harness.pytest_plugin",
            "--strict-markers", "-p", "no:cacheprovider", *arguments,
        ],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_failing_test_shows_lanes_and_a_token_that_replays_it(folder: Path) -> None:
    code, out = _pytest(folder, "-rA")
    assert code == 1
    assert "1 failed, 2 passed" in out
    assert "test_broken: failed in execution" in out
    assert "test_it.py:9 read" in out
    assert "!1 race on Counter#1.n" in out
    assert "sampled: 50 schedules by portfolio with seed 3" in out
    found = re.search(r"^replay  pytest (\S+) --interleave-replay (\w+)$", out, re.MULTILINE)
    assert found is not None, out
    code, out = _pytest(folder, found[1], "--interleave-replay", found[2])
    assert code == 1
    assert "AssertionError" in out
    assert "minimised" not in out


def test_a_saved_schedule_is_replayed_first_and_passes_once_mended(folder: Path) -> None:
    code, out = _pytest(folder, "test_it.py::test_broken", "--interleave-save", "lost")
    assert code == 1
    assert (folder / ".taskqueue-schedules" / "lost.token").is_file()
    code, out = _pytest(folder, "test_it.py::test_broken")
    assert code == 1
    assert "saved as lost: test_broken: failed in execution 1" in out
    mended = TESTS.replace("class Counter:", "lock = threading.Lock()\n\nclass Counter:")
    mended = mended.replace("    counter.n += 1", "    with lock:\n        counter.n += 1")
    (folder / "test_it.py").write_text(mended)
    code, out = _pytest(folder, "test_it.py::test_broken", "-rA")
    assert code == 0, out
    assert "saved as lost: test_broken: done" in out
    assert "proved: every behaviour was seen" in out


def test_a_token_of_another_source_is_refused(folder: Path) -> None:
    _, out = _pytest(folder, "test_it.py::test_broken")
    found = re.search(r"^token   (\w+)$", out, re.MULTILINE)
    assert found is not None
    (folder / "test_it.py").write_text(TESTS + "# changed\n")
    code, out = _pytest(folder, "test_it.py::test_broken", "--interleave-replay", found[1])
    assert code == 1
    assert "the token is from another version of the source" in out
    code, out = _pytest(folder, "test_it.py::test_broken", "--interleave-replay", "nonsense")
    assert code == 1
    assert "not a token" in out or "damaged" in out


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("@pytest.mark.interleave(tries=3)\ndef test_x(): pass", "not tries"),
        ("@pytest.mark.interleave('dpor')\ndef test_x(): pass", "not positional arguments"),
        ("@pytest.mark.interleave\ndef test_x(tmp_path): pass", "takes tmp_path: a test under"),
    ],
)
def test_a_wrong_use_is_one_clear_line(folder: Path, test: str, complaint: str) -> None:
    (folder / "test_wrong.py").write_text(f"import pytest\n{test}\n")
    code, out = _pytest(folder, "test_wrong.py")
    assert code == 4
    assert complaint in out
    assert "Traceback" not in out


def test_a_test_without_threads_fails_for_it_shows_nothing(folder: Path) -> None:
    (folder / "test_none.py").write_text(
        "import pytest\n@pytest.mark.interleave\ndef test_x(): pass\n"
    )
    code, out = _pytest(folder, "test_none.py")
    assert code == 1
    assert "no controlled thread was started" in out


def test_a_token_is_for_one_test(folder: Path) -> None:
    code, out = _pytest(folder, "--interleave-replay", "x")
    assert code == 4
    assert "is for a single test, 2 are selected" in out


def test_it_is_inert_without_a_marked_test(folder: Path) -> None:
    (folder / "test_it.py").write_text(
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    assert 'taskqueue_harness.pytest_plugin' in sys.modules\n"
        "    engine = [one for one in sys.modules if one.startswith('taskqueue_harness.')]\n"
        "    assert engine == ['taskqueue_harness.pytest_plugin']\n"
        "    assert 'greenlet' not in sys.modules\n"
    )
    code, out = _pytest(folder)
    assert code == 0, out
