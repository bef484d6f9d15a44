"""What the tests of reports share: invented standings, made of the real classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from taskqueue_conformance.contract import CLAUSES
from taskqueue_conformance.records import Evidence, Grade, Record, Status, merge
from taskqueue_conformance.report import Header, Report

HEADER = Header(
    target="mymodule:TaskQueue",
    name="TaskQueue",
    distribution="myqueue 1.4.2",
    files=["/home/ada/project/mymodule.py"],
    profile="core",
    depth="default",
    seed=20261123,
    python="3.13.0",
    implementation="CPython",
    gil=True,
    cores=2,
    platform="Linux-6.1-x86_64",
    suite_version="0.1.0",
    started="2026-11-23T21:00:00+00:00",
    seconds=28.4,
)


def passing(clause: str) -> Record:
    """A record as a test leaves it when all is well."""
    return Record(clause, Status.PASSED, scenarios=34, runs=102, seconds=1.3, test=f"test {clause}")


def failing(clause: str, *evidence: Evidence) -> Record:
    """A record of a contradiction."""
    found = list(evidence) or [Evidence("two consumers", ["producer: Put(3)"], "it went wrong")]
    record = passing(clause)
    record.status, record.evidence = Status.FAILED, found
    return record


def hang() -> Evidence:
    """A hang as the watch reports it."""
    library, project = "/usr/lib/python3.13", "/home/ada/project"
    suite = "/usr/lib/python3.13/site-packages/taskqueue_conformance"
    start = [
        f"{library}/threading.py:1012 in _bootstrap: self._bootstrap_inner()",
        f"{library}/threading.py:1041 in _bootstrap_inner: self.run()",
    ]
    waiting = [
        *start,
        f"{project}/mymodule.py:61 in _consume: consumer(self)",
        f"{suite}/perform.py:210 in __call__: self._do(step)",
        f"{project}/mymodule.py:48 in get: self._not_empty.wait()",
        f"{library}/threading.py:355 in wait: waiter.acquire()",
    ]
    return Evidence(
        scenario="3 items, 4 consumers",
        description=["producer: Put(3)", "consumers 1 to 4: Drain"],
        seen="consumer 2 waits in get() for the end, the producer having returned: nothing "
        "happened for 3.0 s",
        times=3,
        of=3,
        story=[f"{n / 1000:10.6f}  consumer 1               get() called" for n in range(30)],
        stacks=[
            {"thread": "consumer 3", "frames": waiting},
            {"thread": "consumer 2", "frames": waiting},
            {
                "thread": "run()",
                "frames": [
                    f"{suite}/perform.py:88 in run: self.queue.run()",
                    f"{project}/mymodule.py:34 in run: thread.join()",
                    f"{library}/threading.py:1095 in join: self._handle.join(timeout)",
                ],
            },
            {"thread": "thread 140", "frames": [f"{library}/queue.py:171 in get: self.wait()"]},
        ],
        output="starting\nwaiting for \x1b[31mthe end\x1b[0m\n",
        data={"name": "3 items, 4 consumers", "producer": [{"Put": {"count": 3}}]},
    )


Make = Callable[..., Report]


def make(
    changed: Mapping[str, Record | None] | None = None, *, header: Any = None, **fields: Any
) -> Report:
    """A report in which every clause passes but those that are changed; None: it was not run."""
    records = {clause.id: passing(clause.id) for clause in CLAUSES}
    chosen = {**records, **(changed or {})}
    standings = merge(record for record in chosen.values() if record is not None)
    merged = {**vars(HEADER), **(header or {})}
    return Report(Header(**merged), standings=standings, **fields)


@pytest.fixture
def make_report() -> Make:
    """See `make`."""
    return make


@pytest.fixture
def records() -> Any:
    """The makers of records: passing, failing, blocked, unverified, inapplicable, hang."""

    class Records:
        passing = staticmethod(passing)
        failing = staticmethod(failing)
        hang = staticmethod(hang)

        @staticmethod
        def blocked(clause: str, *by: str) -> Record:
            why = "12 of 34 scenarios could not be judged"
            return Record(
                clause,
                Status.BLOCKED,
                Grade.UNVERIFIED,
                blocked_by=list(by),
                reason=why,
                test="test",
            )

        @staticmethod
        def unverified(clause: str) -> Record:
            return Record(
                clause, Status.UNVERIFIED, Grade.UNVERIFIED, reason="too slow", test="test"
            )

        @staticmethod
        def inapplicable(clause: str) -> Record:
            return Record(clause, Status.NOT_APPLICABLE, Grade.UNVERIFIED, reason="a handler")

    return Records
