"""An execution in the terminal.

Up to three threads have a column each. With more, each has a rail, and what the thread whose turn
it is does stands to the right of the rails. Time goes down; every row belongs to one thread, and
what stands below another row happened after it.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from taskqueue_harness.lanes import Lanes, Row, lanes
from taskqueue_harness.outcome import Outcome, Tid

WIDTH = 100
_GUTTER = 9
_NARROWEST = 26
"""Characters below which a column is no longer worth reading."""


class _Signs(NamedTuple):
    bar: str
    rule: str
    cross: str
    turn: str
    more: str
    marks: dict[str, str]


_UNICODE = _Signs(
    "│", "─", "┼", "●", "…", {"failure": "✗ ", "wait": "■ ", "fold": "⋮ ", "departure": "↯ "}
)
_ASCII = _Signs(
    "|", "-", "+", "*", "...", {"failure": "X ", "wait": "# ", "fold": ": ", "departure": "~ "}
)


def draw(
    outcome: Outcome, races: Iterable[Any] = (), *, width: int = WIDTH, unicode: bool = True
) -> str:
    """An execution as text: what went wrong, the lanes, and what their marks mean.

    Args:
        races: of `world.races`, to be marked on the lines they are about.
        width: characters to a line.
        unicode: whether the terminal shows more than ASCII.
    """
    picture = lanes(outcome, races)
    lines = [_fit(line, width) for line in picture.heading]
    lines += ["", *picture_lines(picture, width=width, unicode=unicode)]
    text = "\n".join(line.rstrip() for line in lines)
    return text if unicode else text.encode("ascii", "backslashreplace").decode()


def picture_lines(picture: Lanes, *, width: int = WIDTH, unicode: bool = True) -> list[str]:
    """The lanes and their notes, without the heading."""
    signs = _UNICODE if unicode else _ASCII
    count = max(len(picture.threads), 1)
    column = (width - _GUTTER) // count - 3
    if not picture.rows:
        lines = ["(nothing was recorded)"]
    elif column >= _NARROWEST:
        lines = _columns(picture, column, signs)
    else:
        lines = _rails(picture, width, signs)
    for note in picture.notes:
        lines += textwrap.wrap(note, width, subsequent_indent="   ")
    return lines


def _columns(picture: Lanes, column: int, signs: _Signs) -> list[str]:
    bar = f" {signs.bar} "
    tids = [tid for tid, _ in picture.threads]
    titles = [_pad(_fit(title, column, signs.more), column) for _, title in picture.threads]
    lines = [" " * _GUTTER + bar[1:] + bar.join(titles)]
    rule = (signs.rule + signs.cross + signs.rule).join(signs.rule * column for _ in tids)
    lines.append(signs.rule * _GUTTER + signs.cross + signs.rule + rule)
    for row in picture.rows:
        gutter = _gutter(row)
        for text in _cell(row, column, signs):
            cells = [_pad(text if tid == row.tid else "", column) for tid in tids]
            lines.append(f"{gutter:<{_GUTTER}}{signs.bar} " + bar.join(cells))
            gutter = ""
    return lines


def _rails(picture: Lanes, width: int, signs: _Signs) -> list[str]:
    tids = [tid for tid, _ in picture.threads]
    lines = []
    for index, (_, title) in enumerate(picture.threads):
        rails = " ".join([signs.bar] * index + [signs.turn] + [" "] * (len(tids) - index - 1))
        lines.append(" " * _GUTTER + rails + "  " + title)
    room = width - _GUTTER - 2 * len(tids) - 1
    last: Tid | None = None
    for row in picture.rows:
        gutter = _gutter(row)
        texts = _cell(row, room, signs)
        if row.tid != last:
            lines.append(" " * _GUTTER + " ".join([signs.bar] * len(tids)))
        last = row.tid
        for number, text in enumerate(texts):
            rails = " ".join(
                signs.turn if tid == row.tid and not number else signs.bar for tid in tids
            )
            lines.append(f"{gutter:<{_GUTTER}}{rails}  {text}")
            gutter = ""
    return lines


def _gutter(row: Row) -> str:
    if row.kind in ("fold", "wait", "failure"):
        return ""
    return f"{row.number:>4} " + "".join(f"!{number}" for number in row.races[:2])


def _cell(row: Row, width: int, signs: _Signs) -> list[str]:
    """What stands in a lane: the line of source, then where it is and what happened."""
    mark = signs.marks.get(row.kind, "")
    events = told(row.events)
    if row.place is None:
        return _wrap(mark + events, width, signs, "  ", 3)
    if row.kind in ("failure", "departure"):
        return [
            *_wrap(mark + events, width, signs, "  ", 4),
            *_wrap(f"  {row.place} {row.source}", width, signs, "    ", 2),
        ]
    return [
        *_wrap(mark + row.source, width, signs, "    ", 2),
        *_wrap(f"  {row.place} {events}", width, signs, "    ", 4),
    ]


def told(events: list[str]) -> str:
    """The events of a row in one text, what repeats said once."""
    for period in range(1, len(events) // 2 + 1):
        rounds, rest = divmod(len(events), period)
        if not rest and events == events[:period] * rounds:
            return f"{', '.join(events[:period])} {rounds} times"
    return ", ".join(events)


def _wrap(text: str, width: int, signs: _Signs, indent: str, limit: int) -> list[str]:
    lines = textwrap.wrap(
        " ".join(text.split()) if not text.startswith(" ") else "  " + " ".join(text.split()),
        width,
        subsequent_indent=indent,
        max_lines=limit,
        placeholder=signs.more,
    )
    return [_fit(line, width, signs.more) for line in lines] or [""]


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _fit(text: str, width: int, more: str = "...") -> str:
    if cells(text) <= width:
        return text
    while text and cells(text) + len(more) > width:
        text = text[:-1]
    return text + more
