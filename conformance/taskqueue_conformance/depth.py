"""How thorough a run is: one place for all the numbers that grow with it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "DEPTHS", "Depth"]


Sizes = tuple[tuple[int, int], ...]
"""Numbers of items and of consumers."""

_SMALL: Sizes = ((1, 1), (2, 1), (1, 2), (2, 2))


@dataclass(frozen=True)
class Depth:
    """The sizes of one depth.

    Attributes:
        name: as `--tq-depth` takes it.
        cap: seconds after which a scenario that makes progress is given up.
        budget: seconds of processor time for all scenarios on real threads together.
        slow: seconds that a slow producer pauses; longer than common polling intervals.
        late: seconds that the last callback works on after the others have ended.
        items: of the large workloads.
        consumers: of the wide ones; more than the 32 or 64 that pools and tables like to have.
        backlogs: items that wait at a time.
        backlog: items that wait at the same time in the largest workload; with 0 there is none.
        crowd: callbacks that meet; more than any limit that seems large enough.
        failures: of one run, all but the first told of that one.
        repeats: of each stress test (pytest-repeat).
        examples: that Hypothesis draws for each property.
        kinds: of failure that are raised at every point, not only at some.
        runs: queues made in a row, to see what piles up.
        faulty: (items, consumers) that the engine exhausts with a fault anywhere.
        timed: the same with an early timeout anywhere.
        faultless: the same with neither.
        special: the same with faults that need a clause of their own.
        samples: schedules that are tried where a scenario is not soon exhausted.
        exhaust: executions that exhausting it may take.
        longest: seconds of processor time that exhausting it may take.
        portfolio: schedules of each scenario that is sampled.
        drawn: workloads that Hypothesis draws for the engine; with 0 none.
        schedules: of each of these.
        minimised: contradictions that are made smaller before they are drawn, of one run.
        hangs_repeated: hangs up to which each is repeated, to see whether it comes back.
        explore: seconds of processor time for the engine; what is left then is only sampled.
    """

    name: str
    cap: float
    budget: float
    slow: float
    late: float
    items: int
    consumers: int
    backlogs: tuple[int, ...]
    backlog: int
    crowd: int
    failures: int
    repeats: int
    examples: int
    kinds: tuple[str, ...]
    runs: int
    faulty: Sizes
    timed: Sizes
    faultless: Sizes
    special: Sizes
    samples: int
    exhaust: int
    longest: float
    portfolio: int
    drawn: int
    schedules: int
    minimised: int
    hangs_repeated: int
    explore: float


DEPTHS = {
    "quick": Depth(
        name="quick",
        cap=25.0,
        budget=45.0,
        slow=0.7,
        late=1.2,
        items=2_000,
        consumers=34,
        backlogs=(60, 150),
        backlog=0,
        crowd=34,
        failures=20,
        repeats=1,
        examples=12,
        kinds=("error",),
        runs=40,
        faulty=((1, 1),),
        timed=((1, 1),),
        faultless=((1, 2), (2, 1)),
        special=((1, 1),),
        samples=5,
        exhaust=200,
        longest=0.8,
        portfolio=0,
        drawn=0,
        schedules=10,
        minimised=2,
        hangs_repeated=0,
        explore=2.5,
    ),
    "default": Depth(
        name="default",
        cap=25.0,
        budget=100.0,
        slow=1.5,
        late=2.5,
        items=20_000,
        consumers=70,
        backlogs=(60, 300, 1_100, 5_000),
        backlog=60_000,
        crowd=300,
        failures=40,
        repeats=5,
        examples=80,
        kinds=("error", "system_exit", "keyboard_interrupt", "generator_exit"),
        runs=60,
        faulty=_SMALL,
        timed=_SMALL,
        faultless=((3, 2),),
        special=((1, 1), (1, 2)),
        samples=20,
        exhaust=20_000,
        longest=12.0,
        portfolio=100,
        drawn=50,
        schedules=30,
        minimised=8,
        hangs_repeated=3,
        explore=45.0,
    ),
    "deep": Depth(
        name="deep",
        cap=120.0,
        budget=7_200.0,
        slow=12.0,
        late=12.0,
        items=100_000,
        consumers=140,
        backlogs=(60, 300, 1_100, 5_000, 20_000),
        backlog=200_000,
        crowd=300,
        failures=70,
        repeats=40,
        examples=1_500,
        kinds=(
            "error",
            "system_exit",
            "keyboard_interrupt",
            "generator_exit",
            "base",
            "stop_iteration",
        ),
        runs=200,
        faulty=(*_SMALL, (3, 2), (2, 3)),
        timed=_SMALL,
        faultless=((3, 3),),
        special=_SMALL,
        samples=200,
        exhaust=2_000_000,
        longest=600.0,
        portfolio=5_000,
        drawn=500,
        schedules=50,
        minimised=30,
        hangs_repeated=3,
        explore=1_200.0,
    ),
}
"""By name, from the shallowest to the deepest."""

DEFAULT = "default"
