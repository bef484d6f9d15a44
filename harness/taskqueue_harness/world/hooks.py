"""The functions that rewritten code calls.

A hook announces an access to the scheduler, which may let other threads run before it returns; then
the rewritten code performs the access itself, in its own frame, with nothing in between. So
exceptions, their messages and their line numbers are those of the original. With no execution
running the hooks only pass their argument on.

Few hooks need a frame of their own around the access (`Steps`, `_Watched`, `_Augmented`);
`is_hook_frame` tells which frames of a traceback to leave out.
"""

from __future__ import annotations

import collections
import functools
import gc
import operator
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from taskqueue_harness.world import effects, plainly
from taskqueue_harness.world.defaults import Filling, calls_python
from taskqueue_harness.world.effects import Kind
from taskqueue_harness.world.locations import CELLS, CONTENTS, Namespace
from taskqueue_harness.world.marks import is_rewritten
from taskqueue_harness.world.memory import Memory

T = TypeVar("T")

_memory: Memory | None = None
_written: frozenset[str] = frozenset()
_kinds: dict[plainly.Key, Kind] = effects.BASE_KINDS
_objects: dict[int, Any] = {}
_access: Any = None
_PLAIN = Kind.PLAIN
_DEQUE = collections.deque
_EXACT: frozenset[int] = frozenset(map(id, (list, dict, set, _DEQUE)))
"""Types whose methods do what their names say; a subclass can have methods of its own."""

# The names above are the active memory taken apart: a hook is called for every access, and most
# accesses are to an object that was seen before, where one look into `_objects` is enough.


@contextmanager
def active(memory: Memory) -> Iterator[Memory]:
    """Have the hooks report to `memory`, of the one execution that runs."""
    global _memory, _written, _kinds, _objects, _access
    before = _memory, _written, _kinds, _objects, _access
    _memory, _written, _kinds = memory, memory.attribute_writes, memory.kinds
    _objects, _access = memory.locations.objects, memory.sink.access
    try:
        yield memory
    finally:
        _memory, _written, _kinds, _objects, _access = before


def abandon() -> None:
    """Report to nobody: the execution that runs hangs, and will not come back to say so."""
    global _memory, _written, _kinds, _objects, _access
    _memory, _written, _kinds, _objects, _access = (
        None,
        frozenset(),
        effects.BASE_KINDS,
        {},
        None,
    )


def is_hook_frame(frame: types.FrameType) -> bool:
    """True if the frame belongs to the hooks, not to the program."""
    return frame.f_code.co_filename == __file__


def share(contents: object, owner: object) -> None:
    """`contents` is what the operations of a queue, its `owner`, work on: see `Memory.share`."""
    if _memory is not None:
        _memory.share(contents, owner)


# -- attributes


def read_attribute(target: T, name: str, site: int) -> T:
    if name in _written and _memory is not None:
        known = _objects.get(id(target))
        if known is not None and name in known.direct:
            _access(known.direct[name], False, site)
        else:
            _memory.announce(_memory.attribute(target, name, False), site)
    return target


def write_attribute(target: T, name: str, site: int) -> T:
    if _memory is not None:
        known = _objects.get(id(target))
        if known is not None and name in known.direct:
            _access(known.direct[name], True, site)
        else:
            _memory.announce(_memory.attribute(target, name, True), site)
    return target


def finalised(target: object) -> None:
    """The end of a ``__del__``."""
    if _memory is not None:
        _memory.locations.finalised(target)


# -- variables


def read_variable(namespace: Namespace, name: str, site: int) -> None:
    if _memory is not None:
        _memory.sink.access(_memory.locations.variable(namespace, name), False, site)


def write_variable(value: T, namespace: Namespace, name: str, site: int) -> T:
    if _memory is not None:
        _memory.sink.access(_memory.locations.variable(namespace, name), True, site)
    return value


def bind_by_decorator(namespace: Namespace, name: str, site: int) -> Callable[[T], T]:
    """The last decorator of a function or class whose name is a tracked variable."""
    return lambda value: write_variable(value, namespace, name, site)


def own_variables(found: T) -> T:
    """What ``locals()``, ``vars()`` or ``dir()`` returned, without the variables of ours."""
    for name in [one for one in found if one.startswith(CELLS)]:  # type: ignore[attr-defined]
        found.remove(name) if type(found) is list else found.pop(name)  # type: ignore[attr-defined]
    return found


