"""What is modelled of shared memory, form by form, and what is not: data for reports and tests.

Every form has a litmus program in the tests, under the same name, whose exact set of outcomes is
known. Every limit is printed with a proof: *proved* holds for what is modelled.
"""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    """A syntactic form whose accesses are operations."""

    name: str
    example: str
    operations: str


class Limit(NamedTuple):
    """Something whose accesses are not operations, or less finely than they happen."""

    what: str
    why: str


FORMS: tuple[Form, ...] = (
    Form("attribute", "obj.x; obj.x = 1", "one read; one write"),
    Form("augmented attribute", "obj.x += 1", "a read, then a write"),
    Form("attribute of an expression", "obj.child.x += 1", "the object is evaluated once"),
    Form("private name", "self.__x += 1", "the name as the compiler mangles it"),
    Form("deleted attribute", "del obj.x; hasattr(obj, 'x')", "a write; a read"),
    Form("global", "global g; g += 1", "a read, then a write, where some function rebinds g"),
    Form("closure cell", "nonlocal n; n += 1", "a read, then a write, where the cell can change"),
    Form("cell bound late", "def f(): return x  # x bound after f", "a read of the cell"),
    Form("subscript", "xs[0]; xs[0] = 1; del d[k]", "a read or write of the whole container"),
    Form("augmented subscript", "d[k] += 1", "a read, then a write"),
    Form("augmented subscript, index shared", "xs[obj.n] += 1", "the index is evaluated once"),
    Form("slice", "xs[1:], xs[a:b] = ys", "one access of the container"),
    Form("unpacking targets", "obj.x, xs[0], y = pair", "a write each, in order"),
    Form("unpacking a container", "x, *y = xs", "one read"),
    Form("several targets", "obj.x = obj.y = 1", "a write each, in order"),
    Form("annotated assignment", "obj.x: int = 1", "a write"),
    Form("for loop", "for x in xs", "a read at every step"),
    Form("for loop over a view", "for k, v in d.items()", "a read at every step"),
    Form("for loop over an iterator", "for i, x in enumerate(xs)", "a read at every step"),
    Form("membership", "k in d", "one read"),
    Form("truth", "if dq; while not xs; a and b; assert xs", "one read"),
    Form("length", "len(xs)", "one read"),
    Form("comparison", "xs == ys; a < obj.x < b", "one read of both; reads one by one"),
    Form("arithmetic", "xs + [1]", "one read"),
    Form("in-place operator on a local", "xs += [1]", "one write of the container"),
    Form("method call", "d.append(x); xs.pop()", "one access, read or write by method"),
    Form("bound method in a local", "append = xs.append; append(x)", "one access at the call"),
    Form("bound method handed out", "run(xs.append)", "one access whenever it is called"),
    Form("unbound method", "list.append(xs, x)", "one access"),
    Form("iter with a sentinel", "iter(dq.popleft, None)", "one access at every step"),
    Form("map", "list(map(xs.append, ys))", "one access by the call that consumes it"),
    Form("next", "next(it)", "one write of the iterator, reads of what it runs over"),
    Form("getattr, setattr", "setattr(o, 'x', getattr(o, 'x') + 1)", "as the attribute itself"),
    Form("vars", "vars(o)['x']; o.__dict__['x']", "all attributes of the object as one place"),
    Form("C function", "heapq.heappush(h, x); sorted(xs)", "one access"),
    Form("list comprehension", "[x for x in xs if x in d]", "as the loop"),
    Form("generator expression", "sum(x for x in xs)", "as the loop, when it is advanced"),
    Form("yield from", "yield from xs", "as the loop"),
    Form("assignment expression", "if (x := obj.n)", "as its value; a tracked name is written"),
    Form("lambda", "lambda: obj.n", "as its body, when called"),
    Form("class body", "class K: x = obj.n", "as any statement"),
    Form("decorator", "@obj.register", "as the call it is"),
    Form("default argument", "def f(x=obj.n)", "read when the function is defined"),
    Form("f-string", "f'{xs}'; '%s' % xs", "one read"),
    Form("match", "match xs: case [a]", "one read of a container that is the subject"),
    Form("with", "with cm as obj.x", "as the methods of cm; a write"),
    Form("try", "try: xs.pop() except IndexError", "as its body"),
    Form("star arguments", "f(*xs, **d)", "one read"),
    Form("short circuit", "obj.a and obj.b", "the second only if it is evaluated"),
    Form("slots", "__slots__ = ('n',)", "as any attribute"),
    Form("property", "obj.prop += 1", "as the code of the property"),
    Form("super", "super().inc()", "as the code of the method"),
    Form("class attribute", "C.n += 1; obj.n", "the class's place, read through instances too"),
    Form("counter, defaultdict", "c[k] += 1", "a read (defaultdict: a write), then a write"),
    Form("defaultdict with a factory in Python", "d[k]", "a write; if there is no k, one more"),
    Form("array, bytearray", "a[0] += 1", "a read, then a write"),
    Form("set", "s.add(x); x in s", "a write; a read"),
    Form("subclass of a container", "class Stack(list)", "as the container it is"),
    Form("object of C with hidden state", "stream.write(x); rng.random()", "a write of the object"),
    Form("generator advanced by two", "next(gen)", "a write; one more where it yields or ends"),
    Form("dataclass as a whole", "pair == other; f'{pair}'", "one read of its fields"),
)

