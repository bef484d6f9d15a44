"""In other people's projects: their settings, fixtures, options and plugins, and pytest-xdist."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conformance.plugin.conftest import Host, Ran

ONE_SCENARIO = ("-k", "test_1_2_", "--tq-scenario", "3 items, 2 consumers")

EVERY_SETTING = """
    [pytest]
    python_files = *_spec.py
    python_functions = check_*
    python_classes = X*
    testpaths = spec
    addopts = --strict-markers --strict-config --doctest-modules -p no:randomly
    filterwarnings = error
    xfail_strict = true
    """

# The last in is the first out, and TQ-4.2 and TQ-4.6 hold.
BACKWARDS = """
    from taskqueue_reference import TaskQueue as Right

    class TaskQueue(Right):
        def __init__(self, producer, consumers):
            super().__init__(lambda queue: self._all_at_once(producer), consumers)
            self._stack = []

        def _all_at_once(self, producer):
            try:
                producer(self)
            finally:
                for item in reversed(self._stack):
                    super().put(item)

        def put(self, item):
            self._stack.append(item)
    """


def assert_clean(ran: Ran) -> None:
    """The reference passed two clauses, one of them beyond the profile."""
    assert ran.status == 0, ran.output
    assert (ran.place("TQ-4.2"), ran.place("TQ-4.6")) == ("ok", "ok"), ran.output
    assert re.search(r"== 1 passed.* 1 xpassed in", ran.output), ran.output


def test_settings_of_the_host_do_not_change_what_is_collected(host: Host) -> None:
    host.write("pytest.ini", EVERY_SETTING)
    workers = {"alone": [], "xdist": ["-n", "2"]}
    runs = {name: ["-k", "test_4_2_ or test_4_6_", *more] for name, more in workers.items()}
    for ran in host.suites(runs).values():
        assert_clean(ran)


def test_settings_of_the_host_do_not_hide_a_failure(host: Host) -> None:
    host.write("pytest.ini", EVERY_SETTING)
    ran = host.suite("--impl", "mine", "-k", "test_4_2_ or test_4_6_")
    assert ran.status == 1, ran.output
    assert ran.place("TQ-4.2") == "FAILED", ran.output
    assert re.search(r"== 1 failed.* 1 xpassed in", ran.output), ran.output


def test_the_whole_suite_is_collected_whatever_the_host_says_of_names(host: Host) -> None:
    def names(ran: Ran) -> list[str]:
        assert ran.status == 0, ran.output
        return sorted(line.rpartition("/")[2] for line in ran.said if "::test_" in line)

    plain = names(host.suite("--collect-only", "-q"))
    host.write("pytest.ini", EVERY_SETTING)
    assert names(host.suite("--collect-only", "-q")) == plain
    assert len(plain) > 50


def test_names_that_the_host_has_taken(host: Host) -> None:
    """An option --impl, another --repeat, and fixtures of the suite's own names."""
    host.write(
        "conftest.py",
        """
        import pytest

        def pytest_addoption(parser):
            parser.addoption("--impl", choices=["fast", "slow"], default="fast")
            parser.addoption("--repeat", type=int, default=1)

        @pytest.fixture
        def seen():
            return "the host's"

        @pytest.fixture
        def tq_session():
            return "the host's"
        """,
    )
    host.write(
        "test_host.py",
        """
        def test_host(request, seen, tq_session):
            assert request.config.getoption("impl") == "slow"
            assert request.config.getoption("repeat") == 2
            assert seen == tq_session == "the host's"
        """,
    )
    ran = host.pytest("test_host.py", "--impl", "slow", "--repeat", "2")
    assert ran.status == 0, ran.output
    runs = {
        "of the host": ["--impl", "slow", "-k", "test_4_2_ or test_4_6_"],
        "of the suite": ["--impl", "slow", "--tq-impl", "mine", "-k", "test_4_2_"],
    }
    both = host.suites(runs)
    assert_clean(both["of the host"])
    assert both["of the suite"].place("TQ-4.2") == "FAILED", both


def test_a_plugin_that_has_taken_the_option(host: Host) -> None:
    host.write(
        "other_plugin.py",
        """
        def pytest_addoption(parser):
            parser.addoption("--impl", action="store_true")
        """,
    )
    ran = host.pytest(
        *("-p", "other_plugin", *host.quick, "--impl", "--tq-impl=mine", "-k", "test_4_2_"),
        environment={"PYTHONPATH": str(host.folder)},
    )
    assert ran.status == 1, ran.output
    assert ran.place("TQ-4.2") == "FAILED", ran.output


