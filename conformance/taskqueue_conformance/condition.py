"""The condition under which a known failure is excused: ``python_version >= "3.13"`` and the like.

The notation is that of dependency markers (PEP 508), with the interpreter lock added: names,
quoted strings, comparisons, ``in``, ``not in``, ``and``, ``or``, ``not`` and parentheses.  The text
is parsed, never executed.
"""

from __future__ import annotations

import ast
import operator
import os
import platform
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

__all__ = ["VARIABLES", "ConditionError", "evaluate", "gil_enabled", "this_interpreter"]

MAX_LENGTH = 500
"""Characters; far more than a condition needs, far less than what would strain the parser."""

VARIABLES = (
    "python_version",
    "python_full_version",
    "implementation_name",
    "sys_platform",
    "platform_system",
    "platform_machine",
    "os_name",
    "gil",
)
"""All are strings; ``gil`` is "enabled" or "disabled", the others are as PEP 508 has them."""

_VERSIONS = ("python_version", "python_full_version")

_OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}

_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class ConditionError(ValueError):
    """A condition that cannot be understood; the message says what can be."""


def gil_enabled() -> bool:
    """Whether there is an interpreter lock: always, but in a free-threaded build without it."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def this_interpreter() -> dict[str, str]:
    """The values of `VARIABLES` here."""
    return {
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "python_full_version": platform.python_version(),
        "implementation_name": sys.implementation.name,
        "sys_platform": sys.platform,
        "platform_system": platform.system(),
        "platform_machine": platform.machine(),
        "os_name": os.name,
        "gil": "enabled" if gil_enabled() else "disabled",
    }


def evaluate(text: str, values: Mapping[str, str] | None = None) -> bool:
    """Whether the condition holds for `values`, by default those of `this_interpreter`.

    Every part is evaluated, so that a mistake shows wherever the condition is read.

    Raises:
        ConditionError: it cannot be understood.
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"a condition may have {MAX_LENGTH} characters, this has {len(text)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in strings
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConditionError(
            f"cannot read the condition {text!r}; write it like "
            'python_version >= "3.13" and gil == "disabled"'
        ) from None
    return _truth(tree.body, this_interpreter() if values is None else values)


def _truth(node: ast.expr, values: Mapping[str, str]) -> bool:
    if isinstance(node, ast.BoolOp):
        parts = [_truth(part, values) for part in node.values]
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _truth(node.operand, values)
    if isinstance(node, ast.Compare):
        return _comparison(node, values)
    raise ConditionError(
        f"{ast.unparse(node)} is not a comparison; a condition compares one of "
        f"{', '.join(VARIABLES)} with a quoted string"
    )


def _comparison(node: ast.Compare, values: Mapping[str, str]) -> bool:
    operands = [node.left, *node.comparators]
    names = [operand.id for operand in operands if isinstance(operand, ast.Name)]
    words = [_word(operand, values) for operand in operands]
    versions = any(name in _VERSIONS for name in names)
    shown = ast.unparse(node)
    if not names:
        raise ConditionError(f"{shown} compares none of {', '.join(VARIABLES)} with anything")
    result = True
    for (left, right), kind in zip(pairwise(words), node.ops, strict=True):
        compare = _OPERATORS.get(type(kind))
        if compare is None:
            raise ConditionError(f"{shown}: write == instead of is")
        if isinstance(kind, _ORDER) and not versions:
            raise ConditionError(f"{shown}: only versions have an order; write == or !=")
        if versions and not isinstance(kind, (ast.In, ast.NotIn)):
            result &= compare(_release(left, shown), _release(right, shown))
        else:
            result &= compare(left, right)
    return result


def _word(node: ast.expr, values: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        if node.id in VARIABLES:
            return values[node.id]
        raise ConditionError(f"there is no {node.id}; there are {', '.join(VARIABLES)}")
    hint = " (versions are quoted, too)" if isinstance(node, ast.Constant) else ""
    raise ConditionError(f"{ast.unparse(node)} is neither a name nor a quoted string{hint}")


def _release(version: str, shown: str) -> tuple[int, ...]:
    """The numbers of a version without trailing zeros, so that 3.13 equals 3.13.0."""
    match = re.match(r"\d+(\.\d+)*", version)
    if match is None:
        raise ConditionError(f"{shown}: {version!r} is not a version")
    return tuple(int(part) for part in re.sub(r"(\.0+)*$", "", match[0]).split("."))
