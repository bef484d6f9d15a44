"""What explorations of scenarios find, prove and say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taskqueue_conformance import bounded
from taskqueue_conformance.depth import DEPTHS, Depth
from taskqueue_conformance.engine import searching
from taskqueue_conformance.engine.drive import ESCAPED
from taskqueue_conformance.engine.job import Exploration, Job
from taskqueue_conformance.engine.scope import place_of
from taskqueue_conformance.engine.searching import search, show
from taskqueue_conformance.loading import load, names_of
from taskqueue_conformance.workload import CheckOk, Drain, Fail, Put, Scenario, Sleep, Take
from taskqueue_harness import explore

Explore = Callable[..., Exploration]
Target = Callable[[str], str]

TAKER = (Drain(), CheckOk())
REFERENCE = "taskqueue_reference.task_queue:TaskQueue"
OSS2 = "oss2.task_queue:TaskQueue"
SMALL = Scenario("1 item, 2 consumers", (Put(1), CheckOk()), (TAKER,) * 2)
FAULTS = Job(SMALL, kinds=("error",), faults=1, early_timeouts=0, samples=0, exhaust=5_000)


@pytest.mark.parametrize("target", [REFERENCE, OSS2])
def test_right_ones_are_exhausted_with_a_fault_anywhere(target: str, explored: Explore) -> None:
    found = explored(target, FAULTS)
    assert found.exhausted
    assert not found.contradictions
    assert found.executions > 300
    assert found.threads == 4


@pytest.fixture
def strategies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The strategies that a search has used, in their order."""
    used: list[str] = []

    def noted(*arguments: object, **how: object) -> object:
        used.append(str(how["strategy"]))
        return explore(*arguments, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(searching, "explore", noted)
    return used


@pytest.mark.parametrize(
    ("exhaust", "expected"),
    [
        (searching.SHORT, ["dpor"]),
        (3, ["dpor", "portfolio"]),
        (searching.SHORT + 1, ["portfolio", "dpor"]),
        (0, ["portfolio"]),
    ],
)
def test_samples_are_for_what_is_not_soon_exhausted(
    exhaust: int, expected: list[str], explored: Explore, strategies: list[str]
) -> None:
    plain = Scenario("1 item, 1 consumer", (Put(1), CheckOk()), (TAKER,))
    found = explored(REFERENCE, Job(plain, early_timeouts=0, samples=5, exhaust=exhaust))
    assert strategies == expected
    assert found.exhausted is (expected[-1] == "dpor")
    cut = {"dpor": "", "portfolio": f"limit of {exhaust or 5} executions"}
    assert found.cut == cut[expected[-1]]


@pytest.mark.parametrize("target", [REFERENCE, OSS2])
def test_right_ones_are_right_in_every_ordinary_job_of_a_quick_run(
    target: str, explored: Explore
) -> None:
    for job in bounded.ordinary(DEPTHS["quick"]):
        found = explored(target, job)
        assert found.exhausted, job.name
        assert found.counts == {}, job.name


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("end_before_the_failure", "TQ-3.7"),
        ("empty_then_get", "TQ-2.1"),
        ("if_instead_of_while", "TQ-1.4"),
        ("end_is_put_back_in_silence", "TQ-2.1"),
        ("counts_consumers_as_they_arrive", "TQ-2.3"),
    ],
)
def test_what_only_a_schedule_shows_is_found_by_exhaustion_alone(
    name: str, clause: str, explored: Explore, specimen: Target
) -> None:
    found = explored(specimen(f"specimens/schedule/{name}"), FAULTS, exhaust=20_000)
    assert clause in found.counts


@pytest.mark.parametrize(
    ("name", "family", "depth", "job", "clause", "fragment"),
    [
        (
            "looks_before_the_last_join",
            bounded.ordinary,
            "quick",
            "the consumer is gone, and then the producer fails",
            "TQ-3.1",
            "returned as if nothing had failed",
        ),
        (
            "condition_of_the_class",
            bounded.several_queues,
            "default",
            "consumers wait in both queues",
            "TQ-2.1",
            "is in get()",
        ),
        (
            "deeper/items_by_the_wall_clock",
            bounded.in_order,
            "default",
            "the clock is set back between two items",
            "TQ-1.2",
            "which had been put earlier",
        ),
    ],
)
def test_what_takes_others_to_be_gone_or_waiting_is_found_by_exhaustion_alone(
    name: str,
    family: Callable[[Depth], list[Job]],
    depth: str,
    job: str,
    clause: str,
    fragment: str,
    explored: Explore,
    specimen: Target,
) -> None:
    (chosen,) = (one for one in family(DEPTHS[depth]) if one.name == job)
    for right in (REFERENCE, OSS2):
        seen = explored(right, chosen, samples=0)
        assert seen.exhausted
        assert seen.counts == {}
    wrong = explored(specimen(f"specimens/{name}"), chosen, samples=0)
    assert any(fragment in one.seen for one in wrong.contradictions if one.clause == clause)


