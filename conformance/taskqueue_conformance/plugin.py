"""The pytest side of the suite: collection, running, and what is made of the tests' records.

Loaded into every pytest run of an environment that has the suite installed, so it does nothing,
and imports next to nothing, until a test of the suite is collected or `--impl` is given.
"""

from __future__ import annotations

import fnmatch
import itertools
import os
import tempfile
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from taskqueue_conformance.plugin_options import (
    CHECKED,
    add_options,
    is_worker,
    offer_short_name,
    options_of,
    seed_of,
)

if TYPE_CHECKING:
    from taskqueue_conformance.records import Record
    from taskqueue_conformance.session import Session

__all__ = ["session_of"]

SUITE = Path(__file__).resolve().parent / "suite"

_session_key = pytest.StashKey["Session"]()
_state_key = pytest.StashKey["_State"]()


class _State:
    """What the reporting process gathers."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.collected = 0
        self.deselected = 0
        self.began = time.time()
        self.lines: list[str] = []
        self.temporary: tempfile.TemporaryDirectory[str] | None = None


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    add_options(parser)
    if any(_is_conftest(plugin) for plugin in pluginmanager.get_plugins()):
        offer_short_name(parser)  # a conftest file brings the suite: the hook below is past


def _is_conftest(plugin: object) -> bool:
    return os.path.basename(getattr(plugin, "__file__", None) or "") == "conftest.py"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    """Take the name `--impl` last of all, if nobody else has.

    Two owners of one option break every pytest run of the environment, and a host's conftest file,
    which may well have an `--impl` of its own, is asked after all plugins.
    """
    paths = early_config.known_args_namespace.file_or_dir
    for option, value in itertools.pairwise(args):
        # As long as the option is not known, its value passes for a path to collect from.
        if option == "--impl" and value in paths and not os.path.exists(value):
            paths.remove(value)
    yield
    offer_short_name(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tq_clause(id): the clause that a test of the suite judges")
    config.stash[_state_key] = _State()
    if is_worker(config):
        return
    if any(getattr(config.option, name) is not None for name in CHECKED):
        # Now, since later is too late: an error while collecting is none of usage, and under
        # pytest-xdist it is an error inside pytest.
        session_of(config)
    if config.option.tq_impl is None:
        return
    from taskqueue_conformance.bench import Unusable

    session = session_of(config)
    try:
        _ = session.bench
    except Unusable as exc:
        session.close()
        raise pytest.UsageError(f"--impl cannot be used: {exc}") from None
    if _distributes(config):
        session.close()  # the workers have benches of their own


def _distributes(config: pytest.Config) -> bool:
    return getattr(config.option, "dist", "no") != "no" or bool(getattr(config.option, "tx", []))


def session_of(config: pytest.Config) -> Session:
    """The session, made from the options at first use."""
    if _session_key not in config.stash:
        from taskqueue_conformance.session import Session

        options = options_of(config, _coverage_folder(config))

        def excused(clause: str) -> bool:
            return clause in options.baseline or not session.decisive(clause)

        session = Session(options, excused)
        config.stash[_session_key] = session
    return config.stash[_session_key]


def _coverage_folder(config: pytest.Config) -> str | None:
    if not config.option.tq_cov:
        return None
    if is_worker(config):
        return str(config.workerinput["tq_coverage"])  # type: ignore[attr-defined]
    state = config.stash[_state_key]
    if state.temporary is None:
        state.temporary = tempfile.TemporaryDirectory(prefix="tq-cov-")
    return state.temporary.name


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the workers of pytest-xdist what they must agree on."""
    config = node.config
    node.workerinput["tq_seed"] = seed_of(config)
    node.workerinput["tq_coverage"] = _coverage_folder(config)


# -- collection --------------------------------------------------------------------------------


class _SuiteModule(pytest.Module):
    """A file of the suite, collected the same way whatever the host calls its own things."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        from taskqueue_conformance import fixtures

        # A module's own fixture goes before one of that name in the host's conftest file, and the
        # host's tests do not see it.
        vars(self.obj).update(seen=fixtures.seen, tq_session=fixtures.tq_session)
        return super().collect()

    def funcnamefilter(self, name: str) -> bool:
        return name.startswith("test_")

    def classnamefilter(self, name: str) -> bool:
        return False


def _in_suite(path: Path) -> bool:
    return path.suffix == ".py" and path.name.startswith("test_") and path.parent == SUITE


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Collect the suite's files although the host's `python_files` does not match them."""
    if not _in_suite(file_path.resolve()) or parent.session.isinitpath(file_path):
        return None
    patterns = parent.config.getini("python_files")
    if any(fnmatch.fnmatch(file_path.name, pattern) for pattern in patterns):
        return None  # pytest will
    return _SuiteModule.from_parent(parent, path=file_path)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    if _in_suite(module_path.resolve()):
        _have_repeat(parent.config.pluginmanager)
        return _SuiteModule.from_parent(parent, path=module_path)
    return None


