"""Whose a source file is: the standard library's, this package's, or the program's."""

from __future__ import annotations

import os
import sysconfig

__all__ = ["OWN_FILES", "is_library", "is_standard"]

OWN_FILES = os.path.dirname(os.path.abspath(__file__)) + os.sep
"""What the path of each file of this package begins with."""

_LIBRARY = tuple(
    {
        os.path.join(os.path.realpath(sysconfig.get_paths()[name]), "")
        for name in ("stdlib", "platstdlib")
    }
)
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def is_standard(file: str) -> bool:
    """Whether a file is of the standard library.

    What is installed beside it is not: it can be what is under test.
    """
    if file.startswith("<frozen "):
        return True
    real = os.path.realpath(file)
    return real.startswith(_LIBRARY) and not any(part in real for part in _INSTALLED)


def is_library(file: str) -> bool:
    """Whether a file is of the standard library or of this package."""
    return file.startswith(OWN_FILES) or is_standard(file)
