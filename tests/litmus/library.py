"""State that the library keeps out of sight: in C objects, caches, generators, generated code."""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import hashlib
import io
import operator
import random
import sys
import threading
from typing import Any

from tests.litmus.declared import declares
from tests.litmus.together import Record, together


@declares({"ab": "one after the other", "ba": "and the other way round"})
def writes_to_a_text_stream() -> str:
    stream = io.StringIO()
    together(lambda: stream.write("a"), lambda: stream.write("b"))
    return stream.getvalue()


@declares({"a\nb\n": "one after the other", "b\na\n": "and the other way round"})
def prints_to_a_text_stream() -> str:
    stream = io.StringIO()
    together(lambda: print("a", file=stream), lambda: print("b", file=stream))
    return stream.getvalue()


@declares({"ab": "one after the other", "ba": "and the other way round"})
def writes_by_methods_that_are_handed_out() -> str:
    stream = io.StringIO()
    threads = [threading.Thread(target=stream.write, args=(one,)) for one in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return stream.getvalue()


@declares({0: "before the thread wrote", 1: "and after"})
def attribute_set_by_a_function_that_is_handed_out() -> int:
    s: Any = Record(x=0)
    thread = threading.Thread(target=setattr, args=(s, "x", 1))
    thread.start()
    seen: int = s.x
    thread.join()
    return seen


@declares({"": "before the write", "a": "after it"})
def reads_a_text_stream() -> str:
    s: Any = Record()
    stream = io.StringIO()

    def look() -> None:
        s.seen = stream.getvalue()

    together(lambda: stream.write("a"), look)
    return s.seen  # type: ignore[no-any-return]


@declares({True: "one after the other", False: "and the other way round"})
def updates_of_a_hash() -> bool:
    digest = hashlib.sha256()
    together(lambda: digest.update(b"a"), lambda: digest.update(b"b"))
    return digest.digest() == hashlib.sha256(b"ab").digest()


@declares({True: "the first number went to the first thread", False: "or to the second"})
def numbers_from_one_generator() -> bool:
    s: Any = Record()
    numbers = random.Random(1)

    def one() -> None:
        s.one = numbers.randint(1, 1000)

    def two() -> None:
        s.two = numbers.random()

    together(one, two)
    return s.one == random.Random(1).randint(1, 1000)  # type: ignore[no-any-return]


@declares({1: "the second call met the result", 2: "both calls met none"})
def cache_that_both_threads_miss() -> int:
    s: Any = Record(calls=0)
    counted = []

    @functools.lru_cache(maxsize=2)
    def compute() -> int:
        counted.append(1)
        return 1

    together(compute, compute)
    s.calls = len(counted)
    return s.calls  # type: ignore[no-any-return]


@declares({(0, 1): "the cache kept an old value", (1, 1): "and a new one", (1, 2): "both computed"})
def cache_that_keeps_an_old_value() -> tuple[int, int]:
    s: Any = Record(value=0)
    counted = []

    @functools.cache
    def look() -> int:
        counted.append(1)
        return s.value  # type: ignore[no-any-return]

    def one() -> None:
        s.value = 1
        s.seen = look()

    together(one, look)
    return s.seen, len(counted)


@declares({0: "before the write", 1: "after it"})
def attribute_by_a_getter_of_two_steps() -> int:
    s: Any = Record(inner=Record(x=0))
    get = operator.attrgetter("inner.x")

    def write() -> None:
        s.inner.x = 1

    def read() -> None:
        s.seen = get(s)

    together(write, read)
    return s.seen  # type: ignore[no-any-return]


@declares({0: "before the write", 1: "after it"})
def attribute_by_a_getter_that_sorts() -> int:
    s: Any = Record()
    first: Any = Record(x=0)
    second: Any = Record(x=0.5)

    def write() -> None:
        first.x = 1

    def read() -> None:
        s.place = sorted([first, second], key=operator.attrgetter("x")).index(first)

    together(write, read)
    return s.place  # type: ignore[no-any-return]


@dataclasses.dataclass
class Pair:
    """With methods that are in no source."""

    x: int = 0
    y: int = 0


@declares({True: "compared after the write", False: "and before it"})
def generated_comparison() -> bool:
    s: Any = Record()
    pair = Pair()

    def write() -> None:
        pair.x = 1

    def compare() -> None:
        s.equal = pair == Pair(1, 0)

    together(write, compare)
    return s.equal  # type: ignore[no-any-return]


@declares({"Pair(x=0, y=0)": "before the write", "Pair(x=1, y=0)": "after it"})
def generated_text() -> str:
    s: Any = Record()
    pair = Pair()

    def write() -> None:
        pair.x = 1

    def look() -> None:
        s.text = f"{pair}"

    together(write, look)
    return s.text.rpartition(".")[2]  # type: ignore[no-any-return]


@declares({0: "before the write", 1: "after it"})
def dataclass_as_a_dictionary() -> int:
    s: Any = Record()
    pair = Pair()

    def write() -> None:
        pair.x = 1

    def look() -> None:
        s.seen = dataclasses.asdict(pair)["x"]

    together(write, look)
    return s.seen  # type: ignore[no-any-return]


@declares({0: "before the write", 1: "after it"})
def copy_of_an_object() -> int:
    s: Any = Record()
    original: Any = Record(x=0)

    def write() -> None:
        original.x = 1

    def look() -> None:
        s.seen = copy.copy(original).x

    together(write, look)
    return s.seen  # type: ignore[no-any-return]


@declares(
    {
        (1, 2): "one after the other",
        (2, 1): "and the other way round",
        (1, "ValueError"): "the second asked while the first was inside",
        ("ValueError", 1): "and the other way round",
    }
)
def generator_that_two_threads_advance() -> tuple[Any, Any]:
    s: Any = Record(n=0)

    def count() -> Any:
        while True:
            s.n += 1
            yield s.n

    numbers = count()

    def advance() -> Any:
        try:
            return next(numbers)
        except ValueError:
            return "ValueError"

    def one() -> None:
        s.one = advance()

    def two() -> None:
        s.two = advance()

    together(one, two)
    return s.one, s.two


@declares(
    {
        "end": "the first was through",
        "ValueError": "the second asked while the first was inside",
    }
)
def generator_that_ends_in_one_thread() -> str:
    s: Any = Record(n=0)

    def once() -> Any:
        s.n = 1
        return
        yield

    nothing = once()

    def advance() -> None:
        try:
            next(nothing, None)
        except ValueError:
            s.found = "ValueError"

    s.found = "end"
    together(advance, advance)
    return s.found  # type: ignore[no-any-return]


class Lazy:
    """An attribute that is computed when first asked for."""

    def __init__(self) -> None:
        self.computed: list[int] = []

    @functools.cached_property
    def value(self) -> list[int]:
        self.computed.append(1)
        return []


_LOCKED = sys.version_info < (3, 12)
"""Whether ``cached_property`` holds a lock while it computes."""


@declares({1: "the second met it"} if _LOCKED else {1: "the second met it", 2: "both computed it"})
def property_that_both_threads_compute() -> int:
    lazy = Lazy()
    together(lambda: lazy.value, lambda: lazy.value)
    return len(lazy.computed)


@declares({2: "both were kept", 1: "one was put aside"})
def entry_that_both_threads_make() -> int:
    def make() -> list[int]:
        return []

    entries: Any = collections.defaultdict(make)
    together(lambda: entries["k"].append(1), lambda: entries["k"].append(2))
    return len(entries["k"])


@declares({2: "a list is made and entered in one piece"})
def entry_made_in_one_piece() -> int:
    entries: Any = collections.defaultdict(list)
    together(lambda: entries["k"].append(1), lambda: entries["k"].append(2))
    return len(entries["k"])
