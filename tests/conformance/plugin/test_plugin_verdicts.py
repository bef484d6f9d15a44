"""Exit statuses, whatever the implementation does, and whatever is done to the run."""

from __future__ import annotations

import os
import re
import select
import signal
from typing import TYPE_CHECKING

import pytest

from taskqueue_conformance.suite.test_5_stress import NAMES as STRESS

if TYPE_CHECKING:
    from tests.conformance.plugin.conftest import PATIENCE, Host
else:
    PATIENCE = 240.0

CLAUSE = "test_2_1_"
ONE_SCENARIO = ("--tq-scenario", "3 items, 2 consumers")


def in_run(*lines: str) -> str:
    """An implementation whose run() does something else first."""
    body = "\n".join(f"        {line}" for line in lines)
    return f"""import os, signal, sys, threading
from taskqueue_reference import TaskQueue as Right

class TaskQueue(Right):
    def run(self):
{body}
        super().run()
"""


DEAF = "[signal.signal(number, signal.SIG_IGN) for number in (2, 15)]"
FLOOD = "[print('x' * 100_000) for _ in range(200)]"
HANG = "threading.Event().wait()"

# By name: what run() does first, the clause that it contradicts, and what is said of it.
HOSTILE = {
    "exits": (["os._exit(0)"], "TQ-2.1", "exit code 0"),
    "kills": (["os.kill(os.getpid(), signal.SIGKILL)"], "TQ-2.1", "SIGKILL"),
    "hangs": ([HANG], "TQ-2.1", "run()"),
    "deaf": ([DEAF, HANG], "TQ-2.1", "run()"),
    "spins": (["while True: pass"], "TQ-2.1", "run()"),
    "floods": ([FLOOD, HANG], "TQ-2.1", "run()"),
    "interrupts": (["signal.raise_signal(signal.SIGINT)"], "TQ-3.8", "KeyboardInterrupt"),
    "leaves": (["sys.exit(0)"], "TQ-3.8", "SystemExit"),
}


def test_whatever_run_does_there_is_a_verdict(host: Host) -> None:
    """Exit status 1, and of the two clauses the one that is contradicted is named."""
    runs = {}
    for name, (lines, _, _) in HOSTILE.items():
        host.write(f"{name}.py", in_run(*lines))
        # The factor shortens the waiting for hangs; nothing else here is a matter of time.
        chosen = ["-k", "test_2_1_ or test_3_8_", *ONE_SCENARIO, "--tq-timeout", "0.2"]
        runs[name] = ["--impl", name, *chosen]
    for name, ran in host.suites(runs).items():
        _, clause, words = HOSTILE[name]
        other = {"TQ-2.1": "TQ-3.8", "TQ-3.8": "TQ-2.1"}[clause]
        assert ran.status == 1, (name, ran.output)
        assert ran.place(clause) == "FAILED", (name, ran.output)
        assert ran.place(other) in ("ok", "blocked"), (name, ran.output)
        assert words in ran.output, (name, ran.output)
        assert len(ran.output) < 20_000, name


def test_a_hang_shows_where_each_thread_waits(host: Host) -> None:
    host.write("hangs.py", in_run("threading.Event().wait()  # for nothing"))
    ran = host.suite("--impl", "hangs", "-k", CLAUSE, *ONE_SCENARIO, "--tq-timeout", "0.2")
    assert ran.status == 1, ran.output
    assert "threading.Event().wait()  # for nothing" in ran.output


def test_it_comes_back_under_xdist(host: Host) -> None:
    host.write("exits.py", in_run("os._exit(0)"))
    ran = host.suite("--impl", "exits", "-k", f"{CLAUSE} or test_4_2_", "-n", "2")
    assert ran.status == 1, ran.output
    assert (ran.place("TQ-2.1"), ran.place("TQ-4.2")) == ("FAILED", "ok"), ran.output


def test_a_conformant_one_ends_with_0(host: Host) -> None:
    """The whole suite at its smallest depth, spread over two workers, and no process is left.

    It reaches every line and every branch of the reference.
    """
    ran = host.suite("-n", "2", "--tq-cov")
    assert ran.status == 0, ran.output
    assert "conformant to core: 30 of 30 verified" in ran.output
    assert re.search(r"task_queue\.py: (\d+) of \1 statements reached$", ran.output, re.MULTILINE)


