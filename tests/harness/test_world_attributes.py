"""Programs derive from the library's classes: what names they give to attributes is their business.

Whatever the engine needs that the library's own objects have not is called ``_virtual_...``.
"""

from __future__ import annotations

import collections
import functools
import queue
import select
import threading
import types
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from taskqueue_harness import explore

MAKERS: dict[str, Callable[[], Any]] = {
    "Queue": queue.Queue,
    "LifoQueue": queue.LifoQueue,
    "PriorityQueue": queue.PriorityQueue,
    "SimpleQueue": queue.SimpleQueue,
    "Lock": threading.Lock,
    "RLock": threading.RLock,
    "Condition": threading.Condition,
    "Event": threading.Event,
    "Semaphore": threading.Semaphore,
    "BoundedSemaphore": threading.BoundedSemaphore,
    "Barrier": lambda: threading.Barrier(1),
    "Thread": threading.Thread,
    "Timer": lambda: threading.Timer(1.0, print),
    "local": threading.local,
    "Future": Future,
    "poll": select.poll,
    "epoll": select.epoll,
}
PARTS_OF_PYTHON = frozenset(
    {
        *("__annotations__", "__dict__", "__weakref__", "__slots__", "__module__"),
        *("__firstlineno__", "__static_attributes__"),
    }
)
NOT_MODELLED = frozenset({"_cond", "_invoke_excepthook", "_stderr"})
"""What the library's own code keeps for itself and no documentation speaks of."""


def names_of(thing: Any) -> set[str]:
    """Its attributes, and those of its class."""
    return {*dir(thing), *dir(type(thing))}


def shows_what(name: str, known: set[str]) -> None:
    """Fails if anything is missing, or is there that the library's own has not."""
    made = MAKERS[name]()
    found = names_of(made)
    missing = sorted(known - found - PARTS_OF_PYTHON - NOT_MODELLED)
    assert not [one for one in missing if not hasattr(made, one)], missing
    more = sorted(found - known - PARTS_OF_PYTHON)
    assert not [one for one in more if not one.startswith("_virtual_")], more


@pytest.mark.parametrize("name", MAKERS)
def test_all_attributes_are_there_and_what_is_the_engines_says_so(name: str) -> None:
    known = names_of(MAKERS[name]())
    result = explore(functools.partial(shows_what, name, known), executions=1)
    assert result.ok, result


class Simulation(threading.Thread):
    """A thread with attributes of its own, of which the engine's are none."""

    def __init__(self) -> None:
        super().__init__()
        self._world = self._number = self._fiber = self._is_started = "the program's"

    def run(self) -> None:
        assert threading.current_thread() is self


def threads_have_attributes_of_their_own() -> None:
    thread = Simulation()
    assert thread in {thread}
    thread.start()
    assert thread.ident
    thread.join()
    assert not thread.is_alive()
    assert "stopped" in repr(thread)
    assert {thread._world, thread._number, thread._fiber} == {"the program's"}


def futures_have_attributes_of_their_own() -> None:
    future: Future[int] = Future()
    future._number = "the program's"  # type: ignore[attr-defined]
    assert future in {future}


class Line(queue.Queue[int]):
    """A queue with attributes of its own, of which the engine's are none."""

    kernel = library = _threading = _lifo = "the program's"

    def __init__(self) -> None:
        super().__init__()
        self._modelled = self._contents = self._stamps = self._idle = "the program's"

    def _look(self) -> str:
        return self._idle

    _peek = _convert = _shutdown = _look

    def __getattr__(self, name: str) -> str:
        return "the program's"


class Last(queue.LifoQueue[int]):
    """The same of one that adds nothing else."""

    kernel = _items = _lifo = "the program's"


class Simple(queue.SimpleQueue[int]):
    """The same of one made in C."""

    _items = kernel = _size = "the program's"


class Gate(threading.Event):
    """The same of an event."""

    kernel = _waiters = _stamp = "the program's"


class Permits(threading.BoundedSemaphore):
    """The same of a semaphore."""

    kernel = _units = "the program's"