class Closure(tuple[Any, ...]):
    """The ``__closure__`` of a function, which shows the cells of the program alone.

    To C it is the tuple with all of the cells: another function can be made with it.
    """

    shown: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.shown)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.shown)

    def __getitem__(self, index: Any) -> Any:
        return self.shown[index]


def closure(cells: Any) -> Any:
    """What reading ``__closure__`` gives."""
    if type(cells) is not tuple:
        return cells
    count = len(cells)
    while count and _holds_namespace(cells[count - 1]):
        count -= 1
    if count == len(cells):
        return cells
    found = Closure(cells)
    found.shown = cells[:count]
    return found


def _holds_namespace(cell: Any) -> bool:
    try:
        return type(cell) is types.CellType and type(cell.cell_contents) is Namespace
    except ValueError:
        return False


# -- containers


def read(target: T, site: int) -> T:
    """The truth, the length, the members or the text of `target` are about to be read."""
    if target is True or target is False or target is None:
        return target
    cls = type(target)
    kind = _kinds.get(cls if type(cls) is type else id(cls))
    if kind is not _PLAIN and _memory is not None:
        known = _objects.get(id(target))
        if known is not None and CONTENTS in known.direct:
            _access(known.direct[CONTENTS], False, site)
        else:
            _memory.announce(_memory.contents(target, False), site)
    return target


def read_text(target: T, site: int) -> T:
    """`target` is about to be formatted; the members of a tuple are as well."""
    if _memory is not None:
        _memory.announce(_memory.contents(target, False), site)
    return target


def read_both(target: T, other: object, site: int) -> T:
    """Both operands of a binary operator are about to be read; returns the first argument."""
    if _memory is not None and not (_is_plain(type(target)) and _is_plain(type(other))):
        _memory.announce([*_memory.contents(target, False), *_memory.contents(other, False)], site)
    return target


def _is_plain(cls: type) -> bool:
    return _kinds.get(cls if type(cls) is type else id(cls)) is _PLAIN


def pair(left: T, right: object, site: int) -> tuple[T, object]:
    read_both(left, right, site)
    return left, right


def write_in_place(value: T, target: object, site: int) -> T:
    """``target += value`` on a local name is about to change what the name refers to."""
    if _memory is not None and not _is_plain(type(target)):
        _memory.announce([*_memory.contents(target, True), *_memory.contents(value, False)], site)
    return value


def in_place(target: T, value: object, site: int) -> tuple[T, object]:
    write_in_place(value, target, site)
    return target, value


def read_item(target: T, site: int) -> T:
    cls = type(target)
    kind = _kinds.get(cls if type(cls) is type else id(cls))
    if kind is not _PLAIN and _memory is not None:
        known = _objects.get(id(target))
        if (
            known is not None
            and CONTENTS in known.direct
            and (cls is list or cls is dict or cls is _DEQUE)
        ):
            _access(known.direct[CONTENTS], False, site)
            return target
        is_write = plainly.of_class(cls, "__missing__") is not None
        _memory.announce(_memory.contents(target, is_write), site)
        if cls is collections.defaultdict and calls_python(target.default_factory):  # type: ignore[attr-defined]
            filling: Any = Filling(target, lambda: write_item(target, site))
            return filling  # type: ignore[no-any-return]
    return target


def write_item(target: T, site: int) -> T:
    cls = type(target)
    kind = _kinds.get(cls if type(cls) is type else id(cls))
    if kind is not _PLAIN and _memory is not None:
        known = _objects.get(id(target))
        if known is not None and CONTENTS in known.direct:
            _access(known.direct[CONTENTS], True, site)
        else:
            _memory.announce(_memory.contents(target, True), site)
    return target


def read_item_at(target: T, index: object, site: int) -> tuple[T, object]:
    return read_item(target, site), index


def write_item_at(value: object, target: T, index: object, site: int) -> tuple[T, object, object]:
    return write_item(target, site), index, value


def delete_item_at(target: T, index: object, site: int) -> tuple[T, object]:
    return write_item(target, site), index


# -- iteration


