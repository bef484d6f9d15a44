"""``__import__`` of a world, and how it finds what else is to be in scope."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from taskqueue_harness.files import is_standard
from taskqueue_harness.own import MOST, is_about_threads

if TYPE_CHECKING:
    from taskqueue_harness.world.loader import World

__all__ = ["Importer"]


class Importer:
    """Imports modules for the code of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._followed: set[str] = set()

    def import_(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """``__import__`` of this world."""
        world = self._world
        if level:
            package = (globals or {}).get("__package__") or ""
            absolute = importlib.util.resolve_name("." * level + name, package)
        else:
            absolute = name
        self._follow(absolute, globals)
        concerned = world.concerned
        if absolute not in concerned and absolute.partition(".")[0] not in concerned:
            for one in fromlist or ():
                self._follow(f"{absolute}.{one}", globals)
            if absolute not in concerned:
                return builtins.__import__(name, globals, locals, fromlist, level)
        if not fromlist:
            if absolute in concerned:
                world.module(absolute)
            else:
                builtins.__import__(absolute)
            self._bind_to_parents(absolute)
            world.note_need(globals, absolute)
            if level or "." not in name:
                return world.module(absolute)
            return world.module(name.partition(".")[0])
        module = world.module(absolute)
        world.note_need(globals, absolute)
        own = absolute in world.sources
        if "*" in fromlist:
            fromlist = (*(one for one in fromlist if one != "*"), *getattr(module, "__all__", ()))
        for one in fromlist:
            member = f"{absolute}.{one}"
            if own and not hasattr(module, one):
                self._follow(member, globals)
            if member in world.concerned:
                world.note_need(globals, member)
                if not own or not hasattr(module, one):
                    vars(module)[one] = world.module(member)
            elif not hasattr(module, one):
                try:
                    importlib.import_module(member)
                except ModuleNotFoundError:
                    continue
                real = sys.modules.get(absolute)
                if real is not None and hasattr(real, one):
                    setattr(module, one, getattr(real, one))
        return module

    def _bind_to_parents(self, name: str) -> None:
        """Give ``a`` an attribute ``b`` and ``a.b`` a ``c``, as ``import a.b.c`` does.

        Without it, ``import a.b as b`` takes what the process has under that name.
        """
        world = self._world
        while "." in name:
            parent, _, leaf = name.rpartition(".")
            if parent in world.concerned:
                package = world.module(parent)
                if not hasattr(package, leaf):
                    setattr(package, leaf, world.module(name))
            name = parent

    def _follow(self, name: str, importer: Any) -> None:
        """Bring a module into scope that code in scope imports from its own package."""
        world = self._world
        if name in self._followed or not importer or len(world.sources) >= MOST:
            return
        source = world.sources.get(importer.get("__name__", ""))
        if source is None or not source.package:
            return
        if name.partition(".")[0] != source.name.partition(".")[0]:
            return
        self._followed.add(name)
        if name in world.sources or name in world.virtual:
            return
        # The package around a module may import half the world, and was left out on purpose.
        if source.name.startswith(f"{name}."):
            return
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError, AttributeError):
            return
        file = spec.origin if spec is not None else None
        if file and file.endswith(".py") and (not is_standard(file) or is_about_threads(file)):
            world.add(name)
