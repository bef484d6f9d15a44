"""Which modules of the process belong together: a program's own, as against what it uses."""

from __future__ import annotations

import functools
import os
import sys
import types
from collections.abc import Iterable

from taskqueue_harness.files import INSTALLED, is_standard

__all__ = ["MOST", "is_about_threads", "own_modules", "size_of", "source_of"]

MOST = 40
"""So many modules may be in scope: each is rewritten, and executed again and again."""

_THREADED = (b"threading", b"_thread", b"queue", b"concurrent.futures", b"multiprocessing")


def own_modules(roots: Iterable[str]) -> tuple[str, ...]:
    """The modules that belong with `roots`, in the order in which they were imported.

    Those of the same top-level package are its own, packages included, and of a module in no
    package those from the same folder. What is installed there side by side does not belong
    together.
    """
    roots = list(roots)
    packages = {name.partition(".")[0] for name in roots}
    folders = set()
    for name in roots:
        file = source_of(sys.modules.get(name))
        if file and "." not in name and os.path.basename(file) != "__init__.py":
            folders.add(_folder_of(file))
    folders = {folder for folder in folders if not any(p in folder + os.sep for p in INSTALLED)}
    return tuple(
        name
        for name, module in list(sys.modules.items())
        if name != "__main__" and _belongs(name, module, packages, folders)
    )


def _belongs(name: str, module: types.ModuleType, packages: set[str], folders: set[str]) -> bool:
    file = _file_of(module)
    if not file or is_standard(file):
        return False
    if name.partition(".")[0] not in packages and ("." in name or _folder_of(file) not in folders):
        return False
    return os.path.exists(file)


def source_of(module: types.ModuleType | None) -> str:
    """The file that holds the source of a module; empty if there is none."""
    file = _file_of(module)
    return file if os.path.exists(file) else ""


def _file_of(module: types.ModuleType | None) -> str:
    """Where the source of a module was, if it came from a file; else empty."""
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) and file.endswith(".py") else ""


@functools.cache
def _folder_of(file: str) -> str:
    return os.path.dirname(os.path.realpath(file))


def size_of(names: Iterable[str]) -> int:
    """Bytes of source of these modules."""
    return sum(os.path.getsize(source_of(sys.modules[name])) for name in names)


def is_about_threads(file: str) -> bool:
    """Whether a source file that is not the program's own is more than a tool, by its words.

    Of a package, which may import half the world, the modules count and not its ``__init__``.
    """
    if os.path.basename(file) == "__init__.py":
        return False
    with open(file, "rb") as stream:
        text = stream.read()
    return any(word in text for word in _THREADED)
