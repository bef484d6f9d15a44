"""The world: what the modules under test import, and the modules themselves, new each time.

The modules *in scope* are compiled once and executed afresh for each execution, so that nothing a
module keeps (locks, counters, caches) leaks from one execution into the next. They get
``__builtins__`` of their own, whose ``__import__`` gives them the virtual ``threading``,
``_thread``, ``queue``, ``time`` and what is built on those; every other module is the real one,
shared with the rest of the process, which never notices.

Rewriting
---------
With ``rewrite=True`` the source of a module in scope goes through `rewrite.rewrite` instead of
`compile`; the accesses to shared memory then arrive as operations at the kernel, which is the
*sink* that `memory.Memory` wants: ``Kernel.access(location, is_write, site)`` and
``Kernel.access_all(accesses, site)``, where a location has a ``key`` that is its own within one
execution. A `Memory` is made for each execution and is active while it runs.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from taskqueue_harness.kernel import Kernel
from taskqueue_harness.world import accelerated, callbacks, clock, library
from taskqueue_harness.world.capture import Capture, sys_module
from taskqueue_harness.world.importing import Importer
from taskqueue_harness.world.locks import Primitive
from taskqueue_harness.world.pristine import Snapshot, Unknown
from taskqueue_harness.world.sources import Source, Sources
from taskqueue_harness.world.threads import ThreadWorld
from taskqueue_harness.world.views import Modules, view_of

__all__ = ["World"]


class World:
    """The virtual modules of one exploration, and the modules in scope of its executions."""

    def __init__(self, kernel: Kernel, scope: Iterable[str], *, rewrite: bool) -> None:
        self.kernel = kernel
        self.rewrite = rewrite
        self.current_memory: Any = None
        self._not_modelled: set[str] = set()
        self.capture = Capture(kernel)
        self.sources = Sources(rewrite=rewrite)
        self.modules: dict[str, types.ModuleType] = {}
        self.virtual: dict[str, types.ModuleType] = {}
        self.builtins: dict[str, Any] = dict(vars(builtins))
        self.import_ = Importer(self).import_
        self.builtins["__import__"] = self.import_
        self.builtins["print"] = self.capture.print
        self.virtual["sys"] = sys_module(self.capture)
        self.virtual["time"] = clock.time_module(kernel)
        self.virtual["select"] = clock.select_module(kernel)
        self.threads = ThreadWorld(kernel, self.execute_library, lambda: self.capture.stderr)
        self.virtual["_thread"] = self.threads.low
        self.virtual["threading"] = self.threads.high
        self.virtual["signal"] = self.threads.handlers.module
        self.virtual["atexit"] = library.atexit_module(self)
        self.resets: list[Callable[[], None]] = []
        """Called when an execution begins: bring virtual modules back to their initial state."""
        # Modules that are being executed, or were since the outermost of them began.
        self._fresh: list[Source] = []
        self._importing = 0
        self._imported = False
        self.capture.sys.modules = Modules(self)  # type: ignore[union-attr]
        self._index()
        self.threads.load()
        callbacks.watch_callbacks("threading", self.threads.high)
        self.virtual["queue"] = library.queue_module(self)
        self._primitives = self._find_primitives()
        self.virtual["importlib"] = library.importlib_module(self)
        if rewrite:
            from taskqueue_harness.world.injected import BUILTINS

            self.builtins.update(BUILTINS)
            self.virtual["operator"] = accelerated.operator_module()
        self.virtual["functools"] = accelerated.functools_module(
            self.threads.RLock, rewrite=rewrite
        )
        for name in library.LAZY:
            self.virtual[name] = None  # type: ignore[assignment]
        for name in scope:
            self.sources.load(name)
        self._compile()

    # -- scope

    def add(self, name: str) -> Source:
        """Bring a module into scope."""
        if name not in self.sources:
            self.sources.load(name)
            self._compile()
        return self.sources[name]

    def add_file(self, file: str, name: str) -> Source:
        """Bring a source file into scope as the module `name`."""
        self.sources.load_file(file, name)
        self._compile()
        return self.sources[name]

    def _compile(self) -> None:
        self.sources.compile()
        self._index()

    def _index(self) -> None:
        self.concerned: set[str] = set()
        """Names of modules that this world has something of its own for, and of their packages."""
        for name in (*self.sources, *self.virtual):
            while name:
                self.concerned.add(name)
                name = name.rpartition(".")[0]

    def not_modelled(self) -> list[str]:
        """What ran so far that is not modelled, in words."""
        return sorted(self._not_modelled | self._noted())

    def _noted(self) -> set[str]:
        return set() if self.current_memory is None else set(self.current_memory.notes)

    # -- an execution

    def begin(self) -> None:
        """Forget the execution before. Called in the main fiber of the new one."""
        self.modules.clear()
        self._fresh.clear()
        self._importing = 0
        self._imported = False
        self.capture.reset()
        self.threads.reset()
        for reset in self.resets:
            reset()

    def memory(self) -> Any:
        """A context in which rewritten code reports to the kernel."""
        if not self.rewrite:
            return nullcontext()
        from taskqueue_harness.world.hooks import active
        from taskqueue_harness.world.memory import Memory

        self._not_modelled |= self._noted()
        self.current_memory = Memory(
            self.kernel,
            attribute_writes=self.sources.attribute_writes,
            whole_objects=self.sources.whole_objects,
            untracked=self._primitives,
        )
        self.kernel.locations = self.current_memory.locations
        return active(self.current_memory)

    def _find_primitives(self) -> set[type]:
        """The classes of what is an operation of the kernel by itself, with their bases."""
        found = (
            value
            for name in ("threading", "_thread", "queue")
            for value in vars(self.virtual[name]).values()
            if isinstance(value, type) and issubclass(value, Primitive)
        )
        return {base for one in found for base in one.__mro__} - {object}

    def module(self, name: str) -> types.ModuleType:
        """The module `name` as this world sees it, executed if it is in scope and new."""
        module = self.modules.get(name)
        if module is not None:
            return module
        virtual = self.virtual.get(name, False)
        if virtual is None:
            virtual = library.load(self, name)
            self.virtual[name] = virtual
        if virtual is not False:
            return virtual  # type: ignore[return-value]
        source = self.sources.get(name)
        if source is not None:
            self._importing += 1
            try:
                found = self._executed(source)
            finally:
                self._importing -= 1
            if not self._importing:
                self._keep()
            return found
        if name in self.concerned:
            return view_of(self, name)
        return importlib.import_module(name)

    def _executed(self, source: Source) -> types.ModuleType:
        """A module in scope, its package executed before it."""
        parent, _, leaf = source.name.rpartition(".")
        if parent not in self.sources:
            return self._execute(source)
        package = self.module(parent)
        if source.name in self.modules:
            return self.modules[source.name]
        fresh = source.kept is None
        found = self._execute(source)
        # As import does. A package that was kept has it already, or what it put in its place.
        if fresh or not hasattr(package, leaf):
            setattr(package, leaf, found)
        return found

    def _execute(self, source: Source) -> types.ModuleType:
        kept = source.kept
        if kept is not None:
            kept[1].restore()
            self._imported = True
            self.modules[source.name] = kept[0]
            for name in source.needs:
                self.module(name)
            return kept[0]
        module = types.ModuleType(source.name)
        names = vars(module)
        real = sys.modules.get(source.name)
        fixed = {
            "__file__": source.file,
            "__package__": source.package,
            "__spec__": getattr(real, "__spec__", None),
            "__loader__": getattr(real, "__loader__", None),
            "__builtins__": self.builtins,
        }
        if source.rewritten is not None:
            names.update(source.rewritten.namespace(source.name, **fixed))
        else:
            names.update(fixed)
        if os.path.basename(source.file) == "__init__.py":
            names["__path__"] = [os.path.dirname(source.file)]
        if source.name == "__main__":
            # The script that explores must not run, and explore, once more: as for multiprocessing.
            names["__name__"] = "__mp_main__"
        self.modules[source.name] = module
        assert source.code is not None
        steps = self.kernel.steps
        self._fresh.append(source)
        try:
            exec(source.code, names)
        except BaseException:
            self.modules.pop(source.name, None)
            self._fresh.remove(source)
            raise
        if self.kernel.steps != steps:
            source.reusable = False
        # A module may have put another thing in its place.
        return self.modules.get(source.name, module)

    def _keep(self) -> None:
        """Of the modules just executed, keep those that can be used again.

        Only now, since one may have changed another: what all of them together have set up is what
        executions find.  Whoever refers to a module that is executed afresh each time must be as
        well.
        """
        fresh, self._fresh = self._fresh, []
        late, self._imported = self._imported, True
        if late or not self.kernel.active:
            return  # they may have changed what is kept already: a plug-in that registers itself
        shared = self._shared_types()
        kept: dict[str, tuple[types.ModuleType, Snapshot]] = {}
        for source in fresh:
            module = self.modules.get(source.name)
            if not source.reusable or type(module) is not types.ModuleType:
                continue
            try:
                kept[source.name] = module, Snapshot(module, shared)
            except Unknown:
                source.reusable = False
        while True:
            torn = [
                name
                for name in kept
                if any(
                    need not in kept and not self.sources[need].kept
                    for need in self.sources[name].needs
                )
            ]
            if not torn:
                break
            for name in torn:
                del kept[name]
        for name, one in kept.items():
            self.sources[name].kept = one

    def _shared_types(self) -> tuple[type, ...]:
        """Types whose instances the world itself brings back to their initial state."""
        found: list[type] = []
        logging = self.virtual.get("logging")
        if logging is not None:
            found.append(logging.Logger)
        if self.rewrite:
            from taskqueue_harness.world.locations import Namespace

            found.append(Namespace)
        return tuple(found)

    def execute_library(self, name: str, module: types.ModuleType) -> None:
        """Run the source of a standard library module over the virtual modules."""
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        loader: Any = spec.loader
        names = vars(module)
        names.update(
            __file__=spec.origin,
            __package__=spec.parent,
            __spec__=spec,
            __builtins__=self.builtins,
        )
        if spec.submodule_search_locations is not None:
            names["__path__"] = list(spec.submodule_search_locations)
        self.virtual[name] = module
        # Nothing of ours is to be registered for a fork of the real process.
        self.virtual["os"] = library.os_module()
        self._index()
        try:
            with self.kernel.paused():
                exec(loader.get_code(name), names)
        except BaseException:
            self.virtual[name] = None  # type: ignore[assignment]
            raise
        finally:
            self.virtual.pop("os", None)
            self._index()

    def note_need(self, importer: Any, name: str) -> None:
        """A module that is being executed refers to another from now on.

        Args:
            importer: the globals of the one.
            name: of the other.
        """
        if self._importing and name in self.sources:
            source = self.sources.get((importer or {}).get("__name__", ""))
            if source in self._fresh and name != source.name:
                source.needs.add(name)
