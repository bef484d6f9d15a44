"""Time: sleeps, the clock, and threads that poll."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from taskqueue_harness import Bounds
from tests.litmus.declared import declares
from tests.litmus.together import Record, together


def _two_sleepers() -> str:
    found: list[str] = []

    def work(name: str, seconds: float) -> None:
        time.sleep(seconds)
        found.append(name)

    together(lambda: work("long", 0.2), lambda: work("short", 0.1))
    return " ".join(found)


@declares({"short long": "the shorter sleep is over first"}, runs=2)
def order_of_sleeps() -> str:
    return _two_sleepers()


@declares(
    {
        "short long": "the shorter sleep is over first",
        "long short": "the machine was busy, and the shorter sleeper was not let on",
    },
    bounds=Bounds(early_timeouts=1),
    runs=2,
)
def order_of_sleeps_on_a_slow_machine() -> str:
    return _two_sleepers()


@declares({3600.0: "nothing else takes time"}, runs=0)
def an_hour_takes_no_time() -> float:
    start = time.monotonic()
    together(lambda: time.sleep(3600), lambda: time.sleep(1800))
    return time.monotonic() - start


@declares({"done": "the flag is set some day, and polling waits for it"}, runs=20)
def poll_with_sleeps() -> str:
    s: Any = Record(flag=False)

    def wait() -> None:
        while not s.flag:
            time.sleep(0.001)

    def tell() -> None:
        s.flag = True

    together(wait, tell)
    return "done"


@declares({"done": "the flag is set some day, and spinning waits for it"}, runs=20)
def poll_by_spinning() -> str:
    s: Any = Record(flag=False)

    def wait() -> None:
        while not s.flag:
            pass

    def tell() -> None:
        s.flag = True

    together(wait, tell)
    return "done"


@declares(
    {"done": "whoever polls lets go of the lock some time, and then it is the turn of others"},
    bounds=Bounds(early_timeouts=0, polls=1),
    rewrite=False,
)
def poll_with_a_lock_in_hand() -> str:
    """Each of the pollers can be set aside while it has the lock that the others need."""
    lock = threading.Lock()
    stop: list[bool] = []

    def poll() -> None:
        lock.acquire()
        while not stop:
            lock.release()
            lock.acquire()
        lock.release()

    def end() -> None:
        with lock:
            stop.append(True)

    together(poll, poll, end)
    return "done"


@declares({"given": "a few looks in vain take no time, let alone five seconds"}, runs=20)
def looks_a_few_times_and_gives() -> str:
    """Set aside for its looks, the giver still comes before the clock."""
    bell = threading.Event()
    things: queue.Queue[str] = queue.Queue()
    found: list[str] = []

    def give() -> None:
        for _ in range(6):
            bell.is_set()
        things.put("given")

    def take() -> None:
        try:
            found.append(things.get(timeout=5.0))
        except queue.Empty:
            found.append("too late")

    together(give, take)
    return found[0]


@declares({"stuck": "the joins go on for ever, over threads that wait for ever"}, runs=0)
def poll_by_timed_joins_hides_a_hang() -> str:
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.acquire, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(1)
    return "done"


@declares({2: "a poll is over a second after the other sleeper began, never before"}, runs=0)
def clock_read_after_a_sleep() -> int:
    start = time.monotonic()
    s: Any = Record()

    def read() -> None:
        time.sleep(2)
        s.seen = time.monotonic() - start

    together(read, lambda: time.sleep(1))
    seconds: int = round(s.seen)
    return seconds
