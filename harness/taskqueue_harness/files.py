"""Whose a source file is: the standard library's, this package's, or the program's."""

from __future__ import annotations

import functools
import os
import sysconfig

__all__ = ["INSTALLED", "OWN_FILES", "is_library", "is_standard", "module_of"]

OWN_FILES = os.path.dirname(os.path.abspath(__file__)) + os.sep
"""What the path of each file of this package begins with."""

_LIBRARY = tuple(
    {
        os.path.join(os.path.realpath(sysconfig.get_paths()[name]), "")
        for name in ("stdlib", "platstdlib")
    }
)
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
"""What the path of an installed file has in it."""


@functools.cache
def is_standard(file: str) -> bool:
    """Whether a file is of the standard library.

    What is installed beside it is not: it can be what is under test.  Kept, since it is asked of
    each module of the process, and finding the real path asks the system for each folder of it.
    """
    if file.startswith("<frozen "):
        return True
    real = os.path.realpath(file)
    return real.startswith(_LIBRARY) and not any(part in real for part in INSTALLED)


def is_library(file: str) -> bool:
    """Whether a file is of the standard library or of this package."""
    return file.startswith(OWN_FILES) or is_standard(file)


def module_of(file: str) -> tuple[str, str]:
    """The folder to import a source file from, and its name as a module there, package and all."""
    root, name = os.path.split(os.path.abspath(file))
    name = name[: -len(".py")]
    while os.path.exists(os.path.join(root, "__init__.py")):
        root, package = os.path.split(root)
        name = f"{package}.{name}"
    return root, name.removesuffix(".__init__")