def test_plugins_that_are_not_loaded_by_themselves(host: Host) -> None:
    ran = host.pytest(
        *("-p", "taskqueue_conformance.plugin", *host.quick, "--strict-markers"),
        *("-k", "test_4_2_ or test_5_stress"),
        environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert ran.status == 0, ran.output
    assert "8 passed" in ran.output, ran.output


# -- inert ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_where_no_clause_is_collected_the_plugin_does_nothing(
    host: Host, workers: tuple[str, ...]
) -> None:
    host.write(
        "test_host.py",
        """
        import sys

        def test_host(request):
            assert request.config.pluginmanager.hasplugin("taskqueue_conformance.plugin")
            roots = {"taskqueue_conformance", "taskqueue_harness", "taskqueue_reference",
                     "hypothesis", "coverage", "greenlet"}
            loaded = {name for name in sys.modules if name.partition(".")[0] in roots}
            # What stands in the package itself is for users to import; the engine has a plug-in
            # of its own.
            assert loaded == {
                "taskqueue_conformance",
                "taskqueue_conformance.adapters",
                "taskqueue_conformance.plugin",
                "taskqueue_conformance.plugin_options",
                "taskqueue_harness",
                "taskqueue_harness.pytest_plugin",
            }
        """,
    )
    # Without Hypothesis' own plugin, so that the module, if it is there, is the suite's doing.
    ran = host.pytest("-p", "no:hypothesispytest", "test_host.py", *workers)
    assert ran.status == 0, ran.output
    assert "conformance of" not in ran.output
    assert "TaskQueue conformance" not in ran.output


def test_the_hosts_tests_and_the_suite_in_one_run(host: Host) -> None:
    host.write("test_host.py", "def test_host(): assert False")
    ran = host.pytest("test_host.py", *host.quick, "-k", "test_host or test_4_2_")
    assert ran.status == 1, ran.output
    assert ran.place("TQ-4.2") == "ok", ran.output
    assert "partial run of core" in ran.output
    assert "1 failed, 1 passed" in ran.output


# -- pytest's own options ------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_stopping_at_the_first_failure_and_going_on_from_there(
    host: Host, workers: tuple[str, ...]
) -> None:
    """`-x`, `--lf`, `-k`: less is run, which is said, and what is not run is not held against it.

    Stopped, pytest ends with 1, and pytest-xdist with 2, for it stops its workers by force.
    """
    host.write("backwards.py", BACKWARDS)
    chosen = ("-k", "test_1_2_ or test_4_2_", "--tq-scenario", "3 items, 2 consumers")
    ran = host.suite("--impl", "backwards", *chosen, "-x", *workers)
    assert ran.status == (2 if workers else 1), ran.output
    assert ran.place("TQ-1.2") == "FAILED", ran.output
    assert "nonconformant to core" in ran.output

    ran = host.suite("--impl", "backwards", *chosen, "--lf", *workers)
    assert ran.status == 1, ran.output
    assert (ran.place("TQ-1.2"), ran.place("TQ-4.2")) == ("FAILED", "not run"), ran.output
    assert "1 failed" in ran.output


def test_the_report_does_not_depend_on_how_many_work_at_it(host: Host) -> None:
    host.write("backwards.py", BACKWARDS)
    common = ["--impl", "backwards", "-k", "test_1_2_ or test_4_", "-p", "no:cacheprovider"]
    common += ["--tq-seed", "1"]
    both = host.suites({"one": common, "two": [*common, "-n", "2"]})
    for clause in ("TQ-1.2", "TQ-4.1", "TQ-4.2", "TQ-4.3", "TQ-4.4", "TQ-4.5", "TQ-4.6"):
        assert both["one"].place(clause) == both["two"].place(clause) != "", both
    assert both["one"].place("TQ-1.2") == "FAILED"
    assert both["one"].status == both["two"].status == 1
    assert not (host.folder / ".pytest_cache").exists()


def test_warnings_as_errors_govern_the_suite_and_not_what_is_tested(host: Host) -> None:
    """oss2 does not even import under `-W error`."""
    pytest.importorskip("oss2", reason="the real oss2 package is not installed")
    host.write(
        "warns.py",
        """
        import warnings
        from mine import TaskQueue
        warnings.warn("at import")
        """,
    )
    strict = [*ONE_SCENARIO, "-W", "error"]
    runs = {
        "oss2": ["--impl", "oss2.task_queue:TaskQueue", *strict],
        "oss2, xdist": ["--impl", "oss2.task_queue:TaskQueue", *strict, "-n", "2"],
        "warns": ["--impl", "warns", "-k", "test_4_2_", "-W", "error"],
    }
    ran = host.suites(runs)
    for name in ("oss2", "oss2, xdist"):
        assert ran[name].status == 0, ran[name]
        assert ran[name].place("TQ-1.2") == "ok", ran[name]
    assert ran["warns"].place("TQ-4.2") == "FAILED", ran["warns"]


def test_optimisation_and_development_mode(host: Host) -> None:
    """An assertion that the suite rests on would be gone, or a resource found unclosed."""
    for options in (["-O"], ["-X", "dev", "-W", "error"]):
        ran = subprocess.run(
            [sys.executable, *options, "-m", "pytest", *host.quick, "--impl=mine", "-ktest_4_2_"],
            cwd=host.folder,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert ran.returncode == 1, ran.stdout
        assert "nonconformant to core" in ran.stdout
        assert "Unclosed" not in ran.stdout + ran.stderr
        assert "unclosed" not in ran.stdout + ran.stderr
