"""One litmus program per syntactic form: two threads, and the exact set of outcomes.

A program is the body of each thread, as statements on the shared state `s`; what it starts from;
and the expression that is its outcome. An outcome with exceptions is a tuple: the value, then the
names of the exceptions that left a thread.
"""

from __future__ import annotations

import textwrap
from typing import Any, NamedTuple

PRELUDE = """
from collections import Counter, OrderedDict, defaultdict, deque
from array import array
from dataclasses import dataclass
import heapq
import io
import itertools
import random

class S:
    pass

"""


class Litmus(NamedTuple):
    form: str
    one: str
    two: str
    start: str
    result: str
    outcomes: set[Any]
    definitions: str = ""

    @property
    def source(self) -> str:
        def block(name: str, body: str, parameters: str = "s") -> str:
            return f"def {name}({parameters}):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"

        return (
            PRELUDE
            + textwrap.dedent(self.definitions)
            + block("start", f"s = S()\n{textwrap.dedent(self.start)}\nreturn s", "")
            + block("one", self.one)
            + block("two", self.two)
            + block("result", f"return {self.result}")
        )


def both(
    form: str, body: str, start: str, result: str, outcomes: set[Any], definitions: str = ""
) -> Litmus:
    """The same body in both threads."""
    return Litmus(form, body, body, start, result, outcomes, definitions)