class Guard(threading.Condition):
    """The same of a condition."""

    kernel = library = rlock = lock_types = _modelled = _owned_here = "the program's"


class Store(threading.local):
    """The same of what each thread has for itself."""

    kernel = _local_state = "the program's"


def what_waits_has_attributes_of_its_own() -> None:
    lines = Line(), Last(), Simple()
    gate, permits, guard, store = Gate(), Permits(), Guard(), Store()
    store.value = 1

    def body() -> None:
        for line in lines:
            line.put(1)
        permits.acquire()
        with guard:
            guard.notify()
        gate.set()

    with guard:
        thread = threading.Thread(target=body)
        thread.start()
        for line in lines:
            assert line.get() == 1
            assert line.empty()
        guard.wait()
    gate.wait()
    permits.release()
    assert store.value == 1
    thread.join()
    with lines[0].mutex:
        assert not lines[0].queue
    assert lines[0]._look() == lines[0].anything == "the program's"


class Bare(queue.SimpleQueue[int]):
    """What is made in C is whole without its own ``__init__``."""

    def __init__(self, first: int) -> None:
        self.put(first)


class BareLock(type(threading.RLock())):  # type: ignore[misc]
    """The same of a lock."""

    def __init__(self) -> None:
        with self:
            self.name = "mine"


def what_is_made_in_c_is_whole_before_its_init() -> None:
    assert Bare(1).get() == 1
    assert BareLock().name == "mine"
    for arguments, kind in (((1,), "positional"), ((), "keyword")):
        with pytest.raises(TypeError, match=rf"SimpleQueue\(\) takes no {kind} arguments"):
            queue.SimpleQueue(*arguments, **({} if arguments else {"size": 1}))


HOLDERS: dict[str, Callable[[], Any]] = {
    **{
        cls.__name__: type(f"Counting{cls.__name__}", (cls,), {"count": 0})
        for cls in (
            *(queue.Queue, queue.LifoQueue, queue.SimpleQueue, type(threading.RLock())),
            *(threading.Condition, threading.Event, threading.Semaphore, threading.Thread),
            *(threading.BoundedSemaphore, Future, collections.deque, dict, str, int, Exception),
        )
    },
    "an event": threading.Event,
    "the main thread": threading.main_thread,
    "a module": lambda: types.ModuleType("holder"),
    "a function": lambda: lambda: None,
    "a partial": lambda: functools.partial(print),
    "a namespace": types.SimpleNamespace,
    "a class": lambda: type("Holder", (), {}),
}


def counts_in(name: str, attribute: str, locked: bool) -> None:
    thing, lock = HOLDERS[name](), threading.Lock()
    if not hasattr(thing, attribute):
        setattr(thing, attribute, 0)

    def count() -> None:
        if attribute == "count":
            thing.count = thing.count + 1
        else:
            thing.added = thing.added + 1

    def body() -> None:
        if locked:
            with lock:
                count()
        else:
            count()

    threads = [threading.Thread(target=body) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert getattr(thing, attribute) == 2


@pytest.mark.parametrize("attribute", ["count", "added"])
@pytest.mark.parametrize("name", HOLDERS)
def test_what_a_program_adds_is_shared_like_anything_else(name: str, attribute: str) -> None:
    result = explore(functools.partial(counts_in, name, attribute, False), strategy="dpor")
    assert result.verdict == "failed", result
    result = explore(functools.partial(counts_in, name, attribute, True), strategy="dpor")
    assert result.ok, result
    assert result.exhausted


@pytest.mark.parametrize(
    "program",
    [
        threads_have_attributes_of_their_own,
        futures_have_attributes_of_their_own,
        what_waits_has_attributes_of_its_own,
        what_is_made_in_c_is_whole_before_its_init,
    ],
)
def test_attributes_of_the_program_are_none_of_the_engines(program: Callable[[], None]) -> None:
    program()  # without the engine: it is the program that is right
    result = explore(program, strategy="dpor")
    assert result.ok, result
    assert result.exhausted
