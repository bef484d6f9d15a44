"""The modules in scope: where their source comes from, and what it is compiled to."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskqueue_harness.world.pristine import Snapshot

__all__ = ["Source", "Sources", "Unloadable"]


class Unloadable(Exception):
    """A program or module that cannot be brought into the world, and what to do about it."""


class Source:
    """A module in scope: its source, compiled once."""

    def __init__(self, name: str, file: str, package: str, text: bytes) -> None:
        self.name = name
        self.file = file
        self.package = package
        self.text = text
        self.rewritten: Any = None
        self.code: types.CodeType | None = None
        self.kept: tuple[types.ModuleType, Snapshot] | None = None
        self.reusable = True
        # The modules in scope that it imports: what it refers to must be theirs of today.
        self.needs: set[str] = set()
        self._functions: dict[tuple[str, int], types.CodeType] | None = None

    def function(self, code: types.CodeType) -> types.CodeType | None:
        """The compiled form of a function of this module, given the one the process has."""
        if self._functions is None:
            self._functions = {}
            assert self.code is not None
            todo = [self.code]
            while todo:
                one = todo.pop()
                self._functions[one.co_name, one.co_firstlineno] = one
                todo += [const for const in one.co_consts if isinstance(const, types.CodeType)]
        return self._functions.get((code.co_name, code.co_firstlineno))


class Sources(dict[str, Source]):
    """The modules in scope, by name.

    Args:
        rewrite: whether accesses to shared memory are to be operations.
    """

    def __init__(self, *, rewrite: bool) -> None:
        super().__init__()
        self._rewrite = rewrite
        self.attribute_writes: frozenset[str] = frozenset()
        """The attribute names that any of them stores."""

    def load(self, name: str) -> None:
        """Read the source of a module of the process. Raises `Unloadable`."""
        if name in self:
            return
        module = sys.modules.get(name)
        spec = getattr(module, "__spec__", None)
        file = getattr(module, "__file__", None)
        if file is None:
            try:
                spec = importlib.util.find_spec(name)
            except (ImportError, ValueError) as error:
                raise Unloadable(f"module {name!r} is not importable: {error}") from error
            file = spec.origin if spec is not None else None
        if file is None or not os.path.exists(file) or not file.endswith(".py"):
            raise Unloadable(
                f"module {name!r} has no source file: put the code under test into a .py file"
            )
        package = name if os.path.basename(file) == "__init__.py" else name.rpartition(".")[0]
        with open(file, "rb") as stream:
            self[name] = Source(name, file, package, stream.read())

    def load_file(self, file: str, name: str) -> None:
        """Read a source file, which is to be the module `name`."""
        with open(file, "rb") as stream:
            self[name] = Source(name, file, "", stream.read())

    def compile(self) -> None:
        """Compile what is in scope; what is rewritten depends on what all of it stores."""
        if not self._rewrite:
            for source in self.values():
                if source.code is None:
                    source.code = compile(source.text, source.file, "exec", dont_inherit=True)
            return
        from taskqueue_harness.world.rewrite import rewrite_together

        sources = list(self.values())
        found = rewrite_together([(source.text, source.file) for source in sources])
        for source, rewritten in zip(sources, found, strict=True):
            source.rewritten = rewritten
            source.code = rewritten.code
            source._functions = None
            source.kept = None
        self.attribute_writes = frozenset().union(*(one.attribute_writes for one in found))

    @property
    def whole_objects(self) -> bool:
        """Whether any of them reads or writes all attributes of an object at once."""
        return any(source.rewritten.whole_objects for source in self.values())

    def digest(self) -> bytes:
        """Identifies the source in scope, for tokens."""
        digest = hashlib.sha256()
        for name in sorted(self):
            digest.update(self[name].text)
        return digest.digest()