class Steps:
    """An iterator whose every step is an operation on what it runs over.

    `fresh` says that nobody else can advance the iterator: its position is no location.
    """

    __slots__ = ("fresh", "iterator", "site")

    def __init__(self, iterator: Iterator[Any], site: int, fresh: bool) -> None:
        self.iterator = iterator
        self.site = site
        self.fresh = fresh

    def __iter__(self) -> Steps:
        return self

    def __next__(self) -> Any:
        memory = _memory
        if memory is not None:
            find = memory.inner_contents if self.fresh else memory.stepped
            memory.announce(find(self.iterator), self.site)
        return next(self.iterator)


def iterate(target: Any, site: int) -> Any:
    """What a loop runs over: `target` itself unless a step of it touches shared memory."""
    cls = type(target)
    kind = _kinds.get(cls if type(cls) is type else id(cls))
    if kind is _PLAIN or _memory is None:
        return target
    kind = _memory.kind(cls)
    if kind is _PLAIN or kind is Kind.RECORD or is_rewritten(plainly.of_class(cls, "__iter__")):
        return target
    if kind is Kind.GENERATOR and sys.getrefcount(target) <= _UNSHARED:
        return target
    if effects.notes_state(target):
        _memory.announce(_memory.contents(target, False), site)
    # iter() of a container is new; an iterator is its own, and others may advance it.
    return Steps(iter(target), site, kind is Kind.CONTAINER or kind is Kind.VIEW)


def _references(target: Any, site: int) -> int:
    return sys.getrefcount(target)


_UNSHARED = _references(object(), 0)
"""References to an argument that its caller has no other of: a loop over it is alone with it."""


def leave(value: T, site: int) -> T:
    """A generator is about to yield or return: from then on others may run it again."""
    if _memory is not None and _memory.frames:
        location = _memory.leaving(sys._getframe(1))
        if location is not None:
            _access(location, True, site)
    return value


def iterate_fresh(target: Any, site: int) -> Any:
    """The same for the result of a call that is known to be new: ``enumerate(...)``."""
    if _memory is None or _memory.kind(type(target)) is not Kind.ITERATOR:
        return iterate(target, site)
    return Steps(target, site, True) if _memory.inner_contents(target) else target


def delegate(target: Any, site: int) -> Any:
    """What ``yield from`` runs over. A generator must stay itself: it takes send and throw."""
    return target if type(target) is types.GeneratorType else iterate(target, site)


# -- calls


def call(function: Any, site: int, /, *arguments: Any, **keywords: Any) -> Any:
    """Announce a call whose arguments are constants or local names; the caller makes the call."""
    if _memory is None:
        return function
    cls = type(function)
    if cls is types.FunctionType or cls is types.MethodType:
        python = function.__func__ if cls is types.MethodType else function
        if is_rewritten(python):
            return function
    elif cls is types.BuiltinFunctionType and id(type(function.__self__)) in _EXACT:
        known = _objects.get(id(function.__self__))
        name = function.__name__
        if known is not None and CONTENTS in known.direct and name in effects.STORING_METHODS:
            _access(known.direct[CONTENTS], name not in effects.READ_METHODS, site)
            return function
    elif cls is weakref.ref:
        # Whether something is still alive must not be judged by what we hold.
        _memory.locations.release()
        return function
    elif function is gc.collect:
        _memory.locations.release(cycles=True)
        return function
    _memory.announce(_memory.call(function, arguments, keywords), site)
    return function


def bind_call(function: Any, site: int, /, *arguments: Any, **keywords: Any) -> Any:
    """The same for any arguments: returns the call, ready to be made without a frame of ours."""
    if not callable(function):
        return function
    call(function, site, *arguments, **keywords)
    return functools.partial(function, *arguments, **keywords)


class _Watched:
    """A C function whose call is announced once its arguments are there."""

    __slots__ = ("function", "site")

    def __init__(self, function: Any, site: int) -> None:
        self.function = function
        self.site = site

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        call(self.function, self.site, *arguments, **keywords)
        return self.function(*arguments, **keywords)


