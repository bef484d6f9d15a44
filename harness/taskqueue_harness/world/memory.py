"""What an attribute access, a call or an iteration touches: the shared memory of one execution.

`hooks` calls this when rewritten code is about to access something; the accesses go to the *sink*,
the scheduler of the running execution. `attributes` says how an attribute is reached, `effects`
what a call into C touches, `locations` what the places are called.
"""

from __future__ import annotations

import functools
import operator
import sys
import types
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from taskqueue_harness.operations import both_ends
from taskqueue_harness.world import effects, plainly
from taskqueue_harness.world.attributes import ATTRIBUTE_CALLS, ATTRIBUTE_METHODS, Plan, plan_of
from taskqueue_harness.world.effects import Kind
from taskqueue_harness.world.locations import CONTENTS, Access, Location, Locations

__all__ = ["Memory", "Sink"]


class Sink(Protocol):
    """What takes the accesses of one execution: its scheduler, or a recorder."""

    def access(self, location: Location, is_write: bool, site: int) -> None:
        """The running thread is about to read or write `location`."""

    def access_all(self, accesses: Sequence[Access], site: int) -> None:
        """The running thread is about to make several accesses in one step."""


class Memory:
    """The shared memory of one execution.

    `attribute_writes` are the attribute names that code in scope stores: reading any other is no
    operation. With `whole_objects` (code in scope reaches attributes through ``__dict__`` or
    ``vars``) all attributes of an object are one location. What the `untracked` classes themselves
    define is code that announces what it does; what a derived class or the program adds is not.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        attribute_writes: frozenset[str],
        whole_objects: bool = False,
        untracked: Iterable[type] = (),
    ) -> None:
        self.sink = sink
        self.locations = Locations()
        self.attribute_writes = attribute_writes
        self.whole_objects = whole_objects
        self.untracked = frozenset(map(id, untracked))
        self.notes: dict[str, int] = {}
        """What ran that is not modelled, in words, with the first site at which it did."""
        self.kinds = dict(effects.BASE_KINDS)
        self.frames: dict[int, tuple[Callable[[], object], Location]] = {}
        self.shared: dict[int, tuple[object, list[Location]]] = {}
        """The contents of primitives that the program got hold of: they are kept, being few."""
        self.plans: dict[plainly.Key, dict[str, Plan]] = {}
        self._known_by_address: list[type] = []

    def kind(self, cls: type) -> Kind:
        # The same as plainly.key, without a call: this and `attribute` are asked all the time.
        key = cls if type(cls) is type else id(cls)
        kind = self.kinds.get(key)
        if kind is None:
            self._keep(cls)
            kind = self.kinds[key] = effects.classify(cls)
        return kind

    def _keep(self, cls: type) -> None:
        if type(cls) is not type:
            self._known_by_address.append(cls)

    def note(self, text: str, site: int) -> None:
        self.notes.setdefault(text, site)

    def announce(self, accesses: Sequence[Access], site: int) -> None:
        if len(accesses) == 1:
            self.sink.access(*accesses[0], site)
        elif accesses:
            self.sink.access_all(accesses, site)

    def share(self, contents: object, owner: object) -> None:
        """Have accesses to a container conflict with the operations of the primitive it is in."""
        if id(contents) not in self.shared:
            self.shared[id(contents)] = (
                contents,
                [Location(~key, type(owner).__name__, CONTENTS) for key in both_ends(owner)],
            )

    # -- attributes

    def attribute(self, target: object, name: str, is_write: bool) -> Sequence[Access]:
        """What reading or writing ``target.name`` touches, apart from the code it may run."""
        cls = type(target)
        key = cls if type(cls) is type else id(cls)
        plans = self.plans.get(key)
        if plans is None:
            self._keep(cls)
            plans = self.plans[key] = {}
        plan = plans.get(name)
        if plan is None:
            plan = plans[name] = plan_of(self, cls, name)
        return plan(self, target, name, is_write)

    # -- containers

    def contents(self, target: object, is_write: bool) -> list[Access]:
        """What a C function touches that reads or writes all of `target`."""
        found: list[Access] = []
        kind = self.kind(type(target))
        if kind is not Kind.PLAIN:
            self._contents(target, kind, is_write, found, 0)
        elif type(target) is tuple:
            # One level, for "%s %s" % (a, b) and print(*pair).
            for one in target:
                if (kind := self.kind(type(one))) is not Kind.PLAIN:
                    self._contents(one, kind, is_write, found, 0)
        return found

    def fields(self, target: object, names: Iterable[str]) -> list[Access]:
        """Reads of those of an object's attributes that somebody stores."""
        written = self.attribute_writes
        return [
            access
            for name in names
            if type(name) is str and name in written
            for access in self.attribute(target, name, False)
        ]

    def leaving(self, frame: types.FrameType) -> Location | None:
        """The position of the generator that runs in `frame`, if anybody may share it."""
        generator, location = self.frames.get(id(frame), (_nothing, None))
        # Frames are known by address, and addresses are used again.
        return location if getattr(generator(), "gi_frame", None) is frame else None

    def inner_contents(self, iterator: object) -> list[Access]:
        """What a step of `iterator` touches besides the iterator itself."""
        found: list[Access] = []
        self._sources(iterator, found, 0)
        return found

    def stepped(self, iterator: object) -> list[Access]:
        """What a step of `iterator` touches, its position included."""
        return self.contents(iterator, True)

    def _contents(
        self, target: object, kind: Kind, is_write: bool, found: list[Access], depth: int
    ) -> None:
        if kind is Kind.CONTAINER:
            if id(target) in self.shared:
                found += [(one, is_write) for one in self.shared[id(target)][1]]
                return
            found.append((self.locations.direct(target, CONTENTS, CONTENTS), is_write))
            return
        if kind is Kind.GENERATOR:
            location = self.locations.of(target, CONTENTS)
            frame = target.gi_frame  # type: ignore[attr-defined]
            if frame is not None:
                self.frames[id(frame)] = weakref.ref(target), location
            found.append((location, True))
            return
        if kind is Kind.OPAQUE:
            found.append((self.locations.of(target, CONTENTS), is_write))
            return
        if kind is Kind.RECORD:
            fields: Iterable[str] = plainly.of_class(type(target), "__dataclass_fields__")
            found += self.fields(target, fields)
            return
        if kind is Kind.ITERATOR:
            found.append((self.locations.of(target, CONTENTS), True))
        if depth < _DEPTH:
            self._sources(target, found, depth)

    def _sources(self, target: object, found: list[Access], depth: int) -> None:
        for source in effects.sources(target):
            cls = type(source)
            inner = self.kind(cls)
            if inner is Kind.ITERATOR and sys.getrefcount(source) <= _PRIVATE:
                if depth < _DEPTH:
                    self._sources(source, found, depth + 1)
            elif inner is not Kind.PLAIN:
                self._contents(source, inner, False, found, depth + 1)
            elif cls is types.BuiltinFunctionType:
                found.extend(self.call(source, (), {}))

    # -- calls

    def call(
        self, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> list[Access]:
        """What calling `function` touches beyond what its own Python code announces."""
        cls = type(function)
        if keywords:
            arguments = (*arguments, *keywords.values())
        if cls is types.BuiltinFunctionType:
            receiver = function.__self__
            if receiver is None or type(receiver) is types.ModuleType:
                special = ATTRIBUTE_CALLS.get(function)
                if special is not None:
                    return special(self, arguments)
                effect = effects.CALLS.get(function, effects.writes)
                return self._apply(effect, arguments)
            return self.method(receiver, function.__name__, arguments)
        if cls is types.MethodWrapperType:
            return self.method(function.__self__, function.__name__, arguments)
        if cls is types.MethodDescriptorType or cls is types.WrapperDescriptorType:
            if not arguments:
                return []
            return self.method(arguments[0], function.__name__, arguments[1:])
        if cls is functools.partial:
            return self.call(function.func, (*function.args, *arguments), function.keywords)
        if cls is types.MethodType:
            receiver = function.__self__
            if self.kind(type(receiver)) in (Kind.CONTAINER, Kind.OPAQUE):
                return self.method(receiver, function.__name__, arguments)
            return self._foreign(function.__func__, arguments)
        if cls is types.FunctionType:
            return self._foreign(function, arguments)
        if issubclass(cls, type):
            in_python = plainly.flags_of(function) & plainly.HEAP_TYPE
            if in_python and not issubclass(function, effects.CONTAINERS):
                return []
            return self._apply(effects.CLASS_CALLS.get(id(function), _reads), arguments)
        if cls is operator.itemgetter:
            return self._apply(_reads, arguments)
        if cls is operator.methodcaller and arguments:
            name, *rest = function.__reduce__()[1]
            return self.method(arguments[0], name, tuple(rest))
        if cls is operator.attrgetter and arguments:
            return [
                access
                for name in function.__reduce__()[1]
                if "." not in name
                for access in self.attribute(arguments[0], name, False)
            ]
        return []

    def method(self, receiver: Any, name: str, arguments: tuple[Any, ...]) -> list[Access]:
        """What calling the C method `name` of `receiver` touches."""
        kind = self.kind(type(receiver))
        found: list[Access] = []
        if name in ATTRIBUTE_METHODS and arguments and issubclass(type(arguments[0]), str):
            # object.__setattr__(self, ...) is what a __setattr__ written in Python ends with.
            place = CONTENTS if self.whole_objects else str.__str__(arguments[0])
            return [(self.locations.of(receiver, place), ATTRIBUTE_METHODS[name])]
        if kind is Kind.CONTAINER:
            if name not in effects.NO_EFFECT_METHODS:
                is_write = name not in effects.READ_METHODS or (
                    name == "__getitem__"
                    and plainly.of_class(type(receiver), "__missing__") is not None
                )
                found += self.contents(receiver, is_write)
            if name in effects.STORING_METHODS:
                return found
        elif kind is not Kind.PLAIN:
            reads = kind is Kind.OPAQUE and name in effects.OPAQUE_READS
            found += self.contents(receiver, not reads)
        return found + self._apply(_reads, arguments)

    def _apply(self, effect: effects.Effect, arguments: tuple[Any, ...]) -> list[Access]:
        found: list[Access] = []
        for one, is_write in effect(arguments):
            cls = type(one)
            kind = self.kind(cls)
            if kind is not Kind.PLAIN or cls is tuple:
                # print(file=...), json.dump(..., file): what takes an opaque object changes it.
                found += self.contents(one, is_write or kind is Kind.OPAQUE)
            elif cls is types.BuiltinFunctionType:
                # A bound method handed to C, as in max(d, key=d.get), is called by it.
                function: Any = one
                receiver = function.__self__
                if receiver is not None and type(receiver) is not types.ModuleType:
                    found += self.method(receiver, function.__name__, ())
        return found

    def _foreign(self, function: Any, arguments: tuple[Any, ...]) -> list[Access]:
        cls = type(function)
        if cls is types.FunctionType:
            module, name = function.__module__ or "", function.__qualname__
        else:
            module, name = plainly.module_of(cls), plainly.name_of(cls)
        known = module, name
        if known in effects.FOREIGN_READS:
            found = self._apply(_reads, arguments)
            for one in arguments:
                if self.kind(type(one)) is Kind.PLAIN:
                    found += self.fields(one, plainly.variables_of(one))
            return found
        containers = [one for one in arguments if self.kind(type(one)) is Kind.CONTAINER]
        if not containers:
            return []
        if known in effects.FOREIGN_WRITES:
            return self._apply(effects.writes, arguments)
        if not module.startswith(_WORLD):
            self.note(f"{module}.{name} was given a {type(containers[0]).__name__}", -1)
        return []


_PRIVATE = 4
"""References to an iterator that only another iterator uses: from that one, from the list of its
sources, from the loop over them, and the argument of getrefcount. Nobody else sees its position."""
_DEPTH = 8
"""How many iterators may be wrapped around each other."""
_WORLD = (
    *("taskqueue_", "threading", "_thread", "queue", "concurrent.", "logging", "functools"),
    *("multiprocessing", "contextlib", "pytest", "_pytest", "unittest", "hypothesis"),
)
"""Modules whose functions keep what they are given, or whose own accesses are operations."""

_reads = effects.CALLS[sorted]


def _nothing() -> None:
    """What refers to no generator."""
