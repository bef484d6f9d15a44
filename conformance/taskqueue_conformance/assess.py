"""The whole suite as a function: from an implementation to a report, without pytest around it.

For tools that assess many implementations in one process, such as the suite's own tests.  What is
performed and how it is judged are the tests of `taskqueue_conformance.suite`, called one by one.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from taskqueue_conformance import judgement, scenarios, suite
from taskqueue_conformance.bench import Unusable
from taskqueue_conformance.clause import ClauseTest, Seen, begin
from taskqueue_conformance.drawing import Search
from taskqueue_conformance.drawing_explored import ExploredSearch
from taskqueue_conformance.records import Record, merge
from taskqueue_conformance.report import Header, Report
from taskqueue_conformance.session import Options, Session

__all__ = ["assess", "clause_tests"]


def clause_tests() -> Iterator[tuple[ClauseTest, Callable[[Seen], None]]]:
    """The tests of the suite that judge one clause each, in the order of the contract."""
    for module in sorted(pkgutil.iter_modules(suite.__path__), key=lambda entry: entry.name):
        for function in vars(importlib.import_module(f"{suite.__name__}.{module.name}")).values():
            test = getattr(function, "tq_clause", None)
            if test is not None:
                yield test, function


def assess(options: Options, *, drawn: bool = True) -> Report:
    """Assess one implementation.

    Args:
        options: as the command line gives them.
        drawn: whether to draw workloads with Hypothesis as well.
    """
    began = time.time()
    session = Session(options, lambda clause: True)
    header = Header(
        options.target, profile=options.profile, depth=options.depth.name, seed=options.seed
    )
    try:
        records = list(_records(session, drawn))
    except Unusable as exc:
        return Report(header, merge([]), unusable=str(exc))
    finally:
        session.close()
    header.name, header.files = session.about["name"], session.about["files"]
    header.seconds = time.time() - began
    return Report(header, merge(records))


def _records(session: Session, drawn: bool) -> Iterator[Record]:
    bench, depth = session.bench, session.depth
    tests = list(clause_tests())
    names = [scenario.name for scenario in scenarios.stress(depth, 0)]
    stress = [session.stress(name, step) for name in names for step in range(depth.repeats)]
    begin(tests, bench, depth, last=stress)
    outcomes: tuple[Any, ...] = (pytest.fail.Exception, pytest.skip.Exception)
    for test, function in tests:
        seen = Seen(test, bench, depth, None)
        with contextlib.suppress(*outcomes):  # the record says it all
            function(seen)
        for record in seen.records:
            record.test = function.__name__
        yield from seen.records
    for scenario in bench.applicable(stress):
        seen_once = bench.observe(scenario)
        yield from judgement.judge_all(seen_once, bench, session.ordinary, scenario.name)
    if drawn:
        search = Search(bench, session.ordinary, depth, session.seed)
        yield from search.run("test_6_drawn_workloads")
        explored = ExploredSearch(bench, session.ordinary, depth, session.seed)
        if not explored.idle:
            yield from explored.run("test_6_drawn_workloads_explored")
