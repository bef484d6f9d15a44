"""Threads: start, join, is_alive, daemons, timers, and what escapes from them."""

from __future__ import annotations

import threading
from typing import Any

from taskqueue_harness import Bounds, fault_point
from tests.litmus.declared import DEADLOCK, FAILED, declares
from tests.litmus.together import Record, together


@declares({1: "what a thread did is seen by who joined it"})
def join_is_in_order() -> int:
    s: Any = Record(n=0)

    def work() -> None:
        s.n = 1

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return s.n  # type: ignore[no-any-return]


@declares({1: "what came before start is seen by the thread"})
def start_is_in_order() -> int:
    s: Any = Record(n=0)

    def work() -> None:
        s.seen = s.n

    thread = threading.Thread(target=work)
    s.n = 1
    thread.start()
    thread.join()
    return s.seen  # type: ignore[no-any-return]


@declares(
    {
        (True, 0): "alive, and nothing done yet",
        (True, 1): "alive when asked",
        (False, 1): "over, and so all is done",
    }
)
def is_alive() -> tuple[bool, int]:
    s: Any = Record(n=0)

    def work() -> None:
        s.n = 1

    thread = threading.Thread(target=work)
    thread.start()
    seen = thread.is_alive(), s.n
    thread.join()
    return seen


@declares(
    {True: "the thread was through in time", False: "it was not"}, bounds=Bounds(early_timeouts=1)
)
def join_with_timeout() -> bool:
    s: Any = Record(done=False)

    def work() -> None:
        s.done = True

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(0.001)
    done = s.done
    thread.join()
    return done  # type: ignore[no-any-return]


@declares({"RuntimeError": "a thread cannot wait for its own end"})
def thread_joins_itself() -> str:
    s: Any = Record()

    def work() -> None:
        try:
            threading.current_thread().join()
        except RuntimeError:
            s.found = "RuntimeError"

    together(lambda: None, work)
    return s.found  # type: ignore[no-any-return]


@declares(
    {
        DEADLOCK: "each waits for the other's end",
        FAILED: "the first wanted to join the second before it was started",
    },
    runs=0,
)
def threads_join_each_other() -> str:
    threads: list[Any] = []

    def work(other: int) -> None:
        threads[other].join()

    threads.extend(threading.Thread(target=work, args=(other,)) for other in (1, 0))
    for thread in threads:
        thread.start()
    return "done"


@declares({"RuntimeError, RuntimeError": "not started yet; started before"})
def join_too_early_and_start_too_often() -> str:
    found = []
    thread = threading.Thread(target=int)
    try:
        thread.join()
    except RuntimeError:
        found.append("RuntimeError")
    thread.start()
    thread.join()
    try:
        thread.start()
    except RuntimeError:
        found.append("RuntimeError")
    return ", ".join(found)


@declares({"done": "the end of the program does not wait for a daemon"}, runs=0)
def blocked_daemon() -> str:
    lock = threading.Lock()
    lock.acquire()
    threading.Thread(target=lock.acquire, daemon=True).start()
    return "done"


@declares({DEADLOCK: "the end of the program waits for a thread that waits for ever"}, runs=0)
def blocked_thread() -> str:
    lock = threading.Lock()
    lock.acquire()
    threading.Thread(target=lock.acquire).start()
    return "done"


@declares({FAILED: "an exception that leaves a thread is a failure"}, runs=0)
def exception_in_a_thread() -> str:
    def work() -> None:
        raise ValueError

    together(lambda: None, work)
    return "done"


@declares(
    {
        "overflow": "the error came although the two incremented one after the other",
        FAILED: "both read 0, and the check failed",
    },
    runs=0,
)
def assertion_in_a_race() -> str:
    s: Any = Record(n=0)

    def work() -> None:
        n = s.n
        s.n = n + 1

    together(work, work)
    assert s.n == 2
    return "overflow"


@declares({("fired",): "nobody cancels it"}, runs=20)
def timer_fires() -> tuple[str, ...]:
    found: list[str] = []
    timer = threading.Timer(0.001, found.append, ["fired"])
    timer.start()
    timer.join()
    return tuple(found)


