"""Locks."""

from __future__ import annotations

import threading
from typing import Any

from taskqueue_harness import Bounds
from tests.litmus.declared import DEADLOCK, declares
from tests.litmus.together import Record, together


@declares({2: "the lock keeps read and write together"})
def increments_under_a_lock() -> int:
    s: Any = Record(n=0)
    lock = threading.Lock()

    def increment() -> None:
        with lock:
            s.n += 1

    together(increment, increment)
    return s.n  # type: ignore[no-any-return]


@declares(
    {
        2: "one after the other",
        1: "each holds a lock, but not the same one",
    }
)
def increments_under_two_locks() -> int:
    s: Any = Record(n=0)
    locks = threading.Lock(), threading.Lock()

    def increment(lock: Any) -> None:
        with lock:
            s.n += 1

    together(lambda: increment(locks[0]), lambda: increment(locks[1]))
    return s.n  # type: ignore[no-any-return]


@declares({"done": "one had both", DEADLOCK: "each had one and waits for the other's"}, runs=50)
def two_locks_in_both_orders() -> str:
    a, b = threading.Lock(), threading.Lock()

    def one() -> None:
        with a, b:
            pass

    def two() -> None:
        with b, a:
            pass

    together(one, two)
    return "done"


@declares({"done": "the outer lock lets only one try"})
def two_locks_in_both_orders_under_a_third() -> str:
    a, b, gate = threading.Lock(), threading.Lock(), threading.Lock()

    def one() -> None:
        with gate, a, b:
            pass

    def two() -> None:
        with gate, b, a:
            pass

    together(one, two)
    return "done"


@declares(
    {
        (True, True): "one had given it back before the other tried",
        (True, False): "the second tried while the first had it",
        (False, True): "the first tried while the second had it",
    }
)
def try_lock() -> tuple[bool, ...]:
    lock = threading.Lock()
    got = [False, False]

    def attempt(me: int) -> None:
        if lock.acquire(blocking=False):
            got[me] = True
            lock.release()

    together(lambda: attempt(0), lambda: attempt(1))
    return tuple(got)


@declares({DEADLOCK: "a lock does not know that its holder asks again"}, runs=0)
def lock_taken_twice_by_one_thread() -> str:
    lock = threading.Lock()
    with lock, lock:
        pass
    return "done"


@declares({2: "the inner acquisition is the same thread's, the outer excludes the other"})
def reentrant_lock() -> int:
    s: Any = Record(n=0)
    lock = threading.RLock()

    def increment() -> None:
        with lock, lock:
            s.n += 1

    together(increment, increment)
    return s.n  # type: ignore[no-any-return]


@declares({1: "release by the other thread is what lets the first go on"})
def lock_as_a_signal() -> int:
    s: Any = Record(n=0)
    lock = threading.Lock()
    lock.acquire()

    def set_and_tell() -> None:
        s.n = 1
        lock.release()

    def wait_and_see() -> None:
        with lock:
            s.seen = s.n

    together(wait_and_see, set_and_tell)
    return s.seen  # type: ignore[no-any-return]


@declares({False: "nobody gives it back, so the second is over before the wait is"}, runs=20)
def acquire_with_timeout_of_a_lock_that_is_kept() -> bool:
    lock = threading.Lock()
    lock.acquire()
    got = []
    together(lambda: got.append(lock.acquire(timeout=0.01)), lambda: None)
    return got[0]


@declares(
    {
        True: "it was free, or came free in time",
        False: "the time was up while the other thread was still at it",
    },
    bounds=Bounds(early_timeouts=1),
)
def acquire_with_timeout_of_a_lock_in_use() -> bool:
    lock = threading.Lock()
    got = []

    def use() -> None:
        with lock:
            pass

    def attempt() -> None:
        got.append(lock.acquire(timeout=0.001))
        if got[0]:
            lock.release()

    together(attempt, use)
    return got[0]


@declares({True: "without early timeouts time stands still while anybody can run"}, runs=0)
def patient_acquire_with_timeout() -> bool:
    lock = threading.Lock()
    got = []

    def use() -> None:
        with lock:
            pass

    def attempt() -> None:
        got.append(lock.acquire(timeout=1))
        lock.release()

    together(attempt, use)
    return got[0]


@declares({("RuntimeError", "RuntimeError"): "neither lock was held by the one who gave it back"})
def release_of_what_is_not_held() -> tuple[str, ...]:
    found = []
    for lock in (threading.Lock(), threading.RLock()):
        try:
            lock.release()
        except RuntimeError:
            found.append("RuntimeError")
    return tuple(found)


@declares({"released": "somebody held it", "RuntimeError": "nobody held it yet"})
def release_by_another_thread() -> str:
    s: Any = Record()
    lock = threading.Lock()

    def release() -> None:
        try:
            lock.release()
            s.found = "released"
        except RuntimeError:
            s.found = "RuntimeError"

    together(lock.acquire, release)
    return s.found  # type: ignore[no-any-return]