NOT_MODELLED: tuple[Limit, ...] = (
    Limit("memory effects below the bytecode", "one access is seen whole, and by all at once"),
    Limit("code outside the scope", "attributes and containers that it touches are not seen"),
    Limit(
        "what the library's own objects keep for themselves, such as Event._flag",
        "to look at it past their methods is no operation",
    ),
    Limit(
        "functions of modules outside the scope, replaced while others call them",
        "that one reads such a name is no operation",
    ),
    Limit(
        "a C function that calls back (sort with a key, user __eq__, __hash__, __repr__)",
        "the container counts as accessed once, at the start of the call",
    ),
    Limit("two keys of one dict", "accesses to different keys count as the same place"),
    Limit("asynchronous functions", "left as they are: their accesses are no operations"),
    Limit(
        "variables of a lambda or a comprehension captured by an inner lambda and rebound",
        "there is no room to number their cells",
    ),
    Limit("a container on the left of a chained comparison", "only the later operands are read"),
    Limit(
        "names captured by a match pattern, an import or an except clause",
        "the write is announced beside the binding, not exactly before it",
    ),
    Limit(
        "the name of the class in a class pattern, and the attributes that it reads",
        "match reads them in C",
    ),
    Limit(
        "attributes set by generated code",
        "the __init__ of a dataclass is not in the source; its __eq__ and __repr__ are one read",
    ),
    Limit("globals assigned by exec or from modules outside the scope", "not in the source"),
    Limit(
        "globals read by threads that the module starts before its body calls start()",
        "a global that only the body binds is taken to be fixed from then on",
    ),
    Limit(
        "weak references and finalisers of objects in lists, dicts and objects without "
        "__weakref__ that died unseen",
        "a list cannot be weakly referenced; it is let go of when a weak reference is called, at "
        "gc.collect() and at the end; an object with a __del__ of its own dies when it should",
    ),
    Limit(
        "a weak reference that is followed while another thread lets go of the object",
        "which of the two comes first is not explored",
    ),
    Limit(
        "the contents of collections.UserDict, ChainMap and other Python classes outside the scope",
        "their own code is not rewritten",
    ),
    Limit(
        "the count of f.__code__.co_freevars, and of f.__closure__ for code outside the scope",
        "one more, the last, for each function around f with a variable that can change",
    ),
    Limit("a built-in function replaced while the hooks use it", "the hooks would call it"),
)
