"""What explore finds, proves and says, program by program (see `programs`)."""

import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import greenlet
import pytest
from tests.harness import programs

import taskqueue_harness
from taskqueue_harness import (
    Bounds,
    ExplorationFailed,
    Unloadable,
    explore,
    replay,
)
from taskqueue_harness.exploration import Exploration
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.strategies import STRATEGIES
from taskqueue_harness.turns import Turns

SAMPLERS = ("portfolio", "random", "pct", "site-pct", "pos", "preemptions")
CALM = Bounds(early_timeouts=0)


def name(program: Callable[[], None]) -> str:
    return program.__name__


@pytest.mark.parametrize("strategy", [*SAMPLERS, "dpor"])
@pytest.mark.parametrize("program", programs.RIGHT, ids=name)
def test_a_right_program_passes(program: Callable[[], None], strategy: str) -> None:
    explore(program, strategy=strategy, executions=30, bounds=CALM).check()


@pytest.mark.parametrize("strategy", [*SAMPLERS, "dpor"])
def test_who_goes_from_one_wait_to_the_next_has_not_polled_in_vain(strategy: str) -> None:
    """Without rewriting nothing but the waits is seen of a thread that gets on."""
    explore(programs.lockstep, strategy=strategy, executions=30, bounds=CALM, rewrite=False).check()


def test_who_polls_alone_for_ever_is_seen_before_the_limit() -> None:
    result = explore(programs.polls_alone, bounds=CALM)
    assert result.verdict == "livelock"
    assert result.outcome is not None
    assert not result.outcome.cut
    assert result.outcome.steps < 200


@pytest.mark.parametrize("strategy", [*SAMPLERS, "dpor", "dfs"])
@pytest.mark.parametrize("timeouts", [0, 1])
def test_who_polls_while_another_sleeps_for_long_is_not_called_a_livelock(
    strategy: str, timeouts: int
) -> None:
    """The clock goes on: the sleeper will wake, only not within the limit of operations."""
    bounds = Bounds(steps=2_000, early_timeouts=timeouts, polls=1)
    result = explore(programs.polls_for_an_hour, strategy=strategy, executions=3, bounds=bounds)
    assert result.verdict in ("unfinished", "done")
    assert result.unfinished
    assert not result.exhausted
    assert any("were given up after 2,000 operations" in note for note in result.notes)


@pytest.mark.parametrize("steps", range(200, 1_300, 50))
def test_who_polls_between_pauses_is_not_called_a_livelock(steps: int) -> None:
    """Wherever the limit comes: who sleeps most of the time need not sleep at that moment."""
    bounds = Bounds(steps=steps, early_timeouts=0, polls=1)
    result = explore(programs.polls_between_pauses, executions=3, bounds=bounds)
    assert result.verdict in ("unfinished", "done")


@pytest.mark.parametrize("strategy", [*SAMPLERS, "dpor", "dfs"])
def test_time_passes_however_busy_others_are(strategy: str) -> None:
    """They poll without a pause, and no two rounds are the same: nobody sees that they poll."""
    bounds = Bounds(steps=4_000, early_timeouts=0)
    result = explore(programs.polls_without_a_pause, strategy=strategy, executions=3, bounds=bounds)
    assert (result.verdict, result.unfinished) == ("done", 0)
    assert not result.exhausted


@pytest.mark.parametrize("strategy", [*SAMPLERS, "dpor", "dfs"])
def test_no_time_passes_for_whoever_gets_on(strategy: str) -> None:
    bounds = Bounds(steps=4_000, early_timeouts=0)
    program = programs.works_while_others_poll
    result = explore(program, strategy=strategy, executions=3, bounds=bounds)
    assert (result.verdict, result.unfinished) == ("done", 0)


@pytest.mark.parametrize("strategy", [*SAMPLERS, "dpor"])
def test_who_wakes_now_and_then_does_not_end_a_livelock(strategy: str) -> None:
    bounds = Bounds(steps=4_000, early_timeouts=0)
    result = explore(
        programs.polls_without_a_pause_for_ever, strategy=strategy, executions=3, bounds=bounds
    )
    assert result.verdict == "livelock"
    assert result.outcome is not None
    assert result.outcome.clock > 1


def test_who_backs_off_for_ever_is_a_livelock_although_time_goes_by() -> None:
    bounds = Bounds(steps=2_000, early_timeouts=0)
    result = explore(programs.backs_off_for_ever, executions=3, bounds=bounds)
    assert result.verdict == "livelock"
    assert result.outcome is not None
    assert result.outcome.clock > 1


def test_nothing_judged_is_no_pass() -> None:
    bounds = Bounds(steps=2_000, early_timeouts=0)
    result = explore(programs.polls_for_an_hour, executions=3, bounds=bounds)
    assert (result.verdict, result.grade, result.judged) == ("unfinished", "unverified", 0)
    with pytest.raises(ExplorationFailed, match="given up after 2,000 operations"):
        result.check()