def watch(function: Any, site: int) -> Any:
    """What to call in place of `function`: itself, if it is Python code."""
    if _memory is None:
        return function
    cls = type(function)
    if cls is types.FunctionType or cls is types.MethodType:
        python = function.__func__ if cls is types.MethodType else function
        # A frame between caller and callee would show in tracebacks and keep arguments alive.
        if is_rewritten(python) or not (
            effects.is_known(python)
            or (cls is types.MethodType and _memory.kind(type(function.__self__)) is Kind.OPAQUE)
        ):
            return function
    elif issubclass(cls, type):
        known = effects.CLASS_CALLS.get(id(function), _nothing)
        if known is _nothing and not issubclass(function, effects.CONTAINERS):
            return function
    elif cls is types.BuiltinFunctionType:
        receiver = function.__self__
        if (receiver is None or type(receiver) is types.ModuleType) and (
            effects.CALLS.get(function) is _nothing and function is not vars
        ):
            return function
    elif type(cls) is not type or cls not in _WATCHED or not callable(function):
        return function
    return _Watched(function, site)


_nothing = effects.CALLS[isinstance]
_WATCHED = frozenset(
    {
        types.MethodWrapperType,
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
        functools.partial,
        operator.itemgetter,
        operator.methodcaller,
        operator.attrgetter,
    }
)


def guard(value: Any, site: int) -> Any:
    """A bound method that is handed out, of a container or an iterator: whoever calls it, it is an
    operation."""
    if _memory is None or type(value) not in _BOUND:
        return value
    kind = _memory.kind(type(value.__self__))
    if value is setattr or value is delattr or value is next:
        pass
    elif kind is Kind.OPAQUE:
        # Its methods in Python use those in C.
        if type(value) is types.MethodType and is_rewritten(value.__func__):
            return value
    elif kind not in _GUARDED or type(value) is types.MethodType:
        return value
    return Guarded(value, site)


_BOUND = frozenset({types.BuiltinFunctionType, types.MethodWrapperType, types.MethodType})
_GUARDED = frozenset({Kind.CONTAINER, Kind.ITERATOR, Kind.GENERATOR})


class Guarded:
    """A bound method of C that is handed out, in all but its type the method itself.

    It equals what it stands for, from either side, has its attributes, and is, as it, no function:
    a class that has it as an attribute does not bind it.
    """

    __slots__ = ("__weakref__", "function", "site")

    def __init__(self, function: Any, site: int) -> None:
        _FUNCTION.__set__(self, function)
        _SITE.__set__(self, site)

    def __getattribute__(self, name: str) -> Any:
        if name == "__deepcopy__":
            return lambda memo: self
        return getattr(_function_of(self), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_function_of(self), name, value)

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        function = _function_of(self)
        call(function, _site_of(self), *arguments, **keywords)
        return function(*arguments, **keywords)

    def __eq__(self, other: object) -> Any:
        if type(other) is Guarded:
            other = _function_of(other)
        return _function_of(self) == other

    def __hash__(self) -> int:
        return hash(_function_of(self))

    def __repr__(self) -> str:
        return repr(_function_of(self))

    def __copy__(self) -> Guarded:
        return self


_FUNCTION, _SITE = vars(Guarded)["function"], vars(Guarded)["site"]
_function_of: Callable[[Any], Any] = _FUNCTION.__get__
_site_of: Callable[[Any], int] = _SITE.__get__


# -- assignment


class Item:
    """Stands for ``target[index]`` where an assignment needs a target that is evaluated whole."""

    __slots__ = ("current", "index", "site", "target")

    def __init__(self, target: Any, index: Any, site: int) -> None:
        self.target, self.index, self.site = target, index, site

    def _store(self, value: Any) -> None:
        write_item(self.target, self.site)[self.index] = value

    value = property(None, _store)

    def load(self) -> Item:
        self.current = read_item(self.target, self.site)[self.index]
        return self


class Field(Item):
    """The same for the attribute of the name `index`."""

    __slots__ = ()

    def _store(self, value: Any) -> None:
        setattr(write_attribute(self.target, self.index, self.site), self.index, value)

    value = property(None, _store)

    def load(self) -> Field:
        self.current = getattr(read_attribute(self.target, self.index, self.site), self.index)
        return self


def augment(place: Item, value: Any, operator: Callable[[Any, Any], Any], site: int) -> None:
    """``target op= value``, the target read already; for where there is room for no name."""
    place.value = operator(*in_place(place.current, value, site))
