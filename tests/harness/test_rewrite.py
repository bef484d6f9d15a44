"""Rewritten code looks the same from outside: lines, signatures, messages, order of evaluation."""

from __future__ import annotations

import inspect
import pickle
import sys
import textwrap
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.harness.interleave import Recorder, memory_for

from taskqueue_harness.world import hooks
from taskqueue_harness.world.rewrite import rewrite


def both_ways(source: str) -> list[dict[str, Any]]:
    """The module's globals, executed as it is and rewritten; `go` runs with the hooks at work."""
    source = textwrap.dedent(source)
    plain: dict[str, Any] = {"__name__": "program"}
    exec(compile(source, "program.py", "exec", dont_inherit=True), plain)
    module = rewrite(source, "program.py")
    names = module.namespace("program")
    with hooks.active(memory_for(module, Recorder())):
        exec(module.code, names)
    go = names.get("go")

    def hooked(*arguments: Any) -> Any:
        assert go is not None
        with hooks.active(memory_for(module, Recorder())):
            return go(*arguments)

    return [plain, {**names, "go": hooked}]


def lines_of(error: BaseException) -> list[tuple[int, str]]:
    frames = traceback.extract_tb(error.__traceback__)
    return [(frame.lineno or 0, frame.name) for frame in frames if frame.filename == "program.py"]


FAILING = [
    "s.missing",
    "s.missing += 1",
    "s.xs[5]",
    "s.xs[s.n + 9]",
    "s.xs[s.n + 9] = 1",
    "s.xs[9] += 1",
    "s.d[s.n] += 1",
    "del s.d['k']",
    "del s.d[s.n]",
    "a, b = s.xs",
    "s.xs.pop(s.n + 9)",
    "s.xs.index(7)",
    "len(s.n)",
    "1 in s.n",
    "s.xs + s.n",
    "s.n < s.xs",
    "s.n()",
    "s.xs(1)",
    "s.xs(s.n)",
    "for x in s.n: pass",
    "undefined",
    "int(s.word)",
    "f(*s.n)",
    "[y.z for y in s.xs]",
    "assert not s.xs, s.n",
]


@pytest.mark.parametrize("statement", FAILING)
def test_an_exception_has_the_same_type_message_and_lines(statement: str) -> None:
    source = f"""
        class S:
            def __init__(self):
                self.n = 0
                self.word = 'x'
                self.xs = [1]
                self.d = {{}}
        def f(*args): pass
        def go():
            s = S()
            (
                None
            )
            {statement}
    """
    seen = []
    for names in both_ways(source):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever the original raises
            names["go"]()
        message = str(caught.value).replace(hooks.__name__ + ".", "").replace("program.", "")
        seen.append((type(caught.value), message, lines_of(caught.value)))
    assert seen[0][0] is seen[1][0]
    assert seen[0][2] == seen[1][2]
    if statement != "f(*s.n)":  # the message names the function that got the stars
        assert seen[0][1] == seen[1][1]


def test_a_simple_failure_has_no_frame_of_the_hooks() -> None:
    _, names = both_ways("def go(xs): xs[0].missing += xs.pop(3)")
    with pytest.raises(AttributeError) as caught:
        names["go"]([1])
    frames = traceback.walk_tb(caught.value.__traceback__)
    assert not any(hooks.is_hook_frame(frame) for frame, _ in frames)


def test_signatures_defaults_names_and_docstrings_are_kept() -> None:
    source = '''
        """The module."""
        from __future__ import annotations
        def f(a, /, b: int = 1, *args, c: "x" = [], **kw) -> None:
            """The function."""
            n = 0
            def inner():
                """The inner one."""
                nonlocal n
                n += 1
            return inner
        class K:
            """The class."""
            x: int
    '''
    plain, new = both_ways(source)
    assert new["__doc__"] == plain["__doc__"] == "The module."
    assert inspect.signature(new["f"]) == inspect.signature(plain["f"])
    for one, other in (
        (new["f"], plain["f"]),
        (new["f"](1), plain["f"](1)),
        (new["K"], plain["K"]),
    ):
        assert one.__doc__ == other.__doc__
        assert one.__qualname__ == other.__qualname__
    assert new["f"].__code__.co_firstlineno == plain["f"].__code__.co_firstlineno
    assert new["K"].__annotations__ == plain["K"].__annotations__ == {"x": "int"}
    assert new["f"].__annotations__ == plain["f"].__annotations__