def _have_repeat(manager: pytest.PytestPluginManager) -> None:
    """Load pytest-repeat, without which the stress tests cannot be collected, if it is absent.

    It is where plugins are not loaded by themselves, or where the host does without this one.
    """
    if not manager.hasplugin("repeat") and not manager.hasplugin("pytest_repeat"):
        manager.import_plugin("pytest_repeat")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have pytest-repeat repeat the stress tests as often as the depth says."""
    if metafunc.function.__name__ == "test_5_stress" and _in_suite(Path(metafunc.module.__file__)):
        if not hasattr(metafunc.config.option, "repeat_scope"):
            raise pytest.Collector.CollectError(
                "the stress tests need pytest-repeat: leave out `-p no:repeat`, or install it"
            )
        ours = session_of(metafunc.config)
        repeats = -(-ours.depth.repeats // ours.options.shard[1])
        metafunc.definition.add_marker(pytest.mark.repeat(repeats))


def _of_suite(item: pytest.Item) -> bool:
    return _in_suite(item.path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mine = [item for item in items if _of_suite(item)]
    if not mine:
        return
    from taskqueue_conformance.clause import clause_of

    session = session_of(config)
    config.stash[_state_key].collected = len(mine)
    unasked = [item for item in mine if not _is_asked_for(item, session)]
    if unasked:
        items[:] = [item for item in items if item not in unasked]
        if session.options.scenario is not None:
            config.hook.pytest_deselected(items=unasked)
    for item in mine:
        test = clause_of(item)
        if test is None:
            continue
        item.user_properties.append(("clause", test.id))
        known = session.options.baseline.get(test.id)
        if known is not None:
            item.add_marker(pytest.mark.xfail(reason=f"known: {known.reason}", strict=False))
        elif not session.decisive(test.id):
            reason = f"beyond profile {session.options.profile}"
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))


def _is_asked_for(item: pytest.Item, session: Session) -> bool:
    """Whether the test has something to look at, by `--tq-replay` and `--tq-scenario`."""
    from taskqueue_conformance.clause import clause_of

    if item.name == "test_7_replay":
        return session.replayed is not None
    name, test = session.options.scenario, clause_of(item)
    return name is None or (test is not None and test.judges(name, session.depth))


def pytest_deselected(items: list[pytest.Item]) -> None:
    mine = [item for item in items if _of_suite(item)]
    if mine:
        mine[0].config.stash[_state_key].deselected += len(mine)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the bench begin with all that the collected tests will ask for."""
    config = session.config
    mine = [item for item in session.items if _of_suite(item)]
    if not mine or config.option.collectonly or is_worker(config) or _distributes(config):
        return
    from taskqueue_conformance.bench import Unusable
    from taskqueue_conformance.clause import begin, clause_of

    ours = session_of(config)
    try:
        bench = ours.bench
    except Unusable as exc:
        pytest.exit(f"--impl cannot be used: {exc}", returncode=4)
    functions = [item for item in mine if isinstance(item, pytest.Function)]
    tests = [(test, one.function) for one in functions if (test := clause_of(one)) is not None]
    # Ahead of need, too: where every run hangs, one after another would take minutes.
    stress = [ours.stress(*which) for which in map(_stress_of, mine) if which is not None]
    begin(tests, bench, ours.depth, only=ours.options.scenario, last=stress)


def _stress_of(item: pytest.Item) -> tuple[str, int] | None:
    """Name and repetition of a stress test's scenario; None if it is another test."""
    if not isinstance(item, pytest.Function) or item.originalname != "test_5_stress":
        return None
    params: dict[str, Any] = item.callspec.params
    return params["name"], params.get("__pytest_repeat_step_number", 0)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    if not config.stash[_state_key].collected:
        return []
    options = session_of(config).options
    return [
        f"conformance of {options.target}: profile {options.profile}, depth {options.depth.name}, "
        f"timeout factor {options.factor:g}, seed {options.seed}"
    ]


# -- running -----------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "teardown" and _of_suite(item):
        from taskqueue_conformance.session import RECORDS

        # An attribute of a report travels from pytest-xdist's workers; a stash does not.
        records = item.stash.get(RECORDS, [])
        report.tq_records = [record.to_json() for record in records]  # type: ignore[attr-defined]
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    data = getattr(report, "tq_records", None)
    if data:
        from taskqueue_conformance.records import Record

        _gathering.records.extend(Record.from_json(entry) for entry in data)


_gathering = _State()


# -- the end -----------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
    yield
    config = session.config
    state = config.stash[_state_key]
    if _session_key in config.stash and (is_worker(config) or _gathering.records):
        if not is_worker(config):
            _conclude(session, state)
        config.stash[_session_key].close()


def _conclude(session: pytest.Session, state: _State) -> None:
    """Make the report, and raise the exit status if the verdict asks for it; never lower it."""
    from taskqueue_conformance import finish

    config = session.config
    ours = config.stash[_session_key]
    selection = _selection(config, state)
    if not ours.about:
        _ = ours.bench  # without --impl it is pytest-xdist's workers alone that have met it
    lines, code = finish.conclude(ours, _gathering.records, selection, state.began, config.option)
    state.lines = lines
    _gathering.records = []
    if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        session.exitstatus = code if code else session.exitstatus


def _selection(config: pytest.Config, state: _State) -> str:
    """Why less than the suite was run, or ""."""
    option = config.option
    reasons = []
    if option.keyword:
        reasons.append(f"-k {option.keyword!r}")
    if option.markexpr:
        reasons.append(f"-m {option.markexpr!r}")
    if getattr(option, "lf", False):
        reasons.append("--lf")
    if option.maxfail:
        reasons.append("-x" if option.maxfail == 1 else f"--maxfail={option.maxfail}")
    if option.tq_shard and not option.tq_shard.endswith("/1"):
        reasons.append(f"shard {option.tq_shard}")
    if option.tq_scenario:
        reasons.append(f"--tq-scenario {option.tq_scenario!r}")
    if any("::" in str(argument) or str(argument).endswith(".py") for argument in config.args):
        reasons.append("tests named one by one")
    if state.deselected and not reasons:
        reasons.append(f"{state.deselected} tests deselected")
    return ", ".join(reasons)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash[_state_key].lines:
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _session_key in config.stash:
        config.stash[_session_key].close()
    state = config.stash.get(_state_key, None)
    if state is not None and state.temporary is not None:
        state.temporary.cleanup()
