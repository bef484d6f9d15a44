"""The supervised child: whatever it does, an answer comes back."""

from __future__ import annotations

import functools
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taskqueue_harness import supervise
from taskqueue_harness.owntime import OwnTime
from taskqueue_harness.supervise import Supervisor
from taskqueue_harness.supervised import PIECE, Reply

HERE = str(Path(__file__).resolve().parent)

# -- what runs in the child ----------------------------------------------------------------------

prepared: list[int] = []
LONG = {
    "many": [[number, "word", None] for number in range(3 * PIECE + 1)],
    "deep": [{"some": list(range(PIECE + 1)), "none": [], "nothing": {}, "": "\t\n"}, [], {}, 1.5],
    "words": "many " * PIECE,
}


def compute(seconds: float) -> None:
    """Use so much of the processor."""
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass


def prepare(argument: Any) -> Any:
    if argument == "exit":
        os._exit(0)
    if argument == "hang":
        time.sleep(60)
    if argument == "computes":
        compute(1.0)
    if argument == "threads":
        import threading

        threading.Thread(target=threading.Event().wait, daemon=True).start()
    prepared.append(os.getpid())
    return {"argument": argument}


def perform(payload: Any, reply: Reply) -> bool:
    what = payload["do"]
    if what == "exit":
        os._exit(7)
    elif what == "kill":
        os.kill(os.getpid(), 9)
    elif what == "hang":
        time.sleep(60)
    elif what == "raise":
        raise LookupError("from the child")
    elif what == "flood":
        for _ in range(200):
            print("x" * 10_000)
        print("the last words", file=sys.stderr, flush=True)
    elif what == "stay":
        reply("answered")
        time.sleep(60)
    elif what == "orphan" and os.fork() == 0:
        time.sleep(60)  # holds the pipes open
    elif what == "beat, then stop":
        reply.beat()
        os.kill(os.getpid(), 19)
    elif what == "stop":
        os.kill(os.getpid(), 19)
    elif what == "beat, and take five seconds":
        reply.beat()
        time.sleep(5.0)
    elif what == "beat, then hold the interpreter":
        reply.beat()
        compute(payload["seconds"])
    elif what == "done, then stop":
        reply.done()
        os.kill(os.getpid(), 19)
    elif what == "answer at length":
        reply(LONG)
        return False
    elif what == "leave":
        reply("answered")
        return True
    elif what == "answer, then take its time":
        reply("answered")
        compute(payload["seconds"])
        os._exit(0)
    reply(
        {
            "pid": os.getpid(),
            "prepared in": prepared[0],
            "optimised": sys.flags.optimize,
            "core": resource.getrlimit(resource.RLIMIT_CORE),
        }
    )
    return False


# -- the tests -----------------------------------------------------------------------------------


def supervisor(argument: Any = None, **how: Any) -> Supervisor:
    return Supervisor(
        "test_supervise:prepare", "test_supervise:perform", argument, roots=[HERE], **how
    )


@pytest.fixture
def child() -> Iterator[Supervisor]:
    with supervisor() as made:
        assert made.start(30).result == {"argument": None}
        yield made


def test_each_task_has_a_process_of_its_own_prepared_once(child: Supervisor) -> None:
    one, two = (child.perform({"do": "answer"}, 30).result for _ in range(2))
    assert one["pid"] != two["pid"]
    assert one["prepared in"] == two["prepared in"] not in (one["pid"], two["pid"])


def test_code_that_leaves_threads_behind_is_prepared_for_each_task() -> None:
    with supervisor("threads") as child:
        child.start(30)
        one, two = (child.perform({"do": "answer"}, 30).result for _ in range(2))
    assert one["pid"] == one["prepared in"] != two["prepared in"]


@pytest.mark.parametrize(
    ("what", "ended", "words"),
    [
        ("exit", "died", "exit code 7"),
        ("kill", "died", "SIGKILL"),
        ("raise", "died", "exit code 1"),
    ],
)
def test_an_end_without_an_answer_is_told(
    child: Supervisor, what: str, ended: str, words: str
) -> None:
    outcome = child.perform({"do": what}, 30)
    assert (outcome.ended, outcome.result) == (ended, None)
    assert words in outcome.how_it_died()
    # And the next task is served as if nothing had been.
    assert child.perform({"do": "answer"}, 30).ended == "returned"