def test_a_decorated_function_with_a_tracked_name_keeps_its_first_line() -> None:
    source = """
        def same(f): return f

        def redefine():
            global g

            @same
            def g(): pass

        redefine()
    """
    plain, new = both_ways(source)
    assert new["g"].__code__.co_firstlineno == plain["g"].__code__.co_firstlineno


def test_source_and_pickles_of_a_rewritten_module_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "class K:\n    def f(self):\n        self.n = 1\n        return self\n"
    file = tmp_path / "pickled_module.py"
    file.write_text(text)
    module = ModuleType("pickled_module")
    rewritten = rewrite(text, str(file))
    vars(module).update(rewritten.namespace("pickled_module", __file__=str(file)))
    exec(rewritten.code, vars(module))
    monkeypatch.setitem(sys.modules, "pickled_module", module)
    assert inspect.getsource(module.K.f).strip().startswith("def f(self)")
    assert pickle.loads(pickle.dumps(module.K().f())).n == 1


def test_injected_names_are_not_exported_by_a_star_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("starred_module")
    rewritten = rewrite("x = 1", "starred_module.py")
    vars(module).update(rewritten.namespace("starred_module"))
    exec(rewritten.code, vars(module))
    monkeypatch.setitem(sys.modules, "starred_module", module)
    target: dict[str, Any] = {}
    exec("from starred_module import *", target)
    assert set(target) - {"__builtins__"} == {"x"}


ORDER = [
    "t('o').x = t('v')",
    "t('o')[t(1)] = t('v')",
    "t('o').x, t('p')[t(1)], y = t('a'), t('b'), t('c')",
    "t('o').x += t('v')",
    "t('o')[t(1)] += t('v')",
    "t('f')(t(1), *t([2]), k=t(3), **t({'z': 4}))",
    "t(1) < t(2) < t(0) < t(9)",
    "t(0) and t(1) or t(2)",
    "t(1) if t(0) else t(2)",
    "t([1])[t(0)] in t([2])",
    "t(1) + t(2) * t(3)",
    "t([1]) + t([2]) == t([3])",
    "[t(x) for x in t([1, 2]) if t(x)]",
    "{t(1): t(2), **t({})}",
    "f'{t(1)}{t(2)!r:{t(10)}}'",
    "(x := t(1)) + t(x)",
    "t([1, 2])[t(0):t(1)]",
    "del t('o')[t(1)], t('o').x",
    "lambda: t(1)",
]


@pytest.mark.parametrize("statement", ORDER)
def test_evaluation_order_is_the_same(statement: str) -> None:
    source = f"""
        log = []
        class O:
            x = 1
            def __init__(self, name): self.name = name
            def __getitem__(self, i): log.append((self.name, 'get', i)); return 1
            def __setitem__(self, i, v): log.append((self.name, 'set', i))
            def __delitem__(self, i): log.append((self.name, 'del', i))
            def __setattr__(self, n, v): log.append(('setattr', n)); object.__setattr__(self, n, v)
            def __delattr__(self, n): log.append(('delattr', n))
            def __call__(self, *args, **kw): log.append(args)
            def __iadd__(self, v): log.append('iadd'); return self
        def t(x):
            log.append(('t', x))
            return O(x) if isinstance(x, str) and len(x) == 1 and x in 'opf' else x
        def go():
            try:
                {statement}
            except TypeError as error:
                log.append(str(error))
    """
    logs = []
    for names in both_ways(source):
        names["go"]()
        logs.append(names["log"])
    assert logs[0] == logs[1]
    assert len(logs[0]) > 1 or statement.startswith("lambda")
