"""Text in columns for the terminal: labels on the left, wrapped text on the right."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

__all__ = [
    "LABEL",
    "WIDTH",
    "clean",
    "column",
    "command_lines",
    "cut",
    "labelled",
    "paragraph",
    "wrapped",
]

WIDTH = 100
"""Columns; only what is to be copied (a path, a command) may be wider."""

LABEL = 12
"""Columns that labels take, besides two of indentation."""

SHOWN_TEXT = 800
"""Characters of a sentence; foreign reprs have no bounds."""


def clean(text: str) -> str:
    """On one line, what a terminal would obey (escape sequences, returns) spelled out instead."""
    return "".join(c if c.isprintable() else " " if c in "\n\t" else ascii(c)[1:-1] for c in text)


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3].rstrip() + "..."


def wrapped(lines: Iterable[str], width: int) -> list[str]:
    return [
        part
        for line in lines
        for part in textwrap.wrap(
            cut(clean(line), SHOWN_TEXT), width - LABEL - 2, subsequent_indent="  "
        )
    ]


def labelled(label: str, text: str, width: int) -> Iterator[str]:
    shown = cut(clean(text), SHOWN_TEXT)
    return column(label, textwrap.wrap(shown, width - LABEL - 2) or [""])


def paragraph(text: str, width: int, *, indent: int = 2) -> list[str]:
    """Wrapped between words only: it may hold paths."""
    first = " " * indent
    return textwrap.wrap(
        clean(text),
        width,
        initial_indent=first,
        subsequent_indent=f"{first}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def column(label: str, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"  {label if number == 0 else '':<{LABEL}}{line}".rstrip()


_WORDS = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+""")


def command_lines(command: str, width: int) -> Iterator[str]:
    """A command over as many lines as it takes, so that it can be copied as it stands."""
    for given in command.splitlines():
        line = ""
        for word in _WORDS.findall(given):
            if line and len(line) + len(word) + 3 > width - LABEL - 2:
                yield f"{line} \\"
                line = f"  {word}"
            else:
                line = f"{line} {word}" if line else word
        yield line
