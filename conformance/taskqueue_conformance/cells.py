"""Whether tracing undoes what threads assign to a variable that they share (CPython 3.10).

There a trace function is called between a copy of the frame's variables and their way back, the
cells of closures included: what another thread has assigned meanwhile is lost, and correct code
waits for ever. See https://github.com/python/cpython/issues/74929; 3.11 does not do it.
"""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Iterable, Iterator
from types import CodeType

__all__ = ["rebinds_cells", "tracing_undoes"]

_REBINDING = frozenset({"STORE_DEREF", "DELETE_DEREF"})
_JUMPS = frozenset(dis.hasjabs + dis.hasjrel)


def tracing_undoes(files: Iterable[str]) -> bool:
    """Whether a trace function would change what the code in these files does."""
    return sys.version_info < (3, 11) and any(map(_in_file, files))


def _in_file(file: str) -> bool:
    try:
        with open(file, "rb") as source:
            return rebinds_cells(compile(source.read(), file, "exec"))
    except (OSError, SyntaxError, ValueError):
        return True


def rebinds_cells(code: CodeType) -> bool:
    """Whether a variable that inner functions share is bound again once it has been."""
    for name in code.co_cellvars:
        if _is_parameter(code, name) + _times_bound(code, name) > 1:
            return True
    return any(map(rebinds_cells, _inner(code)))


def _times_bound(code: CodeType, name: str) -> int:
    """How often this function and inner ones bind the variable; in a loop more than once."""
    instructions = list(dis.get_instructions(code))
    places = [one.offset for one in instructions if one.opname in _REBINDING and one.argval == name]
    loops = [
        (one.argval, one.offset)
        for one in instructions
        if one.opcode in _JUMPS and one.argval < one.offset
    ]
    here = sum(1 + any(start <= place <= end for start, end in loops) for place in places)
    # What an inner function binds it may bind each time that it is called.
    inside = sum(2 * _times_bound(one, name) for one in _inner(code) if name in one.co_freevars)
    return here + inside


def _is_parameter(code: CodeType, name: str) -> bool:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return name in code.co_varnames[:count]


def _inner(code: CodeType) -> Iterator[CodeType]:
    return (one for one in code.co_consts if isinstance(one, CodeType))