@declares(
    {(): "cancelled in time", ("fired",): "cancelled too late"}, bounds=Bounds(early_timeouts=1)
)
def timer_is_cancelled() -> tuple[str, ...]:
    found: list[str] = []
    timer = threading.Timer(0.001, found.append, ["fired"])
    timer.start()
    timer.cancel()
    timer.join()
    return tuple(found)


@declares({("main", "a", "b"): "each thread has its own"})
def thread_local() -> tuple[str, ...]:
    local = threading.local()
    local.name = "main"
    found = ["", ""]

    def work(me: int, name: str) -> None:
        local.name = name
        found[me] = local.name

    together(lambda: None, lambda: work(0, "a"), lambda: work(1, "b"))
    return (local.name, *found)


@declares(
    {
        "done": "no fault",
        "RuntimeError": "the thread could not be started",
    },
    bounds=Bounds(0, faults=1, interrupts=False),
    runs=0,
)
def thread_that_cannot_start() -> str:
    thread = threading.Thread(target=int)
    try:
        thread.start()
    except RuntimeError:
        return "RuntimeError"
    thread.join()
    return "done"


@declares(
    {
        "": "no fault",
        "a": "the first one failed",
        "b": "the second one failed; never both, with one fault",
    },
    bounds=Bounds(0, faults=1, interrupts=False, failed_starts=False),
    runs=0,
)
def one_fault_in_two_threads() -> str:
    found: list[str] = []

    def work(name: str) -> None:
        try:
            fault_point(name, [ValueError])
        except ValueError:
            found.append(name)

    together(lambda: work("a"), lambda: work("b"))
    return "".join(sorted(found))


@declares(
    {
        (1, False): "no interrupt",
        (0, True): "interrupted before the other thread had done it",
        (1, True): "interrupted while it was waiting for the other's end",
    },
    bounds=Bounds(0, faults=1, failed_starts=False),
    runs=0,
)
def interrupt_of_the_main_thread() -> tuple[int, bool]:
    s: Any = Record(n=0)

    def work() -> None:
        s.n = 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        return s.n, True
    return s.n, False


@declares(
    {
        "done": "the thread looked while the main thread was still there",
        FAILED: "the main thread was through by then",
    },
    runs=0,
)
def a_thread_that_outlives_the_main_one() -> str:
    def look() -> None:
        assert threading.main_thread().is_alive()

    threading.Thread(target=look).start()
    return "done"


@declares({True: "it had not ended", False: "it had"}, runs=0)
def count_of_threads() -> bool:
    thread = threading.Thread(target=int)
    thread.start()
    more = threading.active_count() > 1
    thread.join()
    return more


@declares({True: "it had not ended", False: "it had"}, runs=50)
def list_of_threads() -> bool:
    thread = threading.Thread(target=int)
    thread.start()
    there = thread in threading.enumerate()
    thread.join()
    return there


@declares({1: "it is the only one left when the count is down"}, runs=0)
def waiting_for_the_count_of_threads_to_go_down() -> int:
    s: Any = Record(n=0)

    def work() -> None:
        s.n = 1

    threading.Thread(target=work).start()
    while threading.active_count() > 1:
        pass
    return s.n  # type: ignore[no-any-return]


@declares({True: "started by then", False: "not started yet"})
def identity_of_a_thread_that_another_starts() -> bool:
    s: Any = Record()
    thread = threading.Thread(target=int)

    def look() -> None:
        s.started = thread.ident is not None

    together(thread.start, look)
    thread.join()
    return s.started  # type: ignore[no-any-return]


@declares({"joined": "it was started by then", "RuntimeError": "it was not"})
def join_of_a_thread_that_another_starts() -> str:
    s: Any = Record()
    thread = threading.Thread(target=int)

    def join() -> None:
        try:
            thread.join()
            s.found = "joined"
        except RuntimeError:
            s.found = "RuntimeError"

    together(thread.start, join)
    thread.join()
    return s.found  # type: ignore[no-any-return]


@declares({"old": "read before it was named", "new": "and after"})
def name_that_another_thread_gives() -> str:
    s: Any = Record()
    thread = threading.Thread(target=int, name="old")

    def name() -> None:
        thread.name = "new"

    def look() -> None:
        s.name = thread.name

    together(name, look)
    return s.name  # type: ignore[no-any-return]
