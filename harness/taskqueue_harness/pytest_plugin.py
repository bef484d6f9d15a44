"""Interleavings for one's own tests: ``@pytest.mark.interleave`` on a function without arguments.

    @pytest.mark.interleave(strategy="dpor", seconds=10)
    def test_two_deposits_add_up():
        ...

The test is run under many schedules, as by `taskqueue_harness.explore`, whose arguments the marker
takes (strategy, executions, seconds, seed, bounds, scope, rewrite, stall). It fails with the lanes
of the smallest failing execution and the token that replays it. Schedules that were saved for the
test are replayed first.

Nothing of the engine is imported until a test with the marker runs.
"""

from __future__ import annotations

import inspect
import shlex
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from taskqueue_harness.result import Result

__all__: list[str] = []

_MARKER = "interleave"
_ARGUMENTS = (
    "strategy",
    "executions",
    "seconds",
    "seed",
    "bounds",
    "scope",
    "rewrite",
    "stall",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("interleave", "schedules of tests marked with 'interleave'")
    group.addoption(
        "--interleave-replay",
        metavar="TOKEN",
        help="run the one marked test that is selected under this schedule only",
    )
    group.addoption(
        "--interleave-save",
        metavar="NAME",
        help="keep failing schedules of marked tests under this name, to be replayed first",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARKER}({', '.join(_ARGUMENTS)}): run the test under many schedules; see "
        "taskqueue_harness.explore",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker(_MARKER) is not None]
    for item in marked:
        _arguments(item)
    for option in ("interleave_replay", "interleave_save"):
        if config.getoption(option) is not None and len(marked) > 1:
            raise pytest.UsageError(
                f"--{option.replace('_', '-')} is for a single test, {len(marked)} are selected: "
                "name one"
            )


def _arguments(item: pytest.Item) -> dict[str, Any]:
    """What the marker says. Raises `pytest.UsageError`."""
    marker = item.get_closest_marker(_MARKER)
    assert marker is not None
    wrong = [name for name in marker.kwargs if name not in _ARGUMENTS]
    if marker.args or wrong:
        given = ", ".join(wrong) or "positional arguments"
        raise pytest.UsageError(
            f"{item.nodeid}: the marker {_MARKER} takes {', '.join(_ARGUMENTS)}, by name, not "
            f"{given}"
        )
    names = (
        list(inspect.signature(item.obj).parameters) if isinstance(item, pytest.Function) else []
    )
    if names:
        raise pytest.UsageError(
            f"{item.nodeid} takes {', '.join(names)}: a test under the marker {_MARKER} has no "
            "arguments, for it runs many times, each time from scratch; make what it needs in it"
        )
    return dict(marker.kwargs)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object | None:
    if pyfuncitem.get_closest_marker(_MARKER) is None:
        return None
    arguments = _arguments(pyfuncitem)
    token = pyfuncitem.config.getoption("interleave_replay")
    program = pyfuncitem.obj
    if token is not None:
        _replay(pyfuncitem, program, token, arguments)
    else:
        _explore(pyfuncitem, program, arguments)
    return True


def _replay(item: pytest.Function, program: Any, token: str, arguments: dict[str, Any]) -> None:
    from taskqueue_harness.explore import replay
    from taskqueue_harness.schedule import BadToken

    options = {name: arguments[name] for name in ("scope", "stall") if name in arguments}
    try:
        result = replay(program, token, **options)
    except BadToken as error:
        pytest.fail(f"--interleave-replay: {error}", pytrace=False)
    if not result.same_source:
        pytest.fail(
            "the token is from another version of the source: its choices mean nothing here",
            pytrace=False,
        )
    _judge(item, program, result, arguments, minimise=False)


def _explore(item: pytest.Function, program: Any, arguments: dict[str, Any]) -> None:
    from taskqueue_harness.explore import explore
    from taskqueue_harness.regressions import recheck, saved_for

    options = {name: arguments[name] for name in ("scope", "stall") if name in arguments}
    for saved in saved_for(program):
        result = recheck(program, saved, **options)
        _judge(item, program, result, arguments, note=f"saved as {saved.name}: ")
    _judge(item, program, explore(program, **arguments), arguments)


def _judge(
    item: pytest.Function,
    program: Any,
    result: Result,
    arguments: dict[str, Any],
    *,
    minimise: bool = True,
    note: str = "",
) -> None:
    """Fail the test if the result says so, with all that there is to read."""
    from taskqueue_harness.evidence import evidence
    from taskqueue_harness.findings import examine
    from taskqueue_harness.outcome import INCONCLUSIVE
    from taskqueue_harness.regressions import save

    told = [note + result.summary(), *(f"  {line}" for line in evidence(result))]
    item.add_report_section("call", "interleavings", "\n".join(told))
    if result.ok:
        # A kept schedule need not start threads any more; a test that starts none explores nothing.
        if result.grade == "unverified" and not note:
            pytest.fail("\n".join(told), pytrace=False)
        return
    options = {name: arguments[name] for name in ("scope", "stall") if name in arguments}
    finding = None
    if result.verdict not in INCONCLUSIVE:
        finding = examine(program, result, replays=2_000 if minimise else 0, **options)
    if finding is None:
        pytest.fail(str(result), pytrace=False)
    told += ["", finding.text(), "", f"token   {finding.token}"]
    again = shlex.join(["pytest", item.nodeid, "--interleave-replay", finding.token])
    told.append(f"replay  {again}")
    name = item.config.getoption("interleave_save")
    if name is not None:
        told.append(f"saved   {save(program, finding, name)}")
    if result.output:
        item.add_report_section("call", "output of the failing execution", result.output)
    pytest.fail("\n".join(told), pytrace=False)
