"""The galleries themselves: what a subject must say of itself, and that the innocents are innocent.

The constants of a subject are read from its source: importing it may hang, exit or crash.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from taskqueue_conformance.contract import CLAUSES, PROFILES

HERE = Path(__file__).parent
BASE = HERE / "specimens" / "base.py"
VERDICTS = {"nonconformant", "unusable", "incomplete", "conformant"}
IDS = [clause.id for clause in CLAUSES]
PROFILE = {clause.id: clause.profile for clause in CLAUSES}


def gallery(folder: str) -> list[Path]:
    return sorted(path for path in (HERE / folder).glob("*.py") if path.name != "base.py")


SPECIMENS = gallery("specimens")
SCHEDULES = gallery("specimens/schedule")
DEEPER = gallery("specimens/deeper")
"""What only a default run sees: tests of the scenario in question have them."""
INNOCENTS = gallery("innocents")
HOSTILE = gallery("hostile")
EVERYTHING = SPECIMENS + SCHEDULES + DEEPER + INNOCENTS + HOSTILE


def label(path: Path) -> str:
    return path.relative_to(HERE).with_suffix("").as_posix()


def constants(path: Path) -> dict[str, Any]:
    """The upper-case constants of a subject that are literals."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in {"BREAKS", "SAYS", "SCHEDULE", "MEETS", "MISSES", "EXPECT", "DOES"}:
                found[name] = ast.literal_eval(node.value)
    return found


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[label(path) for path in paths])


@each(EVERYTHING)
def test_a_subject_stands_alone_and_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    doc = ast.get_docstring(tree)
    assert doc, "the docstring says in one sentence what is odd"
    headline = doc.partition("\n\n")[0]
    assert headline.endswith((".", "!", "?")), headline

    modules = set()
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").partition(".")[0])
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef):
            named.add(statement.name)
        elif isinstance(statement, ast.Assign):
            named |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    strangers = modules - set(sys.stdlib_module_names) - {"base"}
    assert not strangers, f"standard library and base only, not {strangers}"
    assert "TaskQueue" in named


@each(SPECIMENS + SCHEDULES + DEEPER)
def test_a_specimen_names_the_clauses_it_breaks(path: Path) -> None:
    said = constants(path)
    assert set(said) == {"BREAKS", "SAYS", "SCHEDULE"}
    assert said["BREAKS"], "a specimen breaks something"
    assert list(said["BREAKS"]) == [name for name in IDS if name in said["BREAKS"]], (
        "known ids, each once, in the order of the contract"
    )
    assert set(said["SAYS"]) == set(said["BREAKS"])
    assert all(said["SAYS"].values())
    assert said["SCHEDULE"] is (path in SCHEDULES), "schedule-only ones have a folder of their own"


@each(INNOCENTS)
def test_an_innocent_names_the_highest_profile_it_meets(path: Path) -> None:
    said = constants(path)
    assert set(said) == {"MEETS", "MISSES"}
    assert list(said["MISSES"]) == [name for name in IDS if name in said["MISSES"]]
    missed = {PROFILE[name] for name in said["MISSES"]}
    assert missed.isdisjoint(PROFILES[: PROFILES.index(said["MEETS"]) + 1])
    if said["MEETS"] != PROFILES[-1]:
        assert PROFILES[PROFILES.index(said["MEETS"]) + 1] in missed, "it meets more than it says"


@each(HOSTILE)
def test_a_hostile_one_names_the_verdicts_that_will_do(path: Path) -> None:
    said = constants(path)
    assert set(said) == {"EXPECT", "DOES"}
    assert said["EXPECT"]
    assert set(said["EXPECT"]) <= VERDICTS
    assert said["DOES"]


def test_every_clause_is_broken_by_a_specimen_that_needs_no_luck() -> None:
    broken = {name for path in SPECIMENS for name in constants(path)["BREAKS"]}
    assert [name for name in IDS if name not in broken] == []


def test_the_galleries_are_large_enough() -> None:
    assert len(SPECIMENS) >= 60
    assert len(SCHEDULES) >= 18
    assert len(INNOCENTS) >= 20
    assert len(HOSTILE) >= 30


def test_no_idea_is_there_twice() -> None:
    def substance(path: Path) -> str:
        body = [node for node in ast.parse(path.read_text()).body if not is_constant(node)]
        return ast.dump(ast.Module(body[1:], []))

    def is_constant(node: ast.stmt) -> bool:
        return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper()

    def headline(path: Path) -> str:
        doc = ast.get_docstring(ast.parse(path.read_text())) or ""
        return doc.partition("\n\n")[0]

    for aspect in (headline, substance, lambda path: path.stem):
        counts = Counter(map(aspect, EVERYTHING))
        assert [what for what, count in counts.items() if count > 1] == []


def test_all_galleries_share_one_base() -> None:
    for folder in ("specimens/schedule", "specimens/deeper", "hostile"):
        assert (HERE / folder / "base.py").resolve() == BASE.resolve()


# Each callback failing in turn, leftovers, two kinds of early end, puts from a consumer and from
# a helper thread.  Seven runs of a few items: enough to notice an innocent that never was one.
PLAUSIBLE = """
import faulthandler, importlib.util, os, sys, threading
faulthandler.dump_traceback_later(20, exit=True)
folder, name = os.path.split(sys.argv[1])
sys.path.insert(0, folder)
spec = importlib.util.spec_from_file_location(name[:-3], sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
make = module.TaskQueue

def expect(condition, *details):
    if not condition:
        print(*details, file=sys.stderr, flush=True)
        os._exit(1)

def check(items, kinds, producer_fails=False):
    put, taken, raised, ended = [], [], [], []
    def fail():
        raised.append(KeyError("injected"))
        raise raised[-1]
    def producer(queue):
        for item in range(items):
            queue.put(item)
            put.append(item)
        if producer_fails:
            fail()
        ended.append("producer")
    def take(queue):
        item = queue.get()
        while item is not None:
            taken.append(item)
            item = queue.get()
        expect(queue.ok() or raised, "ok() is False without a failure")
    def consumer(queue, kind):
        if kind == "fail":
            fail()
        if kind == "put":
            helper = threading.Thread(target=queue.put, args=("extra",))
            helper.start()
            helper.join()
        if kind != "leave":
            take(queue)
        ended.append(kind)
    queue = make(producer, [lambda queue, kind=kind: consumer(queue, kind) for kind in kinds])
    try:
        expect(queue.run() is None, "run() returned something")
        expect(not raised, "the failure was lost")
    except KeyError as error:
        expect(any(error is one for one in raised), "another exception", error)
    expect(len(ended) + len(raised) == len(kinds) + 1, "somebody is missing", ended, raised)
    if "take" in kinds:
        expect(set(put) <= set(taken), "items were lost", put, taken)
    expect(len(set(taken)) == len(taken), "items came twice", taken)
    if len(kinds) == 1:
        numbers = [item for item in taken if item != "extra"]
        expect(numbers == sorted(numbers), "the order is wrong", taken)

check(100, ["take"])
check(100, ["take", "take", "take"])
check(20, ["take", "take"], producer_fails=True)
check(20, ["take", "fail", "take"])
check(20, ["fail", "fail"], producer_fails=True)
check(20, ["leave", "leave"])
check(20, ["put", "take"])
os._exit(0)
"""


@each([BASE, *INNOCENTS])
def test_an_innocent_is_plausible(path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", PLAUSIBLE, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
