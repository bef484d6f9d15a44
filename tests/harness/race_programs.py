"""Programs with and without data races; each function is a program for the engine."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Shared:
    def __init__(self) -> None:
        self.n = 0
        self.lock = threading.Lock()
        self.other = threading.Lock()


def together(*functions: Callable[[], object]) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# -- racy


def unlocked_counter() -> None:
    s = Shared()

    def work() -> None:
        s.n += 1

    together(work, work)


def two_different_locks() -> None:
    s = Shared()

    def one() -> None:
        with s.lock:
            s.n += 1

    def two() -> None:
        with s.other:
            s.n += 1

    together(one, two)


def counter_beside_a_queue() -> None:
    s = Shared()
    q: queue.Queue[int] = queue.Queue()

    def work() -> None:
        q.put(1)
        s.n += 1

    together(work, work)


def read_before_join() -> None:
    s = Shared()

    def work() -> None:
        s.n = 1

    thread = threading.Thread(target=work)
    thread.start()
    assert s.n in (0, 1)
    thread.join()


def unlocked_reader() -> None:
    s = Shared()

    def write() -> None:
        with s.lock:
            s.n = 1

    def read() -> int:
        return s.n

    together(write, read)


def closure_variable() -> None:
    n = 0

    def work() -> None:
        nonlocal n
        n += 1

    together(work, work)


def list_appended_while_read() -> None:
    items: list[int] = []
    together(lambda: items.append(1), lambda: len(items))


# -- properly synchronised


def locked_counter() -> None:
    s = Shared()

    def work() -> None:
        with s.lock:
            s.n += 1

    together(work, work, work)


def handed_over_by_queue() -> None:
    q: queue.Queue[Shared] = queue.Queue()

    def give() -> None:
        s = Shared()
        s.n = 1
        q.put(s)

    def take() -> None:
        q.get().n += 1

    together(give, take)


def handed_back_by_task_done() -> None:
    s = Shared()
    q: queue.Queue[int] = queue.Queue()
    q.put(1)

    def work() -> None:
        q.get()
        s.n = 1
        q.task_done()

    threading.Thread(target=work).start()
    q.join()
    assert s.n == 1


def announced_by_event() -> None:
    s = Shared()
    ready = threading.Event()

    def write() -> None:
        s.n = 1
        ready.set()

    def read() -> None:
        ready.wait()
        assert s.n == 1

    together(write, read)


def seen_by_is_set() -> None:
    s = Shared()
    ready = threading.Event()

    def write() -> None:
        s.n = 1
        ready.set()

    def read() -> None:
        if ready.is_set():
            assert s.n == 1

    together(write, read)


def condition() -> None:
    s = Shared()
    changed = threading.Condition()

    def write() -> None:
        with changed:
            s.n = 1
            changed.notify()

    def read() -> None:
        with changed:
            while not s.n:
                changed.wait()

    together(write, read)


def barrier() -> None:
    s = Shared()
    meet = threading.Barrier(2)

    def write() -> None:
        s.n = 1
        meet.wait()

    def read() -> None:
        meet.wait()
        assert s.n == 1

    together(write, read)


def semaphore() -> None:
    s = Shared()
    ready = threading.Semaphore(0)

    def write() -> None:
        s.n = 1
        ready.release()

    def read() -> None:
        ready.acquire()
        assert s.n == 1

    together(write, read)


def start_and_join() -> None:
    s = Shared()
    s.n = 1

    def work() -> None:
        s.n += 1

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert s.n == 2


def seen_by_is_alive() -> None:
    s = Shared()

    def work() -> None:
        s.n = 1

    thread = threading.Thread(target=work)
    thread.start()
    if not thread.is_alive():
        assert s.n == 1


def both_only_read() -> None:
    s = Shared()
    together(lambda: s.n, lambda: s.n)


RACY = {
    unlocked_counter: "attribute 'n' of Shared#1",
    two_different_locks: "attribute 'n' of Shared#1",
    counter_beside_a_queue: "attribute 'n' of Shared#1",
    read_before_join: "attribute 'n' of Shared#1",
    unlocked_reader: "attribute 'n' of Shared#1",
    closure_variable: "variable 'n' of closure_variable()",
    list_appended_while_read: "the contents of list#2",
}
"""Programs, and the location of the race."""

SOUND = [
    locked_counter,
    handed_over_by_queue,
    handed_back_by_task_done,
    announced_by_event,
    seen_by_is_set,
    condition,
    barrier,
    semaphore,
    start_and_join,
    seen_by_is_alive,
    both_only_read,
]
