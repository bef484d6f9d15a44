"""Whatever real threads come to in a litmus program, the program declares, and so the engine shows.

A program that can wait for ever is given some time and then counts as the deadlock it declares; one
that cannot is waited for.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from tests.harness.test_litmus import PROGRAMS
from tests.litmus.declared import DEADLOCK, FAILED, Declared

RUN = [one for one in PROGRAMS if one.declared.runs]  # type: ignore[attr-defined]
PATIENCE = 0.2
"""Seconds for a run that may be a deadlock; a slow one counts as such, and that is declared."""


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def really(program: Any, may_hang: bool, monkeypatch: pytest.MonkeyPatch) -> Hashable:
    """One run on the threads of the operating system."""
    found: list[Hashable] = []
    failed: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)

    def run() -> None:
        try:
            found.append(program())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE if may_hang else None)
    if failed:
        return FAILED
    return found[0] if found else DEADLOCK


@pytest.mark.parametrize("program", RUN, ids=lambda one: one.__name__)
def test_real_threads_show_nothing_that_is_not_declared(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared: Declared = program.declared
    may_hang = DEADLOCK in declared.outcomes
    for _ in range(min(declared.runs, 10) if may_hang else declared.runs):
        assert really(program, may_hang, monkeypatch) in declared.outcomes


def test_most_programs_run_on_real_threads() -> None:
    assert len(RUN) >= len(PROGRAMS) * 0.6