TWO_CALLERS = Job(
    Scenario("two callers", (Put(1),), (TAKER,), callers=2),
    early_timeouts=0,
    oracle="second_run_refused",
    special=True,
    exhaust=20_000,
)


def test_of_two_who_call_run_at_the_same_time_one_is_refused(
    explored: Explore, specimen: Target
) -> None:
    right = explored("taskqueue_reference:TaskQueue", TWO_CALLERS)
    assert right.exhausted
    assert right.counts == {}
    assert right.executions > 10
    wrong = explored(specimen("specimens/schedule/two_first_runs"), TWO_CALLERS)
    assert set(wrong.counts) == {"TQ-2.15"}
    assert "2 were accepted" in wrong.contradictions[0].seen


def test_an_end_of_run_that_comes_early_in_another_order_is_found(
    explored: Explore, tmp_path: Path
) -> None:
    """run() and the consumer share no operation at their ends: one order of these is explored."""
    file = tmp_path / "forgets_a_consumer.py"
    file.write_text(
        "import queue, threading\n"
        "class TaskQueue:\n"
        "    def __init__(self, producer, consumers):\n"
        "        self.producer, self.consumers = producer, list(consumers)\n"
        "        self.items = queue.Queue()\n"
        "    def run(self):\n"
        "        for one in self.consumers:\n"
        "            threading.Thread(target=one, args=(self,), daemon=True).start()\n"
        "        self.producer(self)\n"
        "        self.items.put(None)\n"
        "    def put(self, item): self.items.put(item)\n"
        "    def get(self): return self.items.get()\n"
        "    def ok(self): return True\n"
    )
    job = Job(
        Scenario("1 item, 1 consumer", (Put(1),), ((Drain(),),)),
        early_timeouts=0,
        samples=0,
        exhaust=100,
    )
    found = explored(f"{file}:TaskQueue", job)
    assert set(found.counts) == {"TQ-2.3"}


def test_a_hang_that_a_poll_hides_is_named(explored: Explore) -> None:
    """oss2's class and a producer whose failure cannot be formatted: its thread dies silently."""
    found = explored(OSS2, FAULTS, kinds=("evil",))
    assert "TQ-2.2" in found.counts
    assert "only polling goes on" in found.contradictions[0].seen


def test_an_hour_takes_no_time(explored: Explore) -> None:
    hour = Scenario("an hour", (Sleep(3600.0), Put(1)), (TAKER,))
    found = explored(REFERENCE, Job(hour, early_timeouts=0, samples=1, steps=100_000))
    assert found.counts == {}
    assert found.steps > 7_000  # run() looks up every half second


def test_a_run_that_returns_late_is_late_by_the_virtual_clock(
    explored: Explore, specimen: Target
) -> None:
    job = Job(SMALL, early_timeouts=0, samples=5, oracle="run_ends_at_once", special=True)
    found = explored(specimen("specimens/polls_twice_a_second"), job)
    assert "TQ-2.17" in found.counts
    assert explored(REFERENCE, job).counts == {}


@pytest.mark.parametrize(
    ("oracle", "changes", "clause"),
    [
        ("failed_start", {"failed_starts": True}, "TQ-2.14"),
        ("interrupt_turns_ok_false", {"interrupts": True}, "TQ-2.16"),
    ],
)
def test_failed_starts_and_interrupts_come_anywhere(
    oracle: str, changes: dict[str, bool], clause: str, explored: Explore
) -> None:
    (job,) = (
        one
        for one in (
            *bounded.failing_starts(DEPTHS["default"]),
            *bounded.interrupted_and_polled(DEPTHS["default"]),
        )
        if one.oracle == oracle
        and one.scenario.name in ("a consumer polls ok()", "the producer polls ok()")
    )
    assert all(getattr(job, name) is value for name, value in changes.items())
    assert set(explored(OSS2, job).counts) == {clause}
    right = explored(REFERENCE, job, exhaust=300)
    assert right.counts == {}
    assert right.executions > 50