def test_profiles_decide_what_counts(host: Host) -> None:
    """TQ-2.13 belongs to strict: it is shown, and decides only there."""
    host.write(
        "accepts.py",
        """
        from taskqueue_reference import TaskQueue as Right

        class TaskQueue(Right):
            def __init__(self, producer, consumers):
                super().__init__(producer, list(consumers) or [lambda queue: None])
        """,
    )
    common = ["--impl", "accepts", "-k", "test_2_13_", "--tq-profile"]
    ran = host.suites({name: [*common, name] for name in ("core", "strict")})
    for name, status in (("core", 0), ("strict", 1)):
        assert ran[name].status == status, ran[name].output
        assert ran[name].place("TQ-2.13") == "FAILED", ran[name].output
    assert "1 xfailed" in ran["core"].output
    assert "1 failed" in ran["strict"].output


def test_nothing_collected_ends_with_5(host: Host) -> None:
    runs = {"alone": [], "xdist": ["-n", "2"]}
    ran = host.suites({name: ["-k", "no_such_test", *more] for name, more in runs.items()})
    assert [one.status for one in ran.values()] == [5, 5], ran


def test_an_incomplete_run_ends_with_6(host: Host) -> None:
    """A part of a run that was chosen is no fault; to a gate it is."""
    chosen = ["-k", "test_4_2_"]
    ran = host.suites({"chosen": chosen, "gate": [*chosen, "--tq-gate"]})
    assert ran["chosen"].status == 0, ran["chosen"].output
    assert "partial run of core (-k 'test_4_2_'): 1 of 30 verified" in ran["chosen"].output
    assert ran["gate"].status == 6, ran["gate"].output
    assert "incomplete for core: 1 of 30 verified, 29 not run" in ran["gate"].output


def test_a_clause_that_cannot_be_judged_ends_with_6(host: Host) -> None:
    """Not green, though no test fails: every scenario of TQ-1.2 hangs for another clause's sake."""
    host.write("hangs.py", in_run(HANG))
    ran = host.suite(*("--impl", "hangs", "-k", "test_1_2_", *ONE_SCENARIO, "--tq-timeout", "0.2"))
    assert ran.status == 6, ran.output
    assert ran.place("TQ-1.2") == "blocked", ran.output
    assert "1 skipped" in ran.output


# -- interrupts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["interrupt", "kill"])
def test_an_interrupted_run_comes_back_and_leaves_nothing(
    host: Host, workers: tuple[str, ...], number: signal.Signals
) -> None:
    """Ctrl-C while a scenario hangs that would be given up in five minutes; then the worst of all.

    That no process is left is asserted by the fixture after each test.
    """
    pipe = host.folder / "started"
    os.mkfifo(pipe)
    host.write(
        "hangs.py",
        in_run(f"os.write(os.open({str(pipe)!r}, os.O_WRONLY), b'.')", "threading.Event().wait()"),
    )
    ours = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        chosen = ("--impl", "hangs", "-k", f"{CLAUSE} or test_4_2_", "--tq-timeout", "100")
        process = host.start(*host.quick, *chosen, *workers)
        assert select.select([ours], [], [], PATIENCE)[0], "no scenario was started"
        process.send_signal(number)
        ran = host.finish(process)
    finally:
        os.close(ours)
    expected = 2 if number is signal.SIGINT else -signal.SIGKILL
    assert ran.status == expected, ran.output
    assert "INTERNALERROR" not in ran.output


def test_stress_tests_that_hang_are_waited_for_together(host: Host) -> None:
    """All are under way before the first is given up, which would take five minutes here."""
    pipe = host.folder / "started"
    os.mkfifo(pipe)
    host.write(
        "hangs.py",
        in_run(f"os.write(os.open({str(pipe)!r}, os.O_WRONLY), b'.')", "threading.Event().wait()"),
    )
    ours = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        chosen = ("--impl", "hangs", "-k", "test_5_stress", "--tq-timeout", "100")
        process = host.start(*host.quick, *chosen)
        started = b""
        while len(started) < len(STRESS):
            assert select.select([ours], [], [], PATIENCE)[0], f"{len(started)} were started"
            started += os.read(ours, len(STRESS))
        process.send_signal(signal.SIGINT)
        ran = host.finish(process)
    finally:
        os.close(ours)
    assert ran.status == 2, ran.output
