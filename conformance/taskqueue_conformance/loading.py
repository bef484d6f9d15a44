"""From what ``--impl`` names to the object that makes queues; runs in the supervised child."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from types import ModuleType
from typing import Any

from taskqueue_harness.files import module_of

__all__ = ["MEMBERS", "Unusable", "files_of", "load", "names_of"]

MEMBERS = ("run", "put", "get", "ok")
DEFAULT_ATTRIBUTE = "TaskQueue"


class Unusable(Exception):
    """What ``--impl`` names cannot be tested; the message says why and what to do."""


def load(target: str) -> Any:
    """The object that `target` names.

    `target` is ``pkg.mod:Attr.path``, ``pkg.mod`` (attribute ``TaskQueue``) or
    ``path/to/file.py:Attr``.

    Raises:
        Unusable: it does not name something callable that can be imported.
    """
    place, path = _split(target)
    if not place:
        raise Unusable(f"{target!r} names no module; write module:Attribute, for example mod:Queue")
    module = _load_file(place) if place.endswith(".py") else _load_module(place)
    found: Any = module
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise Unusable(_missing(place, path, name, found)) from None
    if not callable(found):
        raise Unusable(
            f"{target} is {type(found).__name__} and not callable; it must be a class, a factory "
            "function or an adapter, called as subject(producer, consumers)"
        )
    return found


def _split(target: str) -> tuple[str, str]:
    place, colon, path = target.rpartition(":")
    if not colon or (len(place) == 1 and os.name == "nt"):
        place, path = target, ""
    return place, path or DEFAULT_ATTRIBUTE


def names_of(target: str) -> tuple[str, str]:
    """The name that the module of a target has once it is loaded, and the path within it."""
    place, path = _split(target)
    return (_file_and_name(place)[1] if place.endswith(".py") else place), path


def _file_and_name(place: str) -> tuple[str, str]:
    """The folder to import a file from, and the name of its module.

    A file that has the name of a module of the library, as a ``queue.py`` may, gets another one.
    """
    folder, name = module_of(place)
    return folder, f"{name}_of_file" if name in sys.stdlib_module_names else name


def _missing(place: str, path: str, name: str, owner: Any) -> str:
    if isinstance(owner, ModuleType):
        # What the module defines itself comes first: it is what was meant, more often than not.
        names = [key for key, value in vars(owner).items() if isinstance(value, type)]
        names = [key for key in names if not key.startswith("_")][:8]
        hint = f"; classes there: {', '.join(names)}" if names else "; it defines no class"
        return f"module {place} has no attribute {name!r}{hint}"
    return f"{place}:{path} does not exist: {owner!r} has no attribute {name!r}"


def _load_file(place: str) -> ModuleType:
    path = os.path.abspath(place)
    if not os.path.isfile(path):
        raise Unusable(f"there is no file {place}")
    folder, name = _file_and_name(path)
    sys.path[:0] = dict.fromkeys((folder, os.path.dirname(path)))
    if "." in name and all(part.isidentifier() for part in name.split(".")):
        return _load_module(name)  # a module of a package, which has relative imports
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Unusable(f"{place} cannot be loaded as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    loader = spec.loader

    def importing() -> ModuleType:
        loader.exec_module(module)
        return module

    return _guard(place, importing)


def _load_module(place: str) -> ModuleType:
    return _guard(place, lambda: importlib.import_module(place))


def _guard(place: str, importing: Any) -> ModuleType:
    try:
        module: ModuleType = importing()
    except ModuleNotFoundError as exc:
        missing = exc.name or place
        if place == missing or place.startswith(f"{missing}."):
            raise Unusable(
                f"there is no module {missing!r}; run from the folder that holds it, install it, "
                "or name a file: path/to/file.py:Attribute"
            ) from None
        raise Unusable(
            f"{place} cannot be imported: it needs {missing!r}, which is not installed"
        ) from None
    except BaseException as exc:
        raise Unusable(
            f"{place} raises {type(exc).__name__} at import: {_one_line(exc)}{_where(exc)}"
        ) from None
    return module


def _one_line(exc: BaseException) -> str:
    try:
        return " ".join(str(exc).split())[:300]
    except BaseException:
        return "(its message cannot be shown)"


def _where(exc: BaseException) -> str:
    frames = traceback.extract_tb(exc.__traceback__)
    inside = [f for f in frames if "importlib" not in f.filename and f.filename != __file__]
    return f" ({inside[-1].filename}:{inside[-1].lineno})" if inside else ""


def files_of(subject: Any) -> list[str]:
    """The source files that hold the implementation: the subject's and its bases', no library."""
    candidates: list[Any] = [subject]
    while candidates and hasattr(candidates[-1], "func"):  # functools.partial
        candidates.append(candidates[-1].func)
    if isinstance(candidates[-1], type):
        candidates += candidates[-1].__mro__[1:-1]
    elif not inspect.isfunction(candidates[-1]):
        candidates.append(type(candidates[-1]))
    found: list[str] = []
    library = os.path.dirname(os.__file__)
    for candidate in candidates:
        try:
            file = inspect.getsourcefile(inspect.unwrap(candidate))
        except TypeError:
            continue
        if file is None:
            continue
        file = os.path.abspath(file)
        in_library = file.startswith(library + os.sep) and "site-packages" not in file
        if not in_library and file not in found:
            found.append(file)
    return found