def test_with_more_operations_the_sleeper_wakes() -> None:
    bounds = Bounds(steps=200_000, early_timeouts=0)
    result = explore(programs.polls_for_an_hour, executions=1, bounds=bounds)
    assert (result.verdict, result.unfinished) == ("done", 0)
    result.check()


@pytest.mark.parametrize("strategy", [*SAMPLERS, "dpor", "dfs"])
def test_who_goes_on_for_ever_is_a_livelock_that_replays(strategy: str) -> None:
    """Up to the limit, the half of it in turn: neither the reduction nor a replay is confused."""
    bounds = Bounds(steps=2_000, early_timeouts=0)
    result = explore(programs.passes_for_ever, strategy=strategy, executions=3, bounds=bounds)
    assert result.verdict == "livelock"
    assert result.outcome is not None
    assert result.outcome.cut
    assert result.reproduced
    again = replay(programs.passes_for_ever, result.token)
    assert again.verdict == "livelock"
    assert again.outcome is not None
    assert again.outcome.steps == result.outcome.steps


@pytest.mark.parametrize("strategy", ["dpor", "dfs"])
def test_what_was_done_in_turn_is_not_exhausted(strategy: str) -> None:
    """Beyond half the limit nobody chooses: that all executions ended does not prove anything."""
    result = explore(programs.meets_late, strategy=strategy, bounds=Bounds(steps=300))
    assert (result.verdict, result.executions, result.exhausted) == ("done", 1, False)
    assert result.cut.startswith("half the limit of 300 operations")
    assert result.grade != "proved"
    result = explore(programs.meets_late, strategy=strategy, bounds=Bounds(steps=3_000))
    assert (result.verdict, result.exhausted, result.cut) == ("done", True, "")
    assert result.executions > 1


@pytest.mark.parametrize("strategy", ["dpor", "dfs"])
def test_what_is_not_modelled_is_told_in_whichever_execution_it_ran(strategy: str) -> None:
    result = explore(programs.foreign_code_sometimes, strategy=strategy, bounds=CALM)
    assert result.exhausted
    assert result.not_modelled == ["difflib.get_close_matches was given a list"]
    assert set(result.not_modelled) <= set(result.notes)


@pytest.mark.parametrize("strategy", ["portfolio", "dpor"])
@pytest.mark.parametrize("program", programs.WRONG, ids=name)
def test_a_wrong_program_is_found_and_replays(program: Callable[[], None], strategy: str) -> None:
    result = explore(program, strategy=strategy, executions=500, bounds=CALM)
    assert result.verdict == programs.WRONG[program], result
    assert result.reproduced
    assert not result.exhausted
    again = replay(program, result.token)
    assert again.verdict == result.verdict
    assert again.outcome is not None
    assert result.outcome is not None
    assert again.outcome.message == result.outcome.message
    assert again.outcome.trace == result.outcome.trace


def test_small_programs_are_exhausted() -> None:
    result = explore(programs.module_lock_and_subclass, strategy="dpor", bounds=CALM)
    assert result.exhausted
    assert result.grade == "proved"


def test_who_takes_a_queues_mutex_comes_after_what_was_done_without_it() -> None:
    """Its methods are operations of their own until somebody asks for the mutex: a put before that
    and a put after it are in order all the same, and so are to be tried in both.
    """
    seen = set()
    explore(
        programs.puts_around_a_mutex,
        strategy="dpor",
        bounds=CALM,
        on_execution=lambda outcome: seen.add(outcome.value),
    ).check()
    assert seen == {(1, 2), (2, 1)}


def test_a_search_that_was_cut_is_not_exhausted() -> None:
    result = explore(programs.module_lock_and_subclass, strategy="dpor", executions=1)
    assert not result.exhausted
    assert "limit of 1 executions" in result.cut
    assert result.grade == "sampled"


def test_a_deadlock_says_who_waits_for_what() -> None:
    outcome = explore(programs.two_locks, strategy="dpor", bounds=CALM).outcome
    assert outcome is not None
    waits = {blocked.tid: blocked.held_by for blocked in outcome.blocked if blocked.tid}
    assert waits == {(0,): (1,), (1,): (0,)}


def test_no_thread_means_no_conclusion() -> None:
    result = explore(programs.no_threads, strategy="dpor")
    assert result.grade == "unverified"
    assert "no controlled thread" in result.notes[0]


def test_a_spin_that_never_ends_is_no_pass() -> None:
    assert explore(programs.spinning_for_ever, strategy="pct", executions=1).verdict == "stuck"


def test_early_timeouts_are_explored_within_their_bound() -> None:
    assert explore(programs.early_timeout, strategy="dpor", bounds=CALM).exhausted
    result = explore(programs.early_timeout, strategy="dpor", bounds=Bounds(early_timeouts=1))
    assert result.verdict == "failed"