def test_a_contradiction_is_minimised_drawn_and_replays(
    explored: Explore, specimen: Target
) -> None:
    target = specimen("specimens/schedule/end_before_the_failure")
    found = explored(target, FAULTS).contradictions[0]
    place, scope = place_of(load(target), *names_of(target))
    job = Job.from_json({**FAULTS.to_json(), "only": found.clause})
    small = show(job, found.schedule, place, scope, smaller=True).contradictions[0]
    assert "counted from the default schedule" in small.smaller
    drawn = "\n".join(small.lanes)
    assert "return not self.failed" in drawn
    assert "the producer" in drawn
    again = show(job, small.schedule, place, scope, smaller=False).contradictions[0]
    assert (again.clause, again.seen) == (small.clause, small.seen)
    assert again.history.events == small.history.events


def test_the_same_seed_finds_the_same(
    monkeypatch: pytest.MonkeyPatch, explored: Explore, specimen: Target
) -> None:
    # How long a busy machine takes to find more of the same is nobody's seed.
    monkeypatch.setattr("taskqueue_conformance.engine.searching.WRONG_SECONDS", 3600.0)
    target = specimen("specimens/schedule/empty_then_get")
    one, two = (explored(target, FAULTS, samples=60, exhaust=0, seed=7) for _ in range(2))
    assert one.counts == two.counts
    assert [c.schedule for c in one.contradictions] == [c.schedule for c in two.contradictions]


# -- what is under control -----------------------------------------------------------------------


def test_a_pipe_is_out_of_control_and_named(explored: Explore, specimen: Target) -> None:
    target = specimen("innocents/wakes_through_a_pipe")
    place, scope = place_of(load(target), *names_of(target))
    found = search(FAULTS, place, scope, stall=0.5)
    assert "os.read(" in found.uncontrolled
    assert not found.exhausted


def test_a_class_that_a_package_hands_on_is_under_control(
    explored: Explore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "handed"
    package.mkdir()
    (package / "__init__.py").write_text("from handed._queue import TaskQueue\n")
    (package / "_queue.py").write_text(Path(_file_of(REFERENCE)).read_text())
    (tmp_path / "wraps_it.py").write_text(
        "import handed\n"
        "class TaskQueue:\n"
        "    def __init__(self, producer, consumers):\n"
        "        self.inner = handed.TaskQueue(lambda q: producer(self),\n"
        "            [lambda q, one=one: one(self) for one in consumers])\n"
        "    def run(self): return self.inner.run()\n"
        "    def put(self, item): self.inner.put(item)\n"
        "    def get(self): return self.inner.get()\n"
        "    def ok(self): return self.inner.ok()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for target in ("handed:TaskQueue", "wraps_it:TaskQueue"):
        found = explored(target, FAULTS)
        assert found.exhausted, found.uncontrolled
        assert not found.contradictions


def test_threads_from_outside_the_scope_are_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere.py").write_text(Path(_file_of(REFERENCE)).read_text())
    (tmp_path / "wraps_it.py").write_text("from elsewhere import TaskQueue as Queue\n")
    monkeypatch.syspath_prepend(tmp_path)
    load("wraps_it:Queue")
    found = search(FAULTS, ("wraps_it", "Queue"), ["wraps_it"])
    assert found.uncontrolled == ESCAPED


def test_what_cannot_be_performed_under_the_engine_is_not_proved(tmp_path: Path) -> None:
    """As a module that is fit to be imported once: no execution ever gets to the queue."""
    file = tmp_path / "once.py"
    file.write_text(
        "import builtins\n"
        "from taskqueue_reference import TaskQueue as Queue\n"
        "if hasattr(builtins, '_once'): raise ImportError('once only')\n"
        "builtins._once = True\n"
        "class TaskQueue(Queue): pass\n"
    )
    try:
        load(f"{file}:TaskQueue")
        found = search(FAULTS, ("once", "TaskQueue"), ["once"])
    finally:
        import builtins

        del builtins._once  # type: ignore[attr-defined]
    assert "once only" in found.uncontrolled
    assert not found.exhausted


def _file_of(target: str) -> str:
    import sys

    load(target)
    return str(sys.modules[target.partition(":")[0]].__file__)


def test_a_job_survives_its_way_to_the_child() -> None:
    scenario = Scenario("x", (Put(2), Fail()), ((Take(1),), TAKER))
    job = Job(scenario, kinds=("error", "evil"), faults=2, interrupts=True, only="TQ-1.1", seed=9)
    assert Job.from_json(job.to_json()) == job
    with pytest.raises(ValueError, match="no field nonsense"):
        Job.from_json({**job.to_json(), "nonsense": 1})
