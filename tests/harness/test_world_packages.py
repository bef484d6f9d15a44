"""Programs of several modules: each execution finds them as the first one did."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from taskqueue_harness import explore
from taskqueue_harness.own import own_modules

Write = Callable[[Mapping[str, str]], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes modules by path; they are forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def write(files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        importlib.invalidate_caches()

    yield write
    for name in set(sys.modules) - before:
        if name.partition(".")[0] not in ("taskqueue_harness", "taskqueue_conformance"):
            del sys.modules[name]


def run(target: str, name: str = "program", **options: Any) -> Any:
    """Explore a function of a module with all that belongs to it in scope."""
    program = getattr(importlib.import_module(target), name)
    return explore(program, strategy="dpor", scope=own_modules([target]), **options)


THREADS = """
import threading

def together(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def schedules():
    seen = []
    together(*[lambda n=n: seen.append(n) for n in range(3)])
"""
"""The latter makes a program have six executions."""

PACKAGES: dict[str, dict[str, str]] = {
    "a class is the same in a module that is not about threads": {
        "tq/__init__.py": "",
        "tq/threads.py": THREADS,
        "tq/marks.py": "import threading\nclass End:\n    lock = threading.Lock()\n",
        "tq/predicates.py": "from .marks import End\ndef is_end(v): return isinstance(v, End)\n",
        "tq/core.py": """
from .marks import End
from .predicates import is_end
from .threads import schedules
def program():
    assert is_end(End())
    schedules()
""",
    },
    "a lock that another module keeps is a new one each time": {
        "tq/__init__.py": "",
        "tq/threads.py": THREADS,
        "tq/shared.py": "_known = {}\ndef shared(k, make): return _known.setdefault(k, make())\n",
        "tq/core.py": """
import threading
from .shared import shared
from .threads import schedules
def program():
    lock = shared("guard", threading.Lock)
    assert not lock.locked()
    lock.acquire()
    schedules()
""",
    },
    "a package hands on by star, and by __getattr__": {
        "tq/__init__.py": """
def __getattr__(name):
    if name == "Channel":
        from .sub import Channel
        return Channel
    raise AttributeError(name)
""",
        "tq/threads.py": THREADS,
        "tq/sub/__init__.py": "from .impl import *\n",
        "tq/sub/impl.py": "import threading\nclass Channel:\n    lock = threading.Lock()\n",
        "tq/core.py": """
import tq
from .sub import *
from .threads import schedules
def program():
    assert tq.Channel is Channel
    assert not Channel.lock.locked()
    Channel.lock.acquire()
    schedules()
""",
    },
    "a package's own code is run, and what it changes elsewhere": {
        "tq/__init__.py": "from .core import program\nfrom . import patches\n",
        "tq/threads.py": THREADS,
        "tq/patches.py": """
from . import core
core.VALUE.append("patched")
core.Thing.name = "new"
""",
        "tq/core.py": """
from .threads import schedules
VALUE = []
class Thing:
    name = "old"
def program():
    assert (VALUE, Thing.name) == (["patched"], "new")
    VALUE.append("used")
    Thing.name = "used"
    schedules()
""",
    },
    "a plug-in that is loaded late registers itself each time": {
        "tq/__init__.py": "",
        "tq/threads.py": THREADS,
        "tq/registry.py": "REGISTRY = {}\ndef register(name): REGISTRY[name] = 1\n",
        "tq/plugins/__init__.py": "",
        "tq/plugins/one.py": "from .. import registry\nregistry.register('one')\n",
        "tq/core.py": """
import importlib
from .registry import REGISTRY
from .threads import schedules
def program():
    assert REGISTRY == {}
    importlib.import_module("tq.plugins.one")
    assert REGISTRY == {"one": 1}
    schedules()
""",
    },
    "who refers to a module that is new each time is new as well": {
        "tq/__init__.py": "",
        "tq/threads.py": THREADS,
        "tq/state.py": "import threading\nLOCK = threading.Lock()\nclass State:\n    lock = LOCK\n",
        "tq/plain.py": "from .state import State\ndef lock(): return State.lock\n",
        "tq/core.py": """
from .plain import lock
from .state import LOCK
from .threads import schedules
def program():
    assert lock() is LOCK
    assert not LOCK.locked()
    LOCK.acquire()
    schedules()
""",
    },
    "modules that import each other": {
        "tq/__init__.py": "from . import left, right\n",
        "tq/threads.py": THREADS,
        "tq/left.py": "import tq.right\ndef name(): return tq.right.NAME\nNAME = 'left'\n",
        "tq/right.py": "import tq.left\ndef name(): return tq.left.NAME\nNAME = 'right'\n",
        "tq/core.py": """
from tq import left, right
from .threads import schedules
def program():
    assert (left.name(), right.name()) == ("right", "left")
    schedules()
""",
    },
    "a name that the package and a submodule have": {
        "tq/__init__.py": "from .queue import queue\n",
        "tq/threads.py": THREADS,
        "tq/queue.py": "def queue(): return 'function'\n",
        "tq/core.py": """
import tq
from tq import queue
from .threads import schedules
def program():
    assert queue() == tq.queue() == "function"
    schedules()
""",
    },
    "sys.modules is the world's": {
        "tq/__init__.py": "",
        "tq/threads.py": THREADS,
        "tq/core.py": """
import sys
from .threads import schedules
class End: pass
def program():
    this = sys.modules[__name__]
    assert this.End is End
    assert this is sys.modules.get("tq.core")
    assert "tq.core" in sys.modules and "tq.nothing" not in sys.modules
    schedules()
""",
    },
    "a package that is only imported when it is needed": {
        "tq/__init__.py": "",
        "tq/_vendor/__init__.py": "",
        "tq/_vendor/pool/__init__.py": "from .threads import lock, schedules\n",
        "tq/_vendor/pool/threads.py": THREADS
        + "from . import base\ndef lock(): return base.LOCK\n",
        "tq/_vendor/pool/base.py": "import threading\nLOCK = threading.Lock()\n",
        "tq/core.py": """
def program():
    from ._vendor.pool import lock, schedules
    assert not lock().locked()
    lock().acquire()
    schedules()
""",
    },
}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_execution_finds_the_package_as_it_was_loaded(name: str, write: Write) -> None:
    write(PACKAGES[name])
    result = run("tq.core", executions=20)
    assert result.ok, result.outcome and (result.outcome.traceback or result.outcome.message)
    assert result.executions == 6


def test_what_a_module_without_threads_does_with_shared_data_is_seen(write: Write) -> None:
    """The fault is in a mixin that knows nothing of threads."""
    write(
        {
            "tq/__init__.py": "",
            "tq/threads.py": THREADS,
            "tq/takes.py": """
class Takes:
    def take(self):
        if self.items:
            return self.items.pop()
""",
            "tq/core.py": """
from .takes import Takes
from .threads import together
class Box(Takes):
    def __init__(self):
        self.items = [1]
def program():
    box = Box()
    together(box.take, box.take)
""",
        }
    )
    result = run("tq.core")
    assert result.verdict == "failed"
    assert "pop from empty list" in result.outcome.message


def test_modules_without_state_are_executed_once(write: Write) -> None:
    """However many executions; of one that has a lock of its own there are as many."""
    write(
        {
            "tq/__init__.py": "",
            "tq/plain.py": "import json\njson.executed = getattr(json, 'executed', 0) + 1\n",
            "tq/threads.py": THREADS,
            "tq/core.py": """
from . import plain
from .threads import schedules
def program():
    schedules()
""",
        }
    )
    result = run("tq.core")
    assert result.exhausted
    assert result.executions > 1
    # By the process, by the first execution, and by none after it.
    assert vars(json).pop("executed") == 2


def test_what_belongs_together(write: Write, tmp_path: Path) -> None:
    write(
        {
            "tq/__init__.py": "",
            "tq/core.py": "import flat_one, tq.sub.deep\n",
            "tq/sub/deep.py": "",
            "flat_one.py": "import flat_two, json\n",
            "flat_two.py": "import json\n",
            "site-packages/installed_one.py": "import installed_two\n",
            "site-packages/installed_two.py": "",
        }
    )
    sys.path.insert(0, str(tmp_path / "site-packages"))
    importlib.import_module("tq.core")
    importlib.import_module("installed_one")
    assert set(own_modules(["tq.core"])) == {"tq", "tq.core", "tq.sub.deep"}
    assert set(own_modules(["flat_two"])) == {"flat_one", "flat_two"}
    assert set(own_modules(["installed_two"])) == {"installed_two"}
    sys.path.remove(str(tmp_path / "site-packages"))
