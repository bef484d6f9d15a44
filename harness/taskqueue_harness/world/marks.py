"""What rewritten code carries: the sites of its accesses, and how it is told from other code."""

from __future__ import annotations

import types
from typing import Any, NamedTuple

__all__ = ["MODULE_VARIABLES", "NOWHERE", "SITES", "Site", "is_rewritten"]

MODULE_VARIABLES = "_@g"
"""The global under which a rewritten module keeps its `Namespace`; it also marks its functions."""


class Site(NamedTuple):
    """Where in the source an access stands."""

    file: str
    line: int
    column: int
    end_column: int
    function: str


SITES: list[Site] = []
"""Every site rewritten in this process; rewritten code refers to them by index."""

NOWHERE = -1
"""In place of an index: the library makes the access, on the program's behalf."""


def is_rewritten(function: Any) -> bool:
    """True if the accesses of this Python function are operations already."""
    if type(function) is types.FunctionType:
        names = function.__globals__
        if MODULE_VARIABLES in names or "__spec__" in names:
            return MODULE_VARIABLES in names
        # Over globals that are no module's: types.FunctionType(function.__code__, {}).
        return any(name.startswith("_@") for name in function.__code__.co_names)
    return type(function) is types.MethodType and is_rewritten(function.__func__)