def test_a_traceback_of_the_child_is_kept(child: Supervisor) -> None:
    assert "LookupError: from the child" in child.perform({"do": "raise"}, 30).output


def test_a_hang_ends_at_the_deadline(child: Supervisor) -> None:
    outcome = child.perform({"do": "hang"}, 0.3)
    assert outcome.ended == "overdue"
    assert "no sign of life" in outcome.how_it_died()


def is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("what", ["hang", "flood"])
def test_whoever_is_to_be_stopped_is_killed(child: Supervisor, what: str) -> None:
    begun: list[int] = []
    outcome = child.perform({"do": what}, 60, started=begun.append, stop=lambda: bool(begun))
    assert outcome.ended == "stopped"
    assert outcome.how_it_died() == "it was stopped"
    assert outcome.seconds < 60
    give_up = time.monotonic() + 60
    while is_there(begun[0]):  # until its parent has taken notice of its end
        assert time.monotonic() < give_up


def test_who_is_not_to_be_stopped_comes_back(child: Supervisor) -> None:
    asked: list[str] = []

    def stop() -> bool:
        asked.append("is it?")
        return False

    assert child.perform({"do": "answer"}, 60, stop=stop).ended == "returned"
    assert asked


def test_a_process_that_was_alive_and_is_stopped_is_given_up_early(child: Supervisor) -> None:
    outcome = child.perform({"do": "beat, then stop"}, 60, silence=0.3)
    assert outcome.ended == "overdue"
    assert outcome.seconds < 60


def test_a_process_that_was_never_heard_of_is_given_up_early(child: Supervisor) -> None:
    outcome = child.perform({"do": "stop"}, 60, silence=60, unheard=0.3)
    assert outcome.ended == "overdue"
    assert 0.3 <= outcome.silent <= outcome.seconds < 60


def test_who_was_heard_of_has_more_time(child: Supervisor) -> None:
    outcome = child.perform({"do": "beat, and take five seconds"}, 60, silence=60, unheard=4.0)
    assert outcome.ended == "returned"


