"""A program that runs an event loop is out of control, which is said, and nobody's fault."""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.runners
import concurrent.futures
import sys
import threading
from asyncio import run
from asyncio.events import new_event_loop
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_harness import Driver, Outcome, World, explore


def runs_calls_in_a_pool() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            await asyncio.gather(*[loop.run_in_executor(pool, abs, -1) for _ in range(2)])

    asyncio.run(main())


def runs_calls_in_threads() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(2))
        await asyncio.gather(asyncio.to_thread(abs, -1), asyncio.to_thread(abs, -2))

    run(main())


def runs_by_the_module_of_runners() -> None:
    asyncio.runners.run(asyncio.sleep(0))


def runs_in_a_thread() -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def is_made_in_a_thread() -> None:
    thread = threading.Thread(target=lambda: new_event_loop().close())
    thread.start()
    thread.join()


def is_made_by_the_module_of_events() -> None:
    asyncio.events.new_event_loop().close()


def is_made_by_a_policy() -> None:
    asyncio.get_event_loop_policy().new_event_loop().close()


def is_made_by_its_class() -> None:
    asyncio.SelectorEventLoop().close()


def is_of_a_class_of_ones_own() -> None:
    class Loop(asyncio.SelectorEventLoop):
        pass

    Loop().close()


def wraps_a_future() -> None:
    asyncio.wrap_future(concurrent.futures.Future())


LOOPS: list[Callable[[], None]] = [
    runs_calls_in_a_pool,
    runs_calls_in_threads,
    runs_by_the_module_of_runners,
    runs_in_a_thread,
    is_made_in_a_thread,
    is_made_by_the_module_of_events,
    is_made_by_a_policy,
    is_made_by_its_class,
    is_of_a_class_of_ones_own,
    wraps_a_future,
]
if sys.version_info >= (3, 11):

    def is_made_in_a_runner() -> None:
        with asyncio.Runner() as runner:
            runner.run(asyncio.sleep(0))

    LOOPS.append(is_made_in_a_runner)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("keep_going", [False, True])
@pytest.mark.parametrize("program", LOOPS)
def test_an_event_loop_is_out_of_control(program: Callable[[], None], keep_going: bool) -> None:
    result = explore(program, executions=3, keep_going=keep_going)
    assert result.verdict == "uncontrolled", result
    assert result.outcome is not None
    assert "an asyncio event loop" in result.outcome.message
    assert "test_world_asyncio.py" in result.outcome.message


def needs_no_loop() -> None:
    async def answer() -> int:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            raise
        return 1

    class Loop(asyncio.AbstractEventLoop):
        pass

    assert asyncio.iscoroutinefunction(answer)
    assert asyncio.Queue(3).empty()
    assert issubclass(asyncio.SelectorEventLoop, asyncio.BaseEventLoop)
    assert issubclass(Loop, asyncio.events.AbstractEventLoop)
    assert asyncio.run is run is asyncio.runners.run
    assert asyncio.new_event_loop is new_event_loop is asyncio.events.new_event_loop
    asyncio.set_event_loop(None)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise AssertionError("there is no loop")


def test_what_needs_no_loop_is_there() -> None:
    def program() -> None:
        threads = [threading.Thread(target=needs_no_loop) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    result = explore(program, executions=10)
    assert result.ok, result


def test_the_loops_of_the_process_are_left_alone() -> None:
    async def answer() -> int:
        return await asyncio.to_thread(lambda: 1)

    assert explore(needs_no_loop, executions=1).verdict == "done"
    assert asyncio.run(answer()) == 1


@pytest.mark.parametrize("strategy", ["portfolio", "dpor"])
def test_control_may_be_lost_under_some_schedules_only(strategy: str) -> None:
    def program() -> None:
        looked = []
        thread = threading.Thread(target=lambda: looked.append(1))
        thread.start()
        if looked:
            asyncio.run(asyncio.sleep(0))
        thread.join()

    result = explore(program, strategy=strategy, executions=100)
    assert result.verdict == "uncontrolled"
    assert not result.exhausted


def test_a_thread_that_failed_before_is_not_to_blame() -> None:
    """What failed may have failed for want of what is out of control."""

    def program() -> None:
        thread = threading.Thread(target=lambda: 1 // 0)
        thread.start()
        thread.join()
        asyncio.run(asyncio.sleep(0))

    assert explore(program).verdict == "uncontrolled"


def test_a_judge_is_not_asked_of_what_was_given_up() -> None:
    judged = []

    def drive(world: World) -> None:
        loops: Any = world.module("asyncio")
        loops.new_event_loop()

    def judge(outcome: Outcome) -> None:
        judged.append(outcome.verdict)
        outcome.verdict = "done"

    result = explore(Driver(drive, judge), keep_going=True)
    assert result.verdict == "uncontrolled"
    assert judged == []
