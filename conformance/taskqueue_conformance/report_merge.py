"""Reports of the shards of one run, put together into the report of the whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from taskqueue_conformance.records import Grade, Record, Standing, merge
from taskqueue_conformance.report import Report
from taskqueue_conformance.report_json import ReportError

__all__ = ["merge_reports"]

_SAME = (
    *("target", "name", "distribution", "subset", "profile", "depth"),
    *("contract_version", "suite_version", "python", "implementation"),
)
"""What the headers of the shards have to agree on."""


def merge_reports(reports: Sequence[Report]) -> Report:
    """The whole, from one report for each shard.

    Raises:
        ReportError: they are not of one run, one is unusable, or a shard is missing or there twice.
    """
    first = reports[0]
    for report in reports:
        if report.unusable:
            raise ReportError(f"shard {report.header.shard} says: unusable: {report.unusable}")
        for name in _SAME:
            here, there = getattr(report.header, name), getattr(first.header, name)
            if here != there:
                raise ReportError(
                    f"the reports are not of one run: {name} is {there!r} and {here!r}"
                )
    _check_shards([report.header.shard for report in reports])
    header = dataclasses.replace(
        first.header,
        shard="",
        started=min(report.header.started for report in reports),
        seconds=sum(report.header.seconds for report in reports),
    )
    records = [
        _record(standing)
        for report in reports
        for standing in report.standings
        if standing.tests or standing.runs
    ]
    standings = merge(records)
    for place, standing in enumerate(standings):
        grades = {report.standings[place].grade for report in reports}
        if standing.grade is Grade.PROVED and Grade.SAMPLED in grades:
            # A clause is proved as a whole only if no shard had to be content with less.
            standing.grade = Grade.SAMPLED
    return Report(
        header,
        standings=standings,
        known=first.known,
        gate=any(report.gate for report in reports),
        notes=list(dict.fromkeys(note for report in reports for note in report.notes)),
    )


def _check_shards(shards: Sequence[str]) -> None:
    counts = {shard.partition("/")[2] for shard in shards}
    if len(counts) != 1 or "" in counts:
        raise ReportError("these are not the reports of shards: each is made with --tq-shard I/N")
    count = int(counts.pop())
    wanted = [f"{number}/{count}" for number in range(1, count + 1)]
    if missing := [shard for shard in wanted if shard not in shards]:
        raise ReportError(f"missing: shard {', '.join(missing)}")
    if len(shards) > count:
        raise ReportError("a shard is there twice")


def _record(standing: Standing) -> Record:
    """What a shard says of a clause, as a record to be merged."""
    names = {one.name for one in dataclasses.fields(standing)} - {"tests"}
    values = {name: getattr(standing, name) for name in names}
    return Record(**values, test=", ".join(standing.tests))
