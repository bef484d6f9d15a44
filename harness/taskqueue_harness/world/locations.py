"""What one execution calls the places in memory that threads share.

A *location* is an attribute of an object, a global, a closure variable, or the contents of a
container. Objects are numbered as they are met, so the numbers depend on the schedule alone, never
on ``id()``. Naming an object must not keep it alive, or a queue that rightly lets go of its items
would be accused of holding them: objects are known by weak references. Lists, dicts and a few
others cannot be weakly referenced; those are held, and `Locations.release` lets go of each that
nobody else holds. One with a ``__del__`` in scope is known by address until that has run.
"""

from __future__ import annotations

import gc
import sys
import weakref
from collections import deque
from types import FrameType, FunctionType
from typing import Any

from taskqueue_harness.world import plainly

CONTENTS = ""
"""The name, among the names of an object's locations, of the contents of a container."""
CELLS = "\U0010ffff"
"""Begins the names of the variables in which functions keep a `Namespace`; no identifier does."""


FINALISED = "_@del"
"""The hook at the end of every ``__del__`` in scope, by which it is known."""


class Location:
    """One place in memory. `key` is its number in this execution, in order of first access."""

    __slots__ = ("key", "name", "owner")

    def __init__(self, key: int, owner: str, name: str) -> None:
        self.key = key
        self.owner = owner
        self.name = name

    def __str__(self) -> str:
        if self.name == CONTENTS:
            return f"the contents of {self.owner}"
        if "{}" in self.owner:
            return self.owner.replace("{}", repr(self.name))
        return f"attribute {self.name!r} of {self.owner}"

    def __repr__(self) -> str:
        return f"<location {self.key}: {self}>"


Access = tuple[Location, bool]
"""A location, and whether it is written."""


class Namespace:
    """The variables of one module, or the captured variables of one call of a function.

    The rewritten module keeps one under a name no program can spell, and each call of a function
    with tracked cells makes one; the closures capture it beside the cells themselves, so that it
    lives exactly as long as they do. The locations belong to one execution and are dropped with it.
    """

    __slots__ = ("__weakref__", "execution", "locations", "phrase")

    def __init__(self, phrase: str) -> None:
        self.phrase = phrase
        self.execution: Locations | None = None
        self.locations: dict[str, Location] = {}


class _Weak(weakref.ref[Any]):
    """A numbered object that can be weakly referenced."""

    __slots__ = ("direct", "identity", "label", "locations")
    direct: dict[str, Location]
    identity: int
    label: str
    locations: dict[str, Location]


class _Held:
    """A numbered object that cannot: held until nobody else holds it."""

    __slots__ = ("direct", "identity", "label", "locations", "target")
    direct: dict[str, Location]
    identity: int
    label: str
    locations: dict[str, Location]

    def __init__(self, target: object) -> None:
        self.target = target

    def __call__(self) -> object:
        return self.target


class _Unheld:
    """A numbered object that cannot, and that says itself when it dies: it has a ``__del__``."""

    __slots__ = ("direct", "identity", "label", "locations")
    direct: dict[str, Location]
    identity: int
    label: str
    locations: dict[str, Location]

    def __call__(self) -> object:
        return None


