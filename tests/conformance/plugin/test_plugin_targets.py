"""What `--impl` may name, and the one line that is said of what it may not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conformance.plugin.conftest import Host, Ran

ONE_CLAUSE = ("-k", "test_4_2_")


def assert_was_tested(ran: Ran) -> None:
    """The eager class, and nothing else, was under test: see conftest.py."""
    assert ran.status == 1, ran.output
    assert ran.place("TQ-4.2") == "FAILED", ran.output


# -- what it may name ----------------------------------------------------------------------------


FORMS = {
    "a module and a class": "mine:TaskQueue",
    "a module alone": "mine",
    "a module in a package": "package.inside:TaskQueue",
    "an attribute of an attribute": "forms:Holder.Inner.Queue",
    "a factory function": "forms:factory",
    "a partial": "forms:partial",
    "a file": "elsewhere/other.py:TaskQueue",
    "a file alone": "./mine.py",
}


def test_a_target_is_found_from_the_invocation_directory(host: Host) -> None:
    host.write("package/__init__.py", "")
    host.write("package/inside.py", "from mine import TaskQueue")
    # A file's own folder is importable for it, as for a script.
    host.write("elsewhere/other.py", "from beside import TaskQueue")
    host.write("elsewhere/beside.py", "from mine import TaskQueue")
    host.write(
        "forms.py",
        """
        import functools
        from mine import TaskQueue as Eager

        class Holder:
            class Inner:
                Queue = Eager

        def factory(producer, consumers):
            return Eager(producer, consumers)

        partial = functools.partial(Eager)
        """,
    )
    runs = {name: ["--impl", target, *ONE_CLAUSE] for name, target in FORMS.items()}
    runs["the other name of the option"] = ["--tq-impl=mine:TaskQueue", *ONE_CLAUSE]
    for ran in host.suites(runs).values():
        assert_was_tested(ran)


def test_without_a_target_the_reference_is_tested(host: Host) -> None:
    ran = host.suite(*ONE_CLAUSE)
    assert ran.status == 0, ran.output
    assert ran.place("TQ-4.2") == "ok", ran.output
    assert "taskqueue_reference:TaskQueue" in ran.output


def test_a_checkout(host: Host, checkout: Path) -> None:
    """The folder `conformance` is named, and the target is a file somewhere else."""
    target = host.folder / "mine.py"
    ran = host.pytest(
        "conformance",
        *("--impl", f"{target}:TaskQueue", "--tq-depth", "quick", *ONE_CLAUSE),
        *("-p", "no:cacheprovider"),
        cwd=checkout,
    )
    assert_was_tested(ran)


def test_a_checkout_that_is_not_installed(host: Host, checkout: Path) -> None:
    """No entry point announces the plugin; the checkout's conftest file brings it."""
    ran = host.pytest(
        "conformance",
        *("--impl", f"{host.folder / 'mine.py'}:TaskQueue", "--tq-depth", "quick", *ONE_CLAUSE),
        *("-p", "no:cacheprovider", "-p", "pytest_repeat"),
        cwd=checkout,
        environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert_was_tested(ran)


# -- what it may not name ------------------------------------------------------------------------


UNUSABLE = {
    "no module": ("nowhere:TaskQueue", ["there is no module 'nowhere'"]),
    "no file": ("nowhere.py:TaskQueue", ["there is no file nowhere.py"]),
    "no attribute": ("broken.fine:Task", ["no attribute 'Task'", "TaskQueue"]),
    "no inner attribute": ("broken.fine:TaskQueue.Inner", ["no attribute 'Inner'"]),
    "no get": ("broken.no_get", ["no method get", "run, put, get, ok"]),
    "raises": ("broken.raises", ["ValueError", "out of order today", "raises.py:3"]),
    "no python": ("broken.syntax", ["SyntaxError", "syntax.py"]),
    "exits": ("broken.exits", ["SystemExit"]),
    "exits at once": ("broken.exits_at_once", ["cannot be imported"]),
    "hangs": ("broken.hangs", ["cannot be imported", "no sign of life"]),
    "needs another module": ("broken.needs", ["it needs 'a_module_that_nobody_has'"]),
    "a number": ("broken.number", ["int", "not callable"]),
    "other arguments": ("broken.other", ["subject(producer, consumers)", "TypeError"]),
    "no name": (":TaskQueue", ["names no module"]),
}

BROKEN = {
    "__init__": "",
    "fine": "class TaskQueue: pass",
    "no_get": """
        class TaskQueue:
            def __init__(self, producer, consumers): pass
            def run(self): pass
            def put(self, item): pass
            def ok(self): return True
        """,
    "raises": "\n\nraise ValueError('out of order\\ntoday')",
    "syntax": "def (",
    "exits": "raise SystemExit(0)",
    "exits_at_once": "import os; os._exit(0)",
    "hangs": "import threading; threading.Event().wait()",
    "needs": "import a_module_that_nobody_has",
    "number": "TaskQueue = 7",
    "other": """
        class TaskQueue:
            def __init__(self, size): pass
        """,
}


def assert_refused(ran: Ran, *parts: str) -> None:
    assert ran.status == 4, ran.output
    assert len(ran.said) == 1, ran.output
    for part in parts:
        assert part in ran.said[0]


@pytest.fixture
def broken(host: Host) -> Host:
    for name, text in BROKEN.items():
        host.write(f"broken/{name}.py", text)
    return host


def test_an_unusable_target_is_refused_in_one_line(broken: Host) -> None:
    # The shortest patience there is for the one that hangs.
    runs = {
        name: ["--impl", target, "--tq-timeout", "0.1" if name == "hangs" else "10"]
        for name, (target, _) in UNUSABLE.items()
    }
    for name, ran in broken.suites(runs).items():
        assert_refused(ran, "--impl cannot be used", *UNUSABLE[name][1])


def test_an_unusable_target_is_refused_before_workers_start(broken: Host) -> None:
    names = ["no module", "no get", "exits at once"]
    runs = {name: ["--impl", UNUSABLE[name][0], "-n", "2"] for name in names}
    for name, ran in broken.suites(runs).items():
        assert_refused(ran, *UNUSABLE[name][1])


OPTIONS = {
    "--tq-profile=lax": "core, upstream, strict",
    "--tq-depth=shallow": "quick, default, deep",
    "--tq-timeout=soon": "a factor from 0.05 to 100",
    "--tq-timeout=nan": "a factor from 0.05 to 100",
    "--tq-timeout=0": "a factor from 0.05 to 100",
    "--tq-seed=x": "a whole number",
    "--tq-baseline=nowhere.toml": "there is no baseline nowhere.toml",
    "--tq-baseline=mine.py": "is not TOML",
    "--tq-replay=nonsense": "not a token",
}


def test_an_option_that_makes_no_sense_is_refused_in_one_line(host: Host) -> None:
    # Without --impl nothing else would look at the options before tests are collected.
    runs: dict[str, list[str]] = {option: [option] for option in OPTIONS}
    runs["--tq-seed=x"] += ["-n", "2"]
    runs["--tq-profile=lax"] += ["-n", "2"]
    runs["--tq-depth=shallow"] += ["--impl", "mine"]
    for option, ran in host.suites(runs).items():
        assert_refused(ran, option.partition("=")[0], OPTIONS[option])
