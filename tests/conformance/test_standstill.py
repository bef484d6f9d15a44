"""Whether the kernel's word for it that nothing can happen any more is understood."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from taskqueue_conformance import standstill

pytestmark = pytest.mark.skipif(
    standstill._FUTEX is None or not sys.platform.startswith("linux"),
    reason="the kernel of this machine tells nothing of its threads",
)

PRELUDE = """
import multiprocessing, os, queue, signal, subprocess, sys, threading, time
from taskqueue_conformance.standstill import Standstill

def never():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()

def start(body):
    threading.Thread(target=body, daemon=True).start()

def watch(looks):
    standing = Standstill(frozenset({threading.get_native_id()}))
    found = False
    for _ in range(looks):
        found = found or standing.look()
    print("for good" if found else "perhaps not", end="", flush=True)
    os._exit(0)
"""

FOR_GOOD = {
    "a lock": "never()",
    "an event": "threading.Event().wait()",
    "a queue": "queue.Queue().get()",
    "a thread that waits": "t = threading.Thread(target=never); t.start(); t.join()",
    "locks in the wrong order": """
        one, other, meet = threading.Lock(), threading.Lock(), threading.Barrier(2)
        def cross(first, second):
            with first:
                meet.wait()
                with second:
                    pass
        start(lambda: cross(one, other))
        cross(other, one)
    """,
}

PERHAPS_NOT = {
    "a time limit": "start(never); threading.Event().wait(60)",
    "a sleep": "start(never); time.sleep(60)",
    "a thread that polls": """
        def poll():
            while not threading.Event().wait(0.001):
                pass
        start(poll)
        never()
    """,
    "a pipe": "start(never); os.read(os.pipe()[0], 1)",
    "a lock shared with other processes": """
        lock = multiprocessing.get_context("fork").Lock()
        lock.acquire()
        lock.acquire()
    """,
    "an alarm": "signal.setitimer(signal.ITIMER_REAL, 60); never()",
    "a child that will end": """
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        never()
    """,
    "two that pass a token to and fro": """
        one, other = threading.Semaphore(1), threading.Semaphore(0)
        def play(mine, yours):
            while True:
                mine.acquire()
                yours.release()
        start(lambda: play(one, other))
        play(other, one)
    """,
    "a thread at work": """
        def work():
            while True:
                sum(range(1000))
        sys.setswitchinterval(1e-5)
        start(work)
        never()
    """,
}


def seen_of(body: str, looks: int) -> str:
    program = f"{PRELUDE}\nstart(lambda: watch({looks}))\n{textwrap.dedent(body)}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", FOR_GOOD)
def test_what_no_thread_can_end_is_seen(name: str) -> None:
    assert seen_of(FOR_GOOD[name], looks=5_000) == "for good"


@pytest.mark.parametrize("name", PERHAPS_NOT)
def test_what_may_still_go_on_is_left_alone(name: str) -> None:
    assert seen_of(PERHAPS_NOT[name], looks=2_000) == "perhaps not"
