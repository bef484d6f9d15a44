"""What an exploration found."""

from __future__ import annotations


class Uncontrolled(Exception):
    pass


class Result:
    pass
