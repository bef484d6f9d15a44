"""Shared variables. Memory is sequentially consistent: one access at a time, in program order."""

from __future__ import annotations

import threading
from typing import Any

from taskqueue_harness import Bounds
from tests.litmus.declared import declares
from tests.litmus.together import Record, together

TOTAL = 0


@declares({2: "one increment after the other", 1: "both read 0 before either writes"})
def lost_update_of_an_attribute() -> int:
    s: Any = Record(n=0)

    def increment() -> None:
        s.n += 1

    together(increment, increment)
    return s.n  # type: ignore[no-any-return]


@declares({2: "one increment after the other", 1: "both read 0 before either writes"})
def lost_update_of_a_global() -> int:
    global TOTAL
    TOTAL = 0

    def increment() -> None:
        global TOTAL
        TOTAL += 1

    together(increment, increment)
    return TOTAL


@declares({2: "one increment after the other", 1: "both read 0 before either writes"})
def lost_update_of_a_closure_cell() -> int:
    count = 0

    def increment() -> None:
        nonlocal count
        count += 1

    together(increment, increment)
    return count


@declares({2: "one increment after the other", 1: "both read 0 before either writes"})
def lost_update_of_a_list_item() -> int:
    counts = [0]

    def increment() -> None:
        counts[0] += 1

    together(increment, increment)
    return counts[0]


@declares(
    {
        3: "one after the other",
        2: "the two increments of one thread surround that of the other, or are lost to it in part",
        1: "the single increment reads first and writes last",
    }
)
def two_increments_against_one() -> int:
    s: Any = Record(n=0)

    def once() -> None:
        s.n += 1

    def twice() -> None:
        s.n += 1
        s.n += 1

    together(once, twice)
    return s.n  # type: ignore[no-any-return]


@declares(
    {
        (0, 1): "the first thread ran before the second wrote",
        (1, 0): "the second thread ran before the first wrote",
        (1, 1): "both wrote before either read",
    }
)
def store_buffering() -> tuple[int, int]:
    """(0, 0) would need a write to be delayed past a read, which no sequential memory does."""
    s: Any = Record(x=0, y=0, r1=0, r2=0)

    def one() -> None:
        s.x = 1
        s.r1 = s.y

    def two() -> None:
        s.y = 1
        s.r2 = s.x

    together(one, two)
    return s.r1, s.r2


@declares(
    {
        (0, 0): "the reader was through before the data was there",
        (0, 1): "the reader looked at the flag too early, at the data in time",
        (1, 1): "the flag came after the data, so whoever sees it sees the data",
    }
)
def message_passing() -> tuple[int, int]:
    s: Any = Record(data=0, flag=0, seen=None)

    def send() -> None:
        s.data = 1
        s.flag = 1

    def receive() -> None:
        flag = s.flag
        s.seen = flag, s.data

    together(send, receive)
    return s.seen  # type: ignore[no-any-return]


@declares(
    {
        (0, 0): "both read before either wrote",
        (1, 0): "the second thread wrote before the first read",
        (0, 1): "the first thread wrote before the second read",
    }
)
def load_buffering() -> tuple[int, int]:
    """(1, 1) would need both writes to come before the reads in front of them."""
    s: Any = Record(x=0, y=0, r1=0, r2=0)

    def one() -> None:
        s.r1 = s.x
        s.y = 1

    def two() -> None:
        s.r2 = s.y
        s.x = 1

    together(one, two)
    return s.r1, s.r2


@declares(
    {
        (first, second): "two reads of one variable never go back in time"
        for first in range(3)
        for second in range(first, 3)
    }
)
def coherence() -> tuple[int, int]:
    s: Any = Record(x=0, seen=None)

    def write() -> None:
        s.x = 1
        s.x = 2

    def read() -> None:
        first = s.x
        s.seen = first, s.x

    together(write, read)
    return s.seen  # type: ignore[no-any-return]


@declares(
    {
        (a, b, c, d): "any but the one in which the readers disagree about which write came first"
        for a in (0, 1)
        for b in (0, 1)
        for c in (0, 1)
        for d in (0, 1)
        if (a, b, c, d) != (1, 0, 1, 0)
    }
)
def independent_reads_of_independent_writes() -> tuple[int, ...]:
    s: Any = Record(x=0, y=0)
    first: list[int] = []
    second: list[int] = []

    def write_x() -> None:
        s.x = 1

    def write_y() -> None:
        s.y = 1

    def read_x_then_y() -> None:
        x = s.x
        y = s.y
        first.extend((x, y))

    def read_y_then_x() -> None:
        y = s.y
        x = s.x
        second.extend((y, x))

    together(read_x_then_y, read_y_then_x, write_x, write_y)
    return tuple(first + second)


@declares({1: "the second found the key", 2: "both looked before either set"})
def key_not_in_dict_then_set() -> int:
    d: dict[str, int] = {}
    made: list[int] = []

    def ensure() -> None:
        if "k" not in d:
            made.append(1)
            d["k"] = 1

    together(ensure, ensure)
    return len(made)


@declares({1: "setdefault looks and sets in one step"})
def setdefault_is_atomic() -> int:
    d: dict[str, int] = {}

    together(lambda: d.setdefault("k", 1), lambda: d.setdefault("k", 2))
    return len(d)


@declares({("a", "b"): "a was first", ("b", "a"): "b was first"})
def append_loses_nothing() -> tuple[str, ...]:
    found: list[str] = []

    together(lambda: found.append("a"), lambda: found.append("b"))
    return tuple(found)


@declares({"empty": "one pop each", "error": "both saw the last element, one popped too late"})
def truth_of_a_list_then_pop() -> str:
    items = [1]
    errors: list[str] = []

    def take() -> None:
        if items:
            try:
                items.pop()
            except IndexError:
                errors.append("error")

    together(take, take)
    return errors[0] if errors else "empty"


@declares({2: "turn lets one wait for the other, whoever is first"}, bounds=Bounds(0, 1), runs=50)
def petersons_mutual_exclusion() -> int:
    """Right only where memory is sequentially consistent; waits by spinning."""
    s: Any = Record(want=[False, False], turn=0, n=0)

    def enter(me: int) -> None:
        s.want[me] = True
        s.turn = 1 - me
        while s.want[1 - me] and s.turn == 1 - me:
            pass
        s.n += 1
        s.want[me] = False

    together(lambda: enter(0), lambda: enter(1))
    return s.n  # type: ignore[no-any-return]


@declares({0: "looked between the signal and the write", 1: "looked after the write"})
def written_after_the_signal() -> int:
    """The thread may be over when the variable is read, but nobody has joined it."""
    s: Any = Record(n=0)
    event = threading.Event()

    def work() -> None:
        event.set()
        s.n = 1

    threading.Thread(target=work, daemon=True).start()
    event.wait()
    return s.n  # type: ignore[no-any-return]
