"""An execution as an SVG picture for reports: no script, nothing loaded, light and dark.

The same rows as in the terminal (see `lanes`), one lane for each thread, time going down. It
follows the reader's colour scheme by ``prefers-color-scheme``, and says in words what it says in
colour.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from html import escape
from typing import Any

from taskqueue_harness.diagram import told
from taskqueue_harness.lanes import Row, lanes
from taskqueue_harness.outcome import Outcome

_LANE = 300
_LEFT = 56
_LINE = 16
_CHARACTER = 7.3
"""Width of a character of the font, in pixels; a little more than it is, to be safe."""
_TEXT = int((_LANE - 28) / _CHARACTER)

_STYLE = """\
.ground{fill:#fff} .rail{stroke:#c8ccd2;stroke-width:2} .dot{fill:#5b6470}
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1b1f24}
.title{font-weight:bold} .dim{fill:#626b76} .hot{fill:#b3261e} .dot.hot{fill:#b3261e}
.late{fill:#8a5a00} .dot.late{fill:#8a5a00} .switch{stroke:#8f98a3;stroke-dasharray:2 3;fill:none}
.racing{fill:#fdecea}
@media (prefers-color-scheme: dark){
.ground{fill:#14171b} .rail{stroke:#3a414a} .dot{fill:#9aa4b0} text{fill:#e4e7eb}
.dim{fill:#9aa4b0} .hot{fill:#ff8a80} .dot.hot{fill:#ff8a80} .late{fill:#f2b94b}
.dot.late{fill:#f2b94b} .switch{stroke:#6b7480} .racing{fill:#3b1f1d}
}"""

_UNWRITABLE = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_CLASS = {"failure": "hot", "wait": "hot", "departure": "late", "fold": "dim"}


def draw_svg(outcome: Outcome, races: Iterable[Any] = ()) -> str:
    """An execution as the text of an SVG file. See `diagram.draw` for the arguments."""
    picture = lanes(outcome, races)
    lane_of = {tid: index for index, (tid, _) in enumerate(picture.threads)}
    width = max(_LEFT + _LANE * len(picture.threads), 640)
    across = int((width - 20) / _CHARACTER)
    body: list[str] = []
    y = 24
    for number, line in enumerate(picture.heading):
        for part in _wrapped(line, across, 2):
            body.append(_text(10, y, part, "hot" if not number else ""))
            y += _LINE
    y += 14
    for index, (_, title) in enumerate(picture.threads):
        body.append(_text(_LEFT + index * _LANE + 14, y, title[:_TEXT], "title"))
    y += 10
    top = y
    rows: list[str] = []
    before: tuple[int, int] | None = None
    for row in picture.rows:
        x = _LEFT + lane_of[row.tid] * _LANE
        y += 6
        if before is not None and before[0] != x and row.kind != "wait":
            rows.append(
                f'<path class="switch" d="M{before[0]},{before[1]} V{y + 1} H{x} V{y + 7}"/>'
            )
        lines = _lines(row)
        if row.races:
            rows.append(
                f'<rect class="racing" x="{x + 8}" y="{y}" width="{_LANE - 14}" '
                f'height="{len(lines) * _LINE + 4}" rx="3"/>'
            )
        kind = _CLASS.get(row.kind, "hot" if row.races else "")
        rows.append(f'<circle class="dot {kind}" cx="{x}" cy="{y + 10}" r="4"/>')
        if row.kind in ("step", "departure"):
            rows.append(_text(8, y + 14, str(row.number), "dim"))
        for text, name in lines:
            y += _LINE
            rows.append(_text(x + 14, y - 2, text, name))
        before = x, y
    y += 12
    rails = [
        f'<path class="rail" d="M{_LEFT + index * _LANE},{top} V{y}"/>'
        for index in range(len(picture.threads))
    ]
    notes = []
    y += 12
    for note in picture.notes:
        for part in _wrapped(note, across, 3):
            notes.append(_text(10, y, part, "dim"))
            y += _LINE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" '
            f'viewBox="0 0 {width} {y}" role="img">',
            f"<title>{_clean(picture.heading[0])}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="{width}" height="{y}"/>',
            *body,
            *rails,
            *rows,
            *notes,
            "</svg>",
            "",
        ]
    )


def _lines(row: Row) -> list[tuple[str, str]]:
    """The lines of a row, each with the class it is drawn in."""
    events = told(row.events)
    marks = "".join(f"!{number} " for number in row.races)
    kind = _CLASS.get(row.kind, "")
    if row.place is None:
        return [(part, kind) for part in _wrapped(events, _TEXT, 3)]
    first, second = marks + row.source, f"{row.place} {events}"
    if row.kind in ("failure", "departure"):
        first, second = events, f"{row.place} {row.source}"
    return [(part, kind) for part in _wrapped(first, _TEXT, 3)] + [
        (part, "dim") for part in _wrapped(second, _TEXT, 3)
    ]


def _wrapped(text: str, width: int, limit: int) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    lines = textwrap.wrap(
        text, width, subsequent_indent=indent + "  ", max_lines=limit, placeholder="…"
    )
    return lines or [""]


def _text(x: int, y: int, text: str, name: str) -> str:
    kind = f' class="{name}"' if name else ""
    return f'<text x="{x}" y="{y}" xml:space="preserve"{kind}>{_clean(text)}</text>'


def _clean(text: str) -> str:
    """Text that XML can hold: some control characters cannot be written in any way."""
    return escape("".join("\ufffd" if _UNWRITABLE.match(one) else one for one in text), quote=False)
