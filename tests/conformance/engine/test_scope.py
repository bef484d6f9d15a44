"""Which modules of an implementation are under control."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from taskqueue_conformance import bounded
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.engine import scope
from taskqueue_conformance.engine.scope import Place, place_of
from taskqueue_conformance.engine.searching import search
from taskqueue_conformance.loading import load, names_of

QUEUE = """
class TaskQueue:
    def __init__(self, producer, consumers): pass
    def run(self): pass
    def put(self, item): pass
    def get(self): pass
    def ok(self): pass
"""

PlaceIn = Callable[[str, Mapping[str, str]], Place]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlaceIn]:
    """Where a target is, in a folder that holds these modules."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    modules, path = set(sys.modules), list(sys.path)

    def place(target: str, files: Mapping[str, str]) -> Place:
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        importlib.invalidate_caches()
        return place_of(load(target), *names_of(target))

    yield place
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] not in ("taskqueue_harness", "taskqueue_conformance"):
            del sys.modules[name]
    sys.path[:] = path


SMALL = {
    "tq/__init__.py": "from .core import TaskQueue\nfrom . import patches\n",
    "tq/core.py": "from . import words, unused\n" + QUEUE,
    "tq/words.py": "WORDS = ()\n",
    "tq/unused.py": "",
    "tq/patches.py": "from . import core\n",
}


@pytest.mark.parametrize("target", ["tq:TaskQueue", "tq.core:TaskQueue", "tq/core.py:TaskQueue"])
def test_of_a_small_package_all_that_was_loaded(place: PlaceIn, target: str) -> None:
    (module, path), found = place(target, SMALL)
    assert module == ("tq" if target.startswith("tq:") else "tq.core")
    assert path == "TaskQueue"
    assert set(found) == {"tq", "tq.core", "tq.words", "tq.unused", "tq.patches"}


def test_of_a_large_package_what_the_queue_imports(
    place: PlaceIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope, "_LARGEST", 100)
    (module, path), found = place("tq:TaskQueue", SMALL)
    assert (module, path) == ("tq.core", "TaskQueue")
    assert set(found) == {"tq.core", "tq.words", "tq.unused"}


def test_of_a_folder_the_modules_that_were_loaded(place: PlaceIn) -> None:
    files = {
        "facade.py": "import parts\nparts.set_up = True\nfrom parts import TaskQueue\n",
        "parts.py": QUEUE,
        "not_loaded.py": "",
    }
    (module, path), found = place("facade:TaskQueue", files)
    assert (module, path) == ("facade", "TaskQueue")
    assert set(found) == {"facade", "parts"}


def test_of_other_peoples_packages_what_is_about_threads(place: PlaceIn) -> None:
    files = {
        "mine.py": "import yours.base, yours.tools\nclass TaskQueue(yours.base.Base): pass\n",
        "yours/__init__.py": "import threading",
        "yours/base.py": "import threading" + QUEUE.replace("TaskQueue", "Base"),
        "yours/tools.py": "def twice(x): return 2 * x\n",
    }
    (module, _), found = place("mine:TaskQueue", files)
    assert module == "mine"
    assert set(found) == {"mine", "yours.base"}


def test_a_constructor_that_raises_only_under_the_engine_is_no_verdict(place: PlaceIn) -> None:
    """It can tell the world from the process, as nobody should."""
    wary = """
import threading
class TaskQueue:
    def __init__(self, producer, consumers):
        if "taskqueue_harness" in str(type(threading.Lock()).__mro__):
            raise RuntimeError("not here")
"""
    where, found = place("wary:TaskQueue", {"wary.py": wary})
    job = bounded.ordinary(DEPTHS["quick"])[0]
    explored = search(job, where, found)
    assert "the constructor raised RuntimeError: not here under the engine" in explored.uncontrolled
    assert explored.counts == {}


def test_a_file_with_the_name_of_a_module_of_the_library(place: PlaceIn) -> None:
    import queue

    (module, _), found = place("queue.py:TaskQueue", {"queue.py": "import threading" + QUEUE})
    assert sys.modules["queue"] is queue
    assert found == (module,)
    assert hasattr(sys.modules[module], "TaskQueue")