@pytest.fixture
def crowd() -> Iterator[None]:
    """This thread, and what it starts, has one processor, and six others want it."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells whose time it was")
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usual)})
    command = [sys.executable, "-S", "-c", "while True: pass"]
    # Each in a session of its own: the kernel may share a processor out among sessions.
    others = [subprocess.Popen(command, start_new_session=True) for _ in range(6)]
    yield
    os.sched_setaffinity(0, usual)
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.usefixtures("crowd")
def test_time_in_which_others_had_the_processor_is_not_for_preparing() -> None:
    with supervisor("computes") as child:
        outcome = child.start(4.0)
    assert outcome.result == {"argument": "computes"}
    assert outcome.seconds > 4.0, "there was no crowd"


@pytest.mark.usefixtures("crowd")
def test_time_in_which_others_had_the_processor_is_not_for_its_end() -> None:
    with supervisor() as child:
        child.start(60)
        outcome = child.perform({"do": "answer, then take its time", "seconds": 0.4}, 120, 1.5)
    assert (outcome.result, outcome.exited, outcome.status) == ("answered", True, 0)
    assert outcome.seconds > 1.5, "there was no crowd"


@pytest.mark.usefixtures("crowd")
def test_time_in_which_others_had_the_processor_is_not_its_silence() -> None:
    with supervisor() as child:
        child.start(60)
        task = {"do": "beat, then hold the interpreter", "seconds": 0.4}
        outcome = child.perform(task, 120, silence=1.5)
    assert outcome.ended == "returned"
    assert outcome.seconds > 1.5, "there was no crowd"


def test_who_holds_the_interpreter_and_has_the_processor_is_given_up(child: Supervisor) -> None:
    task = {"do": "beat, then hold the interpreter", "seconds": 60.0}
    outcome = child.perform(task, 120, silence=1.5)
    assert outcome.ended == "overdue"
    assert 1.5 <= outcome.silent <= outcome.seconds < 120


@pytest.mark.parametrize(("what", "done"), [("beat, then stop", False), ("done, then stop", True)])
def test_whether_it_was_done_is_known(child: Supervisor, what: str, done: bool) -> None:
    outcome = child.perform({"do": what}, 60, silence=0.3)
    assert (outcome.ended, outcome.done) == ("overdue", done)


def test_a_long_answer_is_encoded_piece_by_piece(child: Supervisor) -> None:
    """The encoder holds the interpreter: nobody could beat for as long as all of it takes."""
    assert child.perform({"do": "answer at length"}, 30).result == LONG
    told, calls = Reply(), []
    dumps = told._dumps

    def recording(value: Any) -> str:
        calls.append(len(value) if isinstance(value, list | dict) else 1)
        return dumps(value)

    told._dumps = recording  # type: ignore[assignment]
    told._write = lambda fd, data: memoryview(data).nbytes
    told._close = lambda fd: None
    assert told(LONG)
    assert max(calls) == PIECE


class Late:
    """A clock for one who has no turn for a minute, a second or two after it was first asked."""

    def __init__(self) -> None:
        self.asked = 0

    def monotonic(self) -> float:
        self.asked += 1
        return time.monotonic() + (60.0 if self.asked > 40 else 0.0)


def test_time_in_which_the_supervisor_had_no_turn_is_nobodys_silence(
    child: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    child.perform({"do": "answer"}, 60)  # begun and prepared
    clock = Late()
    monkeypatch.setattr(supervise, "OwnTime", functools.partial(OwnTime, clock=clock.monotonic))
    outcome = child.perform({"do": "beat, and take five seconds"}, 120, silence=30)
    assert clock.asked > 40
    assert outcome.ended == "returned"


def test_a_flood_is_shortened_and_counted(child: Supervisor) -> None:
    outcome = child.perform({"do": "flood"}, 30)
    assert outcome.ended == "returned"
    assert outcome.output_bytes > 2_000_000
    assert len(outcome.output) < 70_000
    assert outcome.output.rstrip().endswith("the last words")


def test_an_answer_counts_although_a_grandchild_holds_the_pipes(child: Supervisor) -> None:
    assert child.perform({"do": "orphan"}, 30).ended == "returned"


def test_who_stays_after_the_answer_is_known_and_killed(child: Supervisor) -> None:
    outcome = child.perform({"do": "stay"}, 30, exit_seconds=0.3)
    assert (outcome.result, outcome.exited) == ("answered", False)


def test_who_is_at_work_after_the_answer_has_no_more_time_than_others(child: Supervisor) -> None:
    task = {"do": "answer, then take its time", "seconds": 60.0}
    outcome = child.perform(task, 120, exit_seconds=1.5)
    assert (outcome.result, outcome.exited) == ("answered", False)


def test_who_leaves_by_the_end_of_the_script_is_known_too(child: Supervisor) -> None:
    outcome = child.perform({"do": "leave"}, 30, exit_seconds=30)
    assert (outcome.result, outcome.exited, outcome.status) == ("answered", True, 0)


@pytest.mark.parametrize(("argument", "ended"), [("exit", "died"), ("hang", "overdue")])
def test_preparing_that_goes_wrong_is_told(argument: str, ended: str) -> None:
    with supervisor(argument) as child:
        outcome = child.start(1.0 if argument == "hang" else 30)
    assert (outcome.ended, outcome.result) == (ended, None)


def test_options_reach_the_interpreter() -> None:
    with supervisor(options=["-O"]) as child:
        child.start(30)
        assert child.perform({"do": "answer"}, 30).result["optimised"] == 1


def test_a_crash_leaves_no_core_file() -> None:
    """Whatever the limit is where the suite is run."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == 0:
        pytest.skip("this machine writes no core files for anybody")
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    child = supervisor()
    try:
        result = child.perform({"do": "nothing"}, 30.0, 5.0).result
    finally:
        child.close()
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    assert result is not None
    assert result["core"] == [0, hard]


def test_nothing_is_left_after_close() -> None:
    child = supervisor()
    child.start(30)
    pid = child.perform({"do": "answer"}, 30).result["prepared in"]
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert child.perform({"do": "answer"}, 1).ended == "died"
