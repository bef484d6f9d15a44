"""What tracing on CPython 3.10 would undo."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from taskqueue_conformance import cells
from taskqueue_conformance.preempt import Preemption

REBOUND = {
    "by an inner function": """
        def make():
            ended = False
            def end():
                nonlocal ended
                ended = True
            def look():
                return ended
            return end, look
    """,
    "by the owner": """
        def make():
            ended = False
            def look():
                return ended
            start(look)
            ended = True
    """,
    "in a loop": """
        def make(callbacks):
            for callback in callbacks:
                start(lambda: callback())
    """,
    "a parameter": """
        def make(callbacks):
            callbacks = list(callbacks)
            start(lambda: callbacks)
    """,
    "two levels down, in a class": """
        class A:
            def run(self):
                count = None
                def outer():
                    def inner():
                        nonlocal count
                        count = 1
                    return inner
                return outer, lambda: count
    """,
    "deleted": """
        def make():
            value = 1
            def look():
                return value
            del value
            return look
    """,
}
FIXED = {
    "no closure": "class A:\n    def run(self):\n        self.x = 1\n        self.x = 2\n",
    "captured once": """
        def make(callback):
            queue = object()
            def body():
                callback(queue)
            return body
        def other(callback):
            return lambda: callback
    """,
    "a class that calls super()": """
        class A(B):
            def __init__(self):
                super().__init__()
            def run(self):
                super().run()
    """,
    "a loop beside it": """
        def make(callbacks):
            queue = object()
            for callback in callbacks:
                start(callback)
            return lambda: queue
    """,
    "globals": "n = 0\ndef f():\n    global n\n    n = 1\n    n = 2\n",
}


@pytest.mark.parametrize("name", [*REBOUND, *FIXED])
def test_a_shared_variable_that_is_bound_again(name: str) -> None:
    source = textwrap.dedent({**REBOUND, **FIXED}[name])
    assert cells.rebinds_cells(compile(source, "x.py", "exec")) is (name in REBOUND)


@pytest.mark.parametrize("name", ["by the owner", "captured once", "no such file", "no Python"])
def test_lines_are_left_alone_where_tracing_would_undo_something(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "implementation.py"
    if name != "no such file":
        file.write_text(textwrap.dedent({**REBOUND, **FIXED, "no Python": "("}[name]))
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert Preemption(1, [str(file)]).active is (name in FIXED)
    monkeypatch.setattr(sys, "version_info", (3, 11, 0))
    assert Preemption(1, [str(file)]).active