class Locations:
    """The locations of one execution."""

    def __init__(self) -> None:
        self.objects: dict[int, _Weak | _Held | _Unheld] = {}
        """Every numbered object by address. The hooks look here first, for `_Weak.direct`."""
        self._held: dict[int, _Held] = {}
        self._counts: dict[str, int] = {}
        self._next = 0
        objects = self.objects

        def gone(reference: weakref.ref[Any]) -> None:
            assert isinstance(reference, _Weak)
            # The address may be in use again, by an object numbered since.
            if objects.get(reference.identity) is reference:
                del objects[reference.identity]

        self._gone = gone

    def __len__(self) -> int:
        return self._next

    def of(self, target: object, name: str) -> Location:
        """The location `name` of an object: an attribute, or `CONTENTS`."""
        identity = id(target)
        known = self.objects.get(identity)
        if known is None:
            known = self._meet(target, identity)
        location = known.locations.get(name)
        if location is None:
            location = known.locations[name] = self._new(known.label, name)
        return location

    def direct(self, target: object, name: str, place: str) -> Location:
        """The location `place`, remembered as all there is to an access to `name`."""
        location = self.of(target, place)
        self.objects[id(target)].direct[name] = location
        return location

    def variable(self, namespace: Namespace, name: str) -> Location:
        """The location of a module's global or of a captured variable."""
        if namespace.execution is not self:
            namespace.execution = self
            namespace.locations = {}
        location = namespace.locations.get(name)
        if location is None:
            location = namespace.locations[name] = self._new(namespace.phrase, name)
        return location

    def alias(self, target: object, original: object) -> None:
        """From now on `target` (an instance's ``__dict__``) is the same place as `original`."""
        if id(target) not in self.objects:
            known = self.objects.get(id(original)) or self._meet(original, id(original))
            held = _Held(target)
            held.identity, held.label, held.locations = id(target), known.label, known.locations
            held.direct = {}
            self.objects[id(target)] = self._held[id(target)] = held

    def label(self, target: object) -> str:
        """The object in words, such as ``Counter#1``."""
        known = self.objects.get(id(target)) or self._meet(target, id(target))
        return known.label

    def peek(self, location: Location, frame: FrameType | None) -> str:
        """What a place holds, in a few characters; empty if it is nothing plain, or not known.

        Args:
            location: the place.
            frame: of the code that is about to read it, to find its global or captured variables.
        """
        name = location.name
        for known in self.objects.values():
            if known.locations.get(name) is location:
                target = known()
                if name == CONTENTS:
                    return _size(target)
                attributes = plainly.variables_of(target)
                return _plain(attributes.get(name)) if name in attributes else ""
        if frame is None:
            return ""
        code = frame.f_code
        if name in code.co_freevars or name in code.co_cellvars:
            return _plain(frame.f_locals[name]) if name in frame.f_locals else ""
        return _plain(frame.f_globals[name]) if name in frame.f_globals else ""

    def release(self, *, cycles: bool = False) -> int:
        """Let go of every held object that nobody else holds; returns how many there were.

        With `cycles`, objects that only a reference cycle keeps alive are let go of as well; this
        runs the garbage collector. Call it before judging whether something is still alive.
        """
        released = 0
        again = True
        while again:
            again = False
            for identity, held in list(self._held.items()):
                # Two references are ours: the attribute `target` and the argument of getrefcount.
                if sys.getrefcount(held.target) <= 2:
                    self._forget(identity, held)
                    released += 1
                    again = True
        return released + self._release_cycles() if cycles else released

    def _release_cycles(self) -> int:
        # While the collector runs nothing of ours refers to the held objects. Those it can still
        # list afterwards are alive. What it does not track cannot be part of a cycle.
        tracked = {
            identity: held for identity, held in self._held.items() if gc.is_tracked(held.target)
        }
        types = {identity: type(held.target) for identity, held in tracked.items()}
        for held in tracked.values():
            held.target = None
        gc.collect()
        alive = {id(one): one for one in gc.get_objects() if id(one) in tracked}
        released = 0
        for identity, held in tracked.items():
            if identity in alive and type(alive[identity]) is types[identity]:
                held.target = alive[identity]
            else:
                self._forget(identity, held)
                released += 1
        return released

    def _forget(self, identity: int, held: _Held) -> None:
        del self._held[identity]
        if self.objects.get(identity) is held:
            del self.objects[identity]
        held.target = None

    def finalised(self, target: object) -> None:
        """The ``__del__`` of an object has run: its address may soon be in use again."""
        if type(self.objects.get(id(target))) is _Unheld:
            del self.objects[id(target)]

    def _meet(self, target: object, identity: int) -> _Weak | _Held | _Unheld:
        known: _Weak | _Held | _Unheld
        try:
            known = _Weak(target, self._gone)
        except TypeError:
            if _says_when_it_dies(type(target)):
                known = _Unheld()
            else:
                known = self._held[identity] = _Held(target)
        cls = type(target)
        is_class = issubclass(cls, type)
        name = plainly.qualified_name_of(target) if is_class else plainly.name_of(cls)  # type: ignore[arg-type]
        number = self._counts[name] = self._counts.get(name, 0) + 1
        known.identity = identity
        known.label = f"class {name}" if is_class else f"{name}#{number}"
        known.locations = {}
        known.direct = {}
        self.objects[identity] = known
        return known

    def _new(self, owner: str, name: str) -> Location:
        self._next += 1
        return Location(self._next, owner, name)


def _says_when_it_dies(cls: type) -> bool:
    function = plainly.of_class(cls, "__del__")
    return type(function) is FunctionType and FINALISED in function.__code__.co_names


_LONGEST = 16


def _plain(value: object) -> str:
    """The value, if it is one that cannot change and is short."""
    if value is None or type(value) in (bool, int, float, str):
        text = repr(value)
        return text if len(text) <= _LONGEST else ""
    return ""


def _size(container: object) -> str:
    if type(container) not in (list, dict, set, deque):
        return ""
    count = len(container)  # type: ignore[arg-type]
    return f"{count} inside" if count else "empty"
