"""Runs modules of CPython's own test suite against rewritten source; a child process of a test.

Arguments: ``modules:test`` each, where `modules` (joined by commas) are rewritten as they are
imported. Prints one JSON object for each.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import sys
import unittest
import warnings
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

from taskqueue_harness.world import hooks
from taskqueue_harness.world.memory import Memory
from taskqueue_harness.world.rewrite import rewrite


class Count:
    """A sink that lets everybody through."""

    def __init__(self) -> None:
        self.operations = 0

    def access(self, *access: Any) -> None:
        self.operations += 1

    access_all = access


class Rewriting(SourceFileLoader):
    writes: frozenset[str] = frozenset()
    whole_objects = False

    def exec_module(self, module: ModuleType) -> None:
        rewritten = rewrite(self.get_data(self.path), self.path)
        Rewriting.writes |= rewritten.attribute_writes
        Rewriting.whole_objects |= rewritten.whole_objects
        for name, value in rewritten.namespace(module.__name__).items():
            vars(module).setdefault(name, value)
        exec(rewritten.code, vars(module))


class Finder:
    """Gives the chosen modules the rewriting loader, fresh imports included."""

    modules: tuple[str, ...] = ()

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in cls.modules:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = Rewriting(name, spec.origin)
        return spec


def run(modules: tuple[str, ...], test: str) -> dict[str, Any]:
    saved = {name: sys.modules.pop(name, None) for name in modules}
    Finder.modules, Rewriting.writes, Rewriting.whole_objects = modules, frozenset(), False
    for name in modules:
        importlib.import_module(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])
    count = Count()
    memory = Memory(count, attribute_writes=Rewriting.writes, whole_objects=Rewriting.whole_objects)
    with hooks.active(memory):
        suite = unittest.defaultTestLoader.loadTestsFromName(test)
        result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    for name, module in saved.items():
        if module is not None:
            sys.modules[name] = module
    failed = [*result.failures, *result.errors]
    return {
        "test": test,
        "run": result.testsRun,
        "operations": count.operations,
        "failed": {str(case).partition(" ")[0]: text[-1500:] for case, text in failed},
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.meta_path.insert(0, Finder)
    for argument in sys.argv[1:]:
        modules, _, test = argument.partition(":")
        print(json.dumps(run(tuple(modules.split(",")), test)), flush=True)
