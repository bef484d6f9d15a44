"""Assesses one subject of a gallery in a process of its own.

The processes are forks of a server that has imported all there is to import: an interpreter of
their own would cost each of them as much as a tenth of a quick run.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from taskqueue_conformance.assess import assess
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.records import Status
from taskqueue_conformance.report import verdict
from taskqueue_conformance.session import Options
from tests.gallery.subjects import Subject, disagreements

__all__ = ["assess_in_child"]

DEADLINES = {"quick": 300.0, "default": 600.0, "deep": 3600.0}
"""Seconds for one run, by its depth."""

PYTHON = ".".join(map(str, sys.version_info[:3]))

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])


def assess_in_child(subject: Subject, seed: int, depth: str = "quick") -> dict[str, Any]:
    """Assess one subject; what disagrees with what it says of itself is under ``wrong``."""
    deadline = DEADLINES[depth]
    result = {"subject": subject.name, "seed": seed, "depth": depth, "python": PYTHON}
    receiving, sending = _forks.Pipe(duplex=False)
    process = _forks.Process(target=_answer, args=(sending, subject, seed, depth))
    process.start()
    sending.close()
    try:
        if receiving.poll(deadline):
            return {**result, **receiving.recv()}
        return {**result, "wrong": [f"no verdict within {deadline:g} s"]}
    except EOFError:
        process.join()
        return {**result, "wrong": [f"the suite broke, exit status {process.exitcode}"]}
    finally:
        process.kill()
        process.join()
        receiving.close()


def _answer(sending: Connection, subject: Subject, seed: int, depth: str) -> None:
    try:
        sending.send(_assess(subject, seed, depth))
    except BaseException:
        sending.send({"wrong": [f"the suite broke: {traceback.format_exc()[-600:]}"]})


def _assess(subject: Subject, seed: int, depth: str) -> dict[str, Any]:
    began = time.monotonic()
    options = Options(
        subject.target,
        given=True,
        profile="strict" if subject.kind != "hostile" else "core",
        depth=DEPTHS[depth],
        factor=1.0,
        seed=seed,
        cwd=str(subject.path.parent),
    )
    report = assess(options)
    return {
        "verdict": verdict(report).word,
        "failed": [one.clause for one in report.standings if one.status is Status.FAILED],
        "wrong": disagreements(subject, report),
        "seconds": round(time.monotonic() - began, 1),
        "processor": round(sum(os.times()[:4]), 1),
    }
