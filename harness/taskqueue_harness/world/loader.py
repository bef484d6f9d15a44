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
import functools
import hashlib
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import nullcontext
from typing import Any

from taskqueue_harness.files import is_standard
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.own import MOST, is_about_threads
from taskqueue_harness.world import accelerated, clock, library
from taskqueue_harness.world.capture import Capture, sys_module
from taskqueue_harness.world.locks import Primitive
from taskqueue_harness.world.pristine import Snapshot, Unknown
from taskqueue_harness.world.threads import ThreadWorld


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


class World:
    """The virtual modules of one exploration, and the modules in scope of its executions."""

    def __init__(self, kernel: Kernel, scope: Iterable[str], *, rewrite: bool) -> None:
        self.kernel = kernel
        self.rewrite = rewrite
        self.current_memory: Any = None
        self._not_modelled: set[str] = set()
        self.attribute_writes: frozenset[str] = frozenset()
        self.capture = Capture(kernel)
        self.sources: dict[str, Source] = {}
        self.modules: dict[str, types.ModuleType] = {}
        self.virtual: dict[str, types.ModuleType] = {}
        self.builtins: dict[str, Any] = dict(vars(builtins))
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
        self._resets: list[Callable[[], None]] = []
        self._followed: set[str] = set()
        # Modules that are being executed, or were since the outermost of them began.
        self._fresh: list[Source] = []
        self._importing = 0
        self._imported = False
        self.capture.sys.modules = Modules(self)  # type: ignore[union-attr]
        self._index()
        self.threads.load()
        self.virtual["queue"] = library.queue_module(self)
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
            self._load(name)
        self._compile()

    # -- scope

    def add(self, name: str) -> Source:
        """Bring a module into scope."""
        if name not in self.sources:
            self._load(name)
            self._compile()
        return self.sources[name]

    def _load(self, name: str) -> None:
        if name in self.sources:
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
            self.sources[name] = Source(name, file, package, stream.read())

    def add_file(self, file: str, name: str) -> Source:
        """Bring a source file into scope as the module `name`."""
        with open(file, "rb") as stream:
            self.sources[name] = source = Source(name, file, "", stream.read())
        self._compile()
        return source

    def _compile(self) -> None:
        """Compile what is in scope; what is rewritten depends on what all of it stores."""
        if not self.rewrite:
            for source in self.sources.values():
                if source.code is None:
                    source.code = compile(source.text, source.file, "exec", dont_inherit=True)
            self._index()
            return
        from taskqueue_harness.world.rewrite import rewrite_together

        sources = list(self.sources.values())
        found = rewrite_together([(source.text, source.file) for source in sources])
        for source, rewritten in zip(sources, found, strict=True):
            source.rewritten = rewritten
            source.code = rewritten.code
            source._functions = None
            source.kept = None
        self.attribute_writes = frozenset().union(*(one.attribute_writes for one in found))
        self._index()

    def _index(self) -> None:
        self._concerned = set()
        for name in (*self.sources, *self.virtual):
            while name:
                self._concerned.add(name)
                name = name.rpartition(".")[0]

    def scope_hash(self) -> bytes:
        """Identifies the source in scope, for tokens."""
        digest = hashlib.sha256()
        for name in sorted(self.sources):
            digest.update(self.sources[name].text)
        return digest.digest()

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
        for reset in self._resets:
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
            attribute_writes=self.attribute_writes,
            whole_objects=any(s.rewritten.whole_objects for s in self.sources.values()),
            untracked=(Primitive,),
        )
        self.kernel.locations = self.current_memory.locations
        return active(self.current_memory)

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
        if name in self._concerned:
            return self._view(name)
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

    def _view(self, name: str) -> types.ModuleType:
        """A shared package, with the modules of this world in place of the real ones."""
        real = importlib.import_module(name)
        view = types.ModuleType(name, real.__doc__)
        vars(view).update(vars(real))
        self.modules[name] = view
        prefix = name + "."
        for one in self._concerned:
            if one.startswith(prefix) and "." not in one[len(prefix) :]:
                vars(view).pop(one[len(prefix) :], None)
        handed_on = {key: home for key, value in vars(real).items() if (home := self._home(value))}
        for key in handed_on:
            vars(view).pop(key, None)
        view.__getattr__ = lambda attribute: self._member(name, attribute, handed_on)  # type: ignore[method-assign]
        return view

    def _home(self, value: Any) -> tuple[str, str] | None:
        """The module in scope, and the name there, of a class or function that a package hands on.

        ``from package import Class`` must give the class of this world, not the one that the real
        package imported.
        """
        if not issubclass(type(value), (type, types.FunctionType)):
            return None
        if "<locals>" in value.__qualname__:
            return None
        home = value.__module__
        return (home, value.__qualname__) if home in self.sources else None

    def _member(
        self, package: str, attribute: str, handed_on: Mapping[str, tuple[str, str]]
    ) -> Any:
        if attribute in handed_on:
            return self._at(*handed_on[attribute])
        name = f"{package}.{attribute}"
        if name in self._concerned:
            return self.module(name)
        own = vars(sys.modules[package]).get("__getattr__")
        if own is None:
            raise AttributeError(f"module {package!r} has no attribute {attribute!r}")
        value = own(attribute)
        found = self._home(value)
        return value if found is None else self._at(*found)

    def _at(self, home: str, path: str) -> Any:
        return functools.reduce(getattr, path.split("."), self.module(home))

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

    # -- import

    def _note_need(self, importer: Any, name: str) -> None:
        """A module that is being executed refers to another from now on."""
        if self._importing and name in self.sources:
            source = self.sources.get((importer or {}).get("__name__", ""))
            if source in self._fresh and name != source.name:
                source.needs.add(name)

    def import_(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """``__import__`` of this world."""
        if level:
            package = (globals or {}).get("__package__") or ""
            absolute = importlib.util.resolve_name("." * level + name, package)
        else:
            absolute = name
        self._follow(absolute, globals)
        concerned = self._concerned
        if absolute not in concerned and absolute.partition(".")[0] not in concerned:
            for one in fromlist or ():
                self._follow(f"{absolute}.{one}", globals)
            if absolute not in concerned:
                return builtins.__import__(name, globals, locals, fromlist, level)
        if not fromlist:
            if absolute in concerned:
                self.module(absolute)
            else:
                builtins.__import__(absolute)
            self._bind_to_parents(absolute)
            self._note_need(globals, absolute)
            if level or "." not in name:
                return self.module(absolute)
            return self.module(name.partition(".")[0])
        module = self.module(absolute)
        self._note_need(globals, absolute)
        own = absolute in self.sources
        if "*" in fromlist:
            fromlist = (*(one for one in fromlist if one != "*"), *getattr(module, "__all__", ()))
        for one in fromlist:
            member = f"{absolute}.{one}"
            if own and not hasattr(module, one):
                self._follow(member, globals)
            if member in self._concerned:
                self._note_need(globals, member)
                if not own or not hasattr(module, one):
                    vars(module)[one] = self.module(member)
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
        while "." in name:
            parent, _, leaf = name.rpartition(".")
            if parent in self._concerned:
                package = self.module(parent)
                if not hasattr(package, leaf):
                    setattr(package, leaf, self.module(name))
            name = parent

    def _follow(self, name: str, importer: Any) -> None:
        """Bring a module into scope that code in scope imports from its own package."""
        if name in self._followed or not importer or len(self.sources) >= MOST:
            return
        source = self.sources.get(importer.get("__name__", ""))
        if source is None or not source.package:
            return
        if name.partition(".")[0] != source.name.partition(".")[0]:
            return
        self._followed.add(name)
        if name in self.sources or name in self.virtual:
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
            self.add(name)


class Modules(MutableMapping[str, Any]):
    """``sys.modules`` of a world: what it has executed, and for the rest what the process has."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, name: str) -> Any:
        world = self._world
        if name in world.modules:
            return world.modules[name]
        if name in world.sources:
            raise KeyError(name)
        return world.module(name) if name in world.virtual else sys.modules[name]

    def __setitem__(self, name: str, module: Any) -> None:
        self._world.modules[name] = module

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        # What is not of this execution stays where it is: it is the process's, or virtual.
        self._world.modules.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        world = self._world
        yield from world.modules
        for name in list(sys.modules):
            if name not in world.modules and name not in world.sources:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)
