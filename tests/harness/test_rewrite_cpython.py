"""Rewritten code behaves as the original: CPython's own tests pass on rewritten source.

Two halves. The tests of the language are rewritten themselves, so that every construct in them
runs through the hooks. The tests of a library module are left alone and the module is rewritten.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

LANGUAGE = [
    *("scope", "augassign", "unpack", "patma", "with", "super", "named_expressions", "property"),
    *("generators", "grammar", "compare", "contains", "keywordonlyarg", "decorators", "slice"),
    *("fstring", "raise", "except_star", "funcattrs", "dynamic", "richcmp", "enumerate"),
    *("dictcomps", "positional_only_arg", "iter", "list", "dict", "bool", "call"),
]
LIBRARY = {
    "textwrap": "textwrap",
    "string": "string",
    "fractions": "fractions",
    "shlex": "shlex",
    "dataclasses": "dataclasses",
    "contextlib": "contextlib",
    "copy": "copy",
    "reprlib": "reprlib",
    "bisect": "bisect",
}
SLOW = {
    "pprint": "pprint",
    "enum": "enum",
    "json": "json,json.decoder,json.encoder,json.scanner",
    "heapq": "heapq",
    "set": "test.test_set",
    "deque": "test.test_deque",
    "queue": "queue",
    "configparser": "configparser",
    "argparse": "argparse",
    "difflib": "difflib",
    "functools": "functools",
}
"""For a run by hand, with TASKQUEUE_SLOW=1: else they are not collected, lest a skip look like
a pass."""

HELD = "a list or dict that was accessed is held until a weak reference is called"
EXCEPTIONS = {
    "test_ref_counting_behavior": HELD,
    "test_nokeepref": HELD,
    "testLocalsFunction": "locals() shows the namespace of the tracked cells",
    "test_comparison": "a closure has one more cell, the namespace of the others",
    "test___builtins__": "the test takes the module's globals away, and the hooks with them",
    "test_lru_reentrancy_with_len": "the test replaces the len that the hooks use",
    **dict.fromkeys(
        (
            *("test_bad_escapes", "test_failures", "test_invalid_escape"),
            *("test_truncated_input", "test_unexpected_data"),
        ),
        "the C scanner keeps the JSONDecodeError of the module first imported",
    ),
}


def check(modules: str, test: str) -> None:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    child = subprocess.run(
        [sys.executable, Path(__file__).with_name("rewritten_tests.py"), f"{modules}:{test}"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert child.returncode == 0, child.stderr
    result = json.loads(child.stdout.splitlines()[-1])
    unexpected = {name: text for name, text in result["failed"].items() if name not in EXCEPTIONS}
    assert unexpected == {}
    if not result["run"]:
        pytest.skip(f"{test} has only doctests in this Python")
    assert result["operations"] > 0


def here(names: Iterable[str]) -> list[str]:
    """Those that this Python has."""
    return [name for name in names if importlib.util.find_spec(f"test.test_{name}") is not None]


@pytest.mark.parametrize("name", here(LANGUAGE))
def test_the_language_is_the_same_when_its_tests_are_rewritten(name: str) -> None:
    check(f"test.test_{name}", f"test.test_{name}")


@pytest.mark.parametrize("name", here(LIBRARY))
def test_a_library_module_passes_its_own_tests_when_rewritten(name: str) -> None:
    check(LIBRARY[name], f"test.test_{name}")


def test_at_least_most_of_them_are_here() -> None:
    assert len(here(LANGUAGE)) >= len(LANGUAGE) - 2
    assert here(LIBRARY) == list(LIBRARY)


if os.environ.get("TASKQUEUE_SLOW"):

    @pytest.mark.parametrize("name", here(SLOW))
    def test_a_large_library_module_passes_its_own_tests_when_rewritten(name: str) -> None:
        check(SLOW[name], f"test.test_{name}")
