"""Conditions, events, semaphores, barriers."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from taskqueue_harness import Bounds
from tests.litmus.declared import DEADLOCK, declares
from tests.litmus.together import Record, together


@declares(
    {"done": "the wait came first", DEADLOCK: "the notification came first and met nobody"}, runs=50
)
def notification_without_a_predicate() -> str:
    condition = threading.Condition()

    def wait() -> None:
        with condition:
            condition.wait()

    def notify() -> None:
        with condition:
            condition.notify()

    together(wait, notify)
    return "done"


@declares({"done": "who comes late finds the predicate true"})
def notification_with_a_predicate() -> str:
    condition = threading.Condition()
    s: Any = Record(ready=False)

    def wait() -> None:
        with condition:
            while not s.ready:
                condition.wait()

    def notify() -> None:
        with condition:
            s.ready = True
            condition.notify()

    together(wait, notify)
    return "done"


@declares(
    {"done": "both found the predicate true", DEADLOCK: "both wait, and one is told"},
    runs=50,
    rewrite=False,
)
def notify_where_notify_all_is_meant() -> str:
    condition = threading.Condition()
    s: Any = Record(ready=False)

    def wait() -> None:
        with condition:
            condition.wait_for(lambda: s.ready)

    def notify() -> None:
        with condition:
            s.ready = True
            condition.notify()

    together(notify, wait, wait)
    return "done"


@declares({"done": "all who wait are told, and the others need not wait"}, rewrite=False)
def notify_all() -> str:
    condition = threading.Condition(threading.Lock())
    s: Any = Record(ready=False)

    def wait() -> None:
        with condition:
            while not s.ready:
                condition.wait()

    def notify() -> None:
        with condition:
            s.ready = True
            condition.notify_all()

    together(notify, wait, wait)
    return "done"


@declares(
    {
        "one": "the waiter got it",
        "stolen": "a third thread came between the notification and the waking",
        "late": "the waiter came when it had been taken: there is nothing to wait for",
    },
    runs=100,
    rewrite=False,
)
def if_instead_of_while() -> str:
    condition = threading.Condition(threading.Lock())
    items: list[int] = []
    s: Any = Record(found="one", over=False)

    def wait() -> None:
        with condition:
            if s.over:
                s.found = "late"
                return
            if not items:
                condition.wait()
            if items:
                items.pop()
            else:
                s.found = "stolen"

    def give() -> None:
        with condition:
            items.append(1)
            condition.notify()

    def steal() -> None:
        with condition:
            if items:
                items.pop()
                s.over = True

    together(give, wait, steal)
    return s.found  # type: ignore[no-any-return]


@declares(
    {
        (True, 1): "told in time",
        (False, 0): "the time was up before anybody told",
        (False, 1): "the time was up, and the lock came back only after the other had told",
    },
    bounds=Bounds(early_timeouts=1),
)
def wait_with_timeout() -> tuple[bool, int]:
    """A waiter whose time is up still stands in the queue until it has the lock again."""
    condition = threading.Condition(threading.Lock())
    s: Any = Record(n=0, got=None)

    def wait() -> None:
        with condition:
            if s.n:
                s.got = True, 1
            else:
                told = condition.wait(0.001)
                s.got = told, s.n

    def notify() -> None:
        with condition:
            s.n = 1
            condition.notify()

    together(wait, notify)
    return s.got  # type: ignore[no-any-return]


@declares({"RuntimeError": "the lock must be held, by wait as by notify"})
def condition_without_its_lock() -> str:
    condition = threading.Condition()
    try:
        condition.notify()
    except RuntimeError:
        try:
            condition.wait()
        except RuntimeError:
            return "RuntimeError"
    return "done"


@declares({1: "whoever comes back from wait comes after set"})
def event_carries_a_message() -> int:
    s: Any = Record(n=0)
    event = threading.Event()

    def send() -> None:
        s.n = 1
        event.set()

    def receive() -> None:
        event.wait()
        s.seen = s.n

    together(receive, send)
    return s.seen  # type: ignore[no-any-return]


@declares(
    {
        "done": "it waited when the event was set, or found it set",
        DEADLOCK: "it came when the event had been cleared",
    },
    runs=50,
)
def event_set_and_cleared() -> str:
    event = threading.Event()

    def pulse() -> None:
        event.set()
        event.clear()

    together(event.wait, pulse)
    return "done"


@declares({True: "set in time", False: "the time was up first"}, bounds=Bounds(early_timeouts=1))
def event_with_timeout() -> bool:
    event = threading.Event()
    got = []
    together(lambda: got.append(event.wait(0.01)), event.set)
    return got[0]


@declares({1: "there is one permit"})
def semaphore_of_one() -> int:
    return _most_inside(threading.Semaphore(1))


@declares({1: "one after the other", 2: "both have a permit"})
def semaphore_of_two() -> int:
    return _most_inside(threading.Semaphore(2))


def _most_inside(semaphore: Any) -> int:
    s: Any = Record(most=0)
    inside: list[int] = []

    def enter() -> None:
        with semaphore:
            inside.append(1)
            if len(inside) == 2:
                s.most = 2
            inside.pop()

    together(enter, enter)
    return s.most or 1


@declares({"ValueError": "a bounded one counts what comes back"})
def bounded_semaphore_released_too_often() -> str:
    semaphore = threading.BoundedSemaphore(1)
    with semaphore:
        pass
    try:
        semaphore.release()
    except ValueError:
        return "ValueError"
    return "done"


@declares(
    {
        (True, True): "the first had gone when the second came, or left in time",
        (True, False): "the second did not get in",
        (False, True): "the first did not get in",
    },
    bounds=Bounds(early_timeouts=1),
)
def semaphore_with_timeout() -> tuple[bool, ...]:
    semaphore = threading.Semaphore(1)
    got = [False, False]

    def enter(me: int) -> None:
        if semaphore.acquire(timeout=0.01):
            got[me] = True
            semaphore.release()

    together(lambda: enter(0), lambda: enter(1))
    return tuple(got)


@declares({(0, 1): "the first came first", (1, 0): "the second came first"})
def barrier_numbers_those_who_pass() -> tuple[int, ...]:
    barrier = threading.Barrier(2)
    got = [-1, -1]

    def arrive(me: int) -> None:
        got[me] = barrier.wait()

    together(lambda: arrive(0), lambda: arrive(1))
    return tuple(got)


@declares({"broken": "whoever waits is told, whoever comes later finds it broken"})
def barrier_is_aborted() -> str:
    barrier = threading.Barrier(2)
    got = []

    def arrive() -> None:
        try:
            barrier.wait()
        except threading.BrokenBarrierError:
            got.append("broken")

    together(arrive, barrier.abort)
    return got[0]


@declares(
    {
        True: "tried before the other had the lock, while it waited, or after it was through",
        False: "tried while the other had the lock",
    }
)
def wait_gives_the_lock_up_to_an_attempt() -> bool:
    lock = threading.Lock()
    condition = threading.Condition(lock)
    got = []

    def wait() -> None:
        with condition:
            condition.wait(0.01)

    def attempt() -> None:
        with lock:
            pass
        got.append(lock.acquire(blocking=False))
        if got[0]:
            lock.release()

    together(wait, attempt)
    return got[0]


@declares(
    {
        True: "the lock was taken: whoever took it, notify is content",
        False: "the lock was free",
    }
)
def notify_without_the_lock() -> bool:
    s: Any = Record()
    lock = threading.Lock()
    condition = threading.Condition(lock)

    def hold() -> None:
        with lock:
            pass

    def notify() -> None:
        try:
            condition.notify()
            s.content = True
        except RuntimeError:
            s.content = False

    together(hold, notify)
    return s.content  # type: ignore[no-any-return]


@declares({True: "looked at after it was broken", False: "and before"})
def barrier_that_another_thread_breaks() -> bool:
    s: Any = Record()
    barrier = threading.Barrier(2)

    def look() -> None:
        s.broken = barrier.broken

    together(barrier.abort, look)
    return s.broken  # type: ignore[no-any-return]


@declares({0: "nobody had come", 1: "the other was there"})
def count_of_those_at_a_barrier() -> int:
    s: Any = Record()
    barrier = threading.Barrier(2)

    def come() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait()

    def look() -> None:
        s.waiting = barrier.n_waiting
        barrier.abort()

    together(come, look)
    return s.waiting  # type: ignore[no-any-return]