LITMUS: list[Litmus] = [
    Litmus(
        "attribute",
        "s.a = 1\ns.x = s.b",
        "s.b = 1\ns.y = s.a",
        "s.a = s.b = s.x = s.y = 0",
        "(s.x, s.y)",
        {(0, 1), (1, 0), (1, 1)},
    ),
    both("augmented attribute", "s.n += 1", "s.n = 0", "s.n", {1, 2}),
    both(
        "attribute of an expression",
        "s.child.n += 1",
        "s.child = S(); s.child.n = 0",
        "s.child.n",
        {1, 2},
    ),
    both(
        "private name",
        "s.c.inc()",
        "s.c = C()",
        "s.c.value()",
        {1, 2},
        """
        class C:
            def __init__(self): self.__n = 0
            def inc(self): self.__n += 1
            def value(self): return self.__n
        """,
    ),
    both(
        "deleted attribute",
        "if hasattr(s, 'n'): del s.n",
        "s.n = 0",
        "hasattr(s, 'n')",
        {False, (False, "AttributeError")},
    ),
    both("global", "global g\ng += 1", "global g\ng = 0", "g", {1, 2}),
    both(
        "closure cell",
        "s.bump()",
        "s.bump, s.value = counter()",
        "s.value()",
        {1, 2},
        """
        def counter():
            n = 0
            def bump():
                nonlocal n
                n += 1
            return bump, lambda: n
        """,
    ),
    Litmus(
        "cell bound late",
        "s.make(s)",
        "if s.read is not None:\n    s.seen = s.read()",
        "s.read = None; s.seen = None; s.make = make",
        "s.seen",
        {None, 1, (None, "NameError")},
        """
        def make(s):
            s.read = lambda: x
            x = 1
        """,
    ),
    both("subscript", "s.xs[0] = s.xs[0] + 1", "s.xs = [0]", "s.xs[0]", {1, 2}),
    both(
        "subscript",
        "if 'k' in s.d: del s.d['k']",
        "s.d = {'k': 1}",
        "len(s.d)",
        {0, (0, "KeyError")},
    ),
    both("augmented subscript", "s.d['k'] += 1", "s.d = {'k': 0}", "s.d['k']", {1, 2}),
    both(
        "augmented subscript, index shared",
        "s.xs[s.n] += 1",
        "s.n = 0; s.xs = [0]",
        "s.xs[0]",
        {1, 2},
    ),
    Litmus(
        "slice",
        "s.xs[s.n:] = [1, 1]",
        "s.seen = tuple(s.xs[s.n:2])",
        "s.n = 0; s.xs = [0, 0]; s.seen = None",
        "s.seen",
        {(0, 0), (1, 1)},
    ),
    Litmus(
        "unpacking targets",
        "s.a, s.xs[s.zero], s.b = 1, 1, 1",
        "s.seen = s.b, s.xs[0], s.a",
        "s.a = s.b = s.zero = 0; s.xs = [0]",
        "s.seen",
        {(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1)},
    ),
    Litmus(
        "unpacking a container",
        "s.xs.reverse()",
        "x, *y = s.xs\ns.seen = x, *y",
        "s.xs = [0, 1, 2]",
        "s.seen",
        {(0, 1, 2), (2, 1, 0)},
    ),
    Litmus(
        "several targets",
        "s.a = s.b = 1",
        "s.seen = s.b, s.a",
        "s.a = s.b = 0",
        "s.seen",
        {(0, 0), (0, 1), (1, 1)},
    ),
    both("annotated assignment", "s.n: int = s.n + 1", "s.n = 0", "s.n", {1, 2}),
    Litmus(
        "for loop",
        "for x in s.xs: s.log.append(x)",
        "s.xs.append(1)",
        "s.xs = [0]; s.log = []",
        "tuple(s.log)",
        {(0,), (0, 1)},
    ),
    Litmus(
        "for loop",
        "for s.x in s.xs: pass",
        "s.seen = s.x",
        "s.xs = [1, 2]; s.x = 0",
        "s.seen",
        {0, 1, 2},
    ),
    Litmus(
        "for loop over a view",
        "for k, v in s.d.items(): s.n = k",
        "s.d[2] = 2",
        "s.d = {1: 1}; s.n = 0",
        "s.n",
        {1, 2, (0, "RuntimeError"), (1, "RuntimeError")},
    ),
    Litmus(
        "for loop over an iterator",
        "for i, x in enumerate(s.xs): s.log.append(x)",
        "s.xs.append(1)",
        "s.xs = [0]; s.log = []",
        "tuple(s.log)",
        {(0,), (0, 1)},
    ),
    both(
        "membership",
        "if 'k' not in s.d:\n    s.d['k'] = 1\n    s.log.append(1)",
        "s.d = {}; s.log = []",
        "len(s.log)",
        {1, 2},
    ),
    both(
        "truth",
        "if s.dq: s.log.append(s.dq.popleft())",
        "s.dq = deque([1]); s.log = []",
        "len(s.log)",
        {1, (1, "IndexError")},
    ),
    both(
        "truth",
        "assert not s.xs\ns.xs.append(1)",
        "s.xs = []",
        "len(s.xs)",
        {2, (1, "AssertionError")},
    ),
    both("length", "if len(s.xs) == 0: s.xs.append(1)", "s.xs = []", "len(s.xs)", {1, 2}),
    both("comparison", "if s.xs == []: s.xs.append(1)", "s.xs = []", "len(s.xs)", {1, 2}),
    Litmus(
        "comparison",
        "s.seen = 0 <= s.n < s.m",
        "s.m = 0\ns.n = 5",
        "s.n = 0; s.m = 1",
        "s.seen",
        {True, False},
    ),
    both("arithmetic", "s.xs = s.xs + [1]", "s.xs = []", "len(s.xs)", {1, 2}),
    Litmus(
        "arithmetic",
        "s.seen = s.xs + s.ys",
        "s.xs.append(1)\ns.ys.append(1)",
        "s.xs = []; s.ys = []",
        "len(s.seen)",
        {0, 1, 2},
    ),
    both(
        "in-place operator on a local",
        "xs = s.xs\nxs += [len(xs)]",
        "s.xs = []",
        "tuple(s.xs)",
        {(0, 1), (0, 0)},
    ),
    both("method call", "s.xs.append(len(s.xs))", "s.xs = []", "tuple(s.xs)", {(0, 1), (0, 0)}),
    both(
        "bound method in a local",
        "append = s.xs.append\nappend(len(s.xs))",
        "s.xs = []",
        "tuple(s.xs)",
        {(0, 1), (0, 0)},
    ),
    both(
        "bound method handed out",
        "twice(s.xs.append, len(s.xs))",
        "s.xs = []",
        "tuple(s.xs)",
        {
            *((0, 0, 2, 2), (0, 0, 1, 1), (0, 1, 0, 1), (0, 1, 1, 0), (0, 0, 0, 0)),
        },
        """
        def twice(function, x):
            function(x)
            function(x)
        """,
    ),
    both(
        "unbound method",
        "list.append(s.xs, len(s.xs))",
        "s.xs = []",
        "tuple(s.xs)",
        {(0, 1), (0, 0)},
    ),
    Litmus(
        "iter with a sentinel",
        "for x in iter(s.dq.popleft, None): s.log.append('one')",
        "for x in iter(s.dq.popleft, None): s.log.append('two')",
        "s.dq = deque([1, None, None]); s.log = []",
        "tuple(s.log)",
        {("one",), ("two",)},
    ),
    Litmus(
        "map",
        "list(map(s.xs.append, [1, 2]))",
        "s.xs.append(3)",
        "s.xs = []",
        "tuple(s.xs)",
        {(1, 2, 3), (3, 1, 2)},
    ),
    both(
        "next",
        "s.log.append(next(s.ids))",
        "s.ids = itertools.count(); s.log = []",
        "tuple(s.log)",
        {(0, 1), (1, 0)},
    ),
    both(
        "getattr, setattr",
        "setattr(s, 'n', getattr(s, 'n') + 1)",
        "s.n = 0",
        "s.n",
        {1, 2},
    ),
    Litmus("vars", "s.n += 1", "vars(s)['n'] = s.__dict__['n'] + 1", "s.n = 0", "s.n", {1, 2}),
    both(
        "C function",
        "heapq.heappush(s.xs, len(s.xs))",
        "s.xs = []",
        "tuple(s.xs)",
        {(0, 1), (0, 0)},
    ),
    Litmus(
        "C function",
        "s.seen = sorted(s.xs)",
        "s.xs.append(0)",
        "s.xs = [1]",
        "tuple(s.seen)",
        {(1,), (0, 1)},
    ),
    Litmus(
        "list comprehension",
        "s.seen = [x for x in s.xs if x in s.d]",
        "s.xs.append(2)\ns.d[1] = 1",
        "s.xs = [1]; s.d = {2: 2}",
        "tuple(s.seen)",
        {(), (2,), (1, 2)},
    ),
    Litmus(
        "generator expression",
        "s.seen = sum(x for x in s.xs)",
        "s.xs.append(2)",
        "s.xs = [1]",
        "s.seen",
        {1, 3},
    ),
    Litmus(
        "yield from",
        "s.seen = list(each(s))",
        "s.xs.append(2)",
        "s.xs = [1]",
        "tuple(s.seen)",
        {(1,), (1, 2)},
        "def each(s):\n    yield from s.xs\n",
    ),
    both(
        "assignment expression",
        "if (x := s.n) == 0:\n    s.n = 1\n    s.log.append(x)",
        "s.n = 0; s.log = []",
        "len(s.log)",
        {1, 2},
    ),
    both("lambda", "f = lambda: s.n + 1\ns.n = f()", "s.n = 0", "s.n", {1, 2}),
    Litmus(
        "class body",
        "class K:\n    x = s.n\n    y = s.n\ns.seen = K.x, K.y",
        "s.n = 1",
        "s.n = 0",
        "s.seen",
        {(0, 0), (0, 1), (1, 1)},
    ),
    both(
        "decorator",
        "@s.register\ndef f(): pass",
        "s.n = 0; s.register = lambda f: setattr(s, 'n', s.n + 1)",
        "s.n",
        {1, 2},
    ),
    both("default argument", "def f(x=s.n): s.n = x + 1\nf()", "s.n = 0", "s.n", {1, 2}),
    Litmus(
        "f-string",
        "s.seen = f'{s.xs}' + '%s' % s.xs",
        "s.xs.append(1)",
        "s.xs = []",
        "s.seen",
        {"[][]", "[][1]", "[1][1]"},
    ),
    both(
        "match",
        "match s.xs:\n    case []: s.xs.append(1)",
        "s.xs = []",
        "len(s.xs)",
        {1, 2},
    ),
    Litmus(
        "with",
        "with s.cm as s.x: s.n += 1",
        "s.seen = s.x, s.n",
        "s.n = 0; s.x = 0; s.cm = CM()",
        "s.seen",
        {(0, 0), (0, 1), (1, 0), (1, 1)},
        """
        class CM:
            def __enter__(self): return 1
            def __exit__(self, *details): pass
        """,
    ),
    both(
        "try",
        "try: s.xs.pop()\nexcept IndexError: s.n += 1",
        "s.xs = [1]; s.n = 0",
        "s.n",
        {1},
    ),
    Litmus(
        "star arguments",
        "s.seen = count(*s.xs, **s.d)",
        "s.xs.append(1)\ns.d['k'] = 1",
        "s.xs = []; s.d = {}",
        "s.seen",
        {0, 1, 2},
        "def count(*args, **kwargs): return len(args) + len(kwargs)\n",
    ),
    Litmus(
        "short circuit",
        "s.seen = s.a and s.b",
        "s.a = 1\ns.b = 2",
        "s.a = s.b = 0",
        "s.seen",
        {0, 2},
    ),
    both(
        "slots",
        "s.p.n += 1",
        "s.p = P()",
        "s.p.n",
        {1, 2},
        """
        class P:
            __slots__ = ('n',)
            def __init__(self): self.n = 0
        """,
    ),
    both(
        "property",
        "s.p.n += 1",
        "s.p = P()",
        "s.p.n",
        {1, 2},
        """
        class P:
            _n = 0
            @property
            def n(self): return self._n
            @n.setter
            def n(self, value): self._n = value
        """,
    ),
    both(
        "super",
        "s.p.inc()",
        "s.p = B()",
        "s.p.n",
        {1, 2},
        """
        class A:
            n = 0
            def inc(self): self.n += 1
        class B(A):
            def inc(self): super().inc()
        """,
    ),
    both(
        "class attribute",
        "C.n += 1",
        "s.c = C()",
        "s.c.n",
        {1, 2},
        "class C:\n    n = 0\n",
    ),
    Litmus(
        "class attribute",
        "C.n = 1",
        "s.seen = s.c.n, s.c.n",
        "s.c = C()",
        "s.seen",
        {(0, 0), (0, 1), (1, 1)},
        "class C:\n    n = 0\n",
    ),
    both(
        "counter, defaultdict",
        "s.c['k'] += 1\ns.d['k'] += 1",
        "s.c = Counter(); s.d = defaultdict(int)",
        "(s.c['k'], s.d['k'])",
        {(1, 1), (1, 2), (2, 1), (2, 2)},
    ),
    both(
        "counter, defaultdict",
        "s.d['k'].append(1)",
        "s.d = defaultdict(list)",
        "len(s.d['k'])",
        {2},
    ),
    *(
        both(
            "defaultdict with a factory in Python",
            "s.d[s.k].append(1)" if by_name else "s.d['k'].append(1)",
            "s.k = 'k'; s.d = defaultdict(make)",
            "len(s.d['k'])",
            {1, 2},
            definitions,
        )
        for by_name in (True, False)
        for definitions in (
            "make = lambda: []\n",
            "class make(list):\n    pass\n",
            "import functools\nmake = functools.partial(lambda: [])\n",
            "class Make:\n    def __call__(self): return []\nmake = Make()\n",
        )
    ),
    both(
        "array, bytearray",
        "s.a[0] += 1",
        "s.a = array('i', [0])",
        "s.a[0]",
        {1, 2},
    ),
    both("array, bytearray", "s.b[0] += 1", "s.b = bytearray(1)", "s.b[0]", {1, 2}),
    both(
        "set",
        "if 1 not in s.done:\n    s.done.add(1)\n    s.log.append(1)",
        "s.done = set(); s.log = []",
        "len(s.log)",
        {1, 2},
    ),
    both(
        "subclass of a container",
        "if s.stack: s.stack.take()",
        "s.stack = Stack([1])",
        "len(s.stack)",
        {0, (0, "IndexError")},
        """
        class Stack(list):
            def take(self): return super().pop()
        """,
    ),
    Litmus(
        "object of C with hidden state",
        "s.stream.write('a')",
        "s.stream.write('b')",
        "s.stream = io.StringIO()",
        "s.stream.getvalue()",
        {"ab", "ba"},
    ),
    Litmus(
        "object of C with hidden state",
        "s.x = s.numbers.randint(1, 1000 + 0)",
        "s.y = s.numbers.random()",
        "s.numbers = random.Random(1)",
        "s.x == random.Random(1).randint(1, 1000)",
        {True, False},
    ),
    both(
        "generator advanced by two",
        "try:\n    s.seen.append(next(s.numbers))\nexcept ValueError:\n    s.seen.append('busy')",
        "s.n = 0; s.seen = []; s.numbers = count(s)",
        "tuple(s.seen)",
        {(1, 2), (2, 1), ("busy", 1), (1, "busy")},
        """
        def count(s):
            while True:
                s.n += 1
                yield s.n
        """,
    ),
    both(
        "generator advanced by two",
        "try:\n    next(s.once, None)\nexcept ValueError:\n    s.busy = 1",
        "s.n = s.busy = 0; s.once = once(s)",
        "s.busy",
        {0, 1},
        """
        def once(s):
            s.n = 1
            return
            yield
        """,
    ),
    Litmus(
        "dataclass as a whole",
        "s.pair.x = 1",
        "s.seen = s.pair == Pair(1), f'{s.pair}'",
        "s.pair = Pair()",
        "s.seen",
        {(False, "Pair(x=0)"), (False, "Pair(x=1)"), (True, "Pair(x=1)")},
        """
        @dataclass
        class Pair:
            x: int = 0
        """,
    ),
]