@pytest.mark.parametrize(
    ("program", "bounds", "message"),
    [
        (
            programs.faulty_step,
            Bounds(faults=1, failed_starts=False, interrupts=False),
            "injected",
        ),
        (programs.start_or_leave_alone, Bounds(faults=1, interrupts=False), "a start failed"),
        (programs.interrupted, Bounds(faults=1, failed_starts=False), "KeyboardInterrupt"),
    ],
)
def test_a_fault_is_a_choice(program: Callable[[], None], bounds: Bounds, message: str) -> None:
    assert explore(program, strategy="dpor", bounds=CALM).ok
    result = explore(program, strategy="dpor", bounds=bounds)
    assert result.verdict == "failed"
    assert result.outcome is not None
    assert message in result.outcome.message
    assert replay(program, result.token).verdict == "failed"


@pytest.mark.parametrize("program", [programs.blocks_outside, programs.computes_for_ever])
def test_what_is_not_controlled_is_named(program: Callable[[], None]) -> None:
    result = explore(program, executions=5, stall=0.3)
    assert result.verdict == "uncontrolled"
    assert result.outcome is not None
    assert "programs.py" in result.outcome.traceback


def test_threads_that_catch_everything_are_torn_down() -> None:
    result = explore(programs.catches_everything, executions=3, repeats=0)
    assert result.ok
    assert "catch everything" in result.notes[-1]


def test_a_replay_under_other_choices_diverges() -> None:
    token = explore(programs.lost_update, strategy="dpor").token
    assert replay(programs.interrupted, token).verdict == "diverged"


def test_check_raises_the_report() -> None:
    with pytest.raises(ExplorationFailed, match="replay with token"):
        explore(programs.lost_update, strategy="dpor").check()


def test_a_local_function_is_brought_into_the_world() -> None:
    lock = threading.Lock

    def program() -> None:
        assert lock is threading.Lock
        assert type(lock()).__mro__[1].__module__.startswith("taskqueue_harness")

    explore(program, executions=2).check()


def test_a_class_inside_a_function_is_refused() -> None:
    class Local:
        pass

    with pytest.raises(Unloadable, match="module level"):
        explore(Local, executions=1)


def test_an_unknown_strategy_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="portfolio"):
        explore(programs.no_threads, strategy="luck")


def test_the_process_is_left_alone() -> None:
    before = threading.Lock, threading.Thread, threading.active_count()
    explore(programs.executor, executions=5)
    assert (threading.Lock, threading.Thread, threading.active_count()) == before


def test_the_same_seed_repeats_the_search() -> None:
    def search() -> list[list[int]]:
        schedules: list[list[int]] = []
        explore(
            programs.sleeps_end_in_order,
            executions=20,
            seed=7,
            on_execution=lambda outcome: schedules.append(list(outcome.choices)),
        )
        return schedules

    assert search() == search()


def test_public_names_exist() -> None:
    for public in taskqueue_harness.__all__:
        assert hasattr(taskqueue_harness, public)


def test_a_script_can_explore_a_function_of_its_own(tmp_path: Path) -> None:
    """What is executed afresh is not the script that explores, which would explore again."""
    script = tmp_path / "script.py"
    script.write_text(
        "import threading\n"
        "from taskqueue_harness import explore\n"
        "def program():\n"
        "    thread = threading.Thread(target=lambda: None)\n"
        "    thread.start()\n"
        "    thread.join()\n"
        'if __name__ == "__main__":\n'
        '    print(explore(program, strategy="dpor").grade)\n'
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "proved\n", done.stderr


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    """It is executed afresh for the threads under control, and would explore within them."""
    script = tmp_path / "script.py"
    script.write_text(
        "import threading\n"
        "from taskqueue_harness import explore\n"
        "def program():\n"
        "    threading.Lock().acquire()\n"
        "explore(program).check()\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=False
    )
    assert 'belongs under `if __name__ == "__main__":`' in done.stdout + done.stderr


def test_an_ended_exploration_does_not_refer_to_the_greenlet_of_its_thread() -> None:
    """greenlet frees that when the thread ends, counting the references to it.

    A collection in another thread, in which the exploration is garbage, makes the count wrong;
    the process crashed, once in some thousand explorations.
    """
    exploration = Exploration(programs.timer)
    strategy = STRATEGIES["random"](0)
    strategy.begin(exploration.kernel)
    exploration.execute(strategy)
    known: list[object] = [exploration]
    seen = {id(exploration)}
    while known:
        for value in gc.get_referents(known.pop()):
            assert value is not greenlet.getcurrent()
            if id(value) not in seen and not isinstance(value, (ModuleType, type)):
                seen.add(id(value))
                known.append(value)


def test_everybody_gets_a_turn_who_is_ready_at_odd_moments_only() -> None:
    """As one who waits for a lock that others keep taking: free, now and then, for a moment."""
    kernel = Kernel(Bounds())
    one, two, late = [kernel._fiber((number,), number) for number in range(3)]
    turns = Turns([one, two, late], clock=0.0, step=0)
    chosen = []
    for step in range(12):
        # Taking turns by the number of the step would never meet the third.
        ready: list[Any] = [one, two, late] if step % 3 != 2 else [one, two]
        chosen.append(ready[turns.choose(ready, step)])
    assert chosen.count(late) >= 3
    assert chosen.count(one) >= 3
    assert chosen.count(two) >= 3
