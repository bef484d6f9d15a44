"""Runs foreign code in a child process that may hang, crash, exit or flood, and always comes back.

A `Supervisor` starts one Python process, has it *prepare* (import the foreign code, once), and then
has it *perform* tasks.  Each task runs in a fork of the prepared process, so that it starts from
the same clean state in a few milliseconds and can be killed without a trace.  Where preparing
has left threads behind, which a fork would lose, another process is started that prepares nothing
itself: each of its forks does.

What may go wrong with the child is part of the answer (`Outcome`), never an exception here.
"""

from __future__ import annotations

import json
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from taskqueue_harness.owntime import OwnTime
from taskqueue_harness.server import Output, Server, kill_group
from taskqueue_harness.supervised import DONE

__all__ = ["Outcome", "Supervisor"]

MAX_RESULT = 256 * 1024 * 1024
"""How large a result may be, in bytes; a larger one is treated as none."""

CROWDED = 20
"""So many times as long as the time of its own that a process is given is waited by the clock."""

WORTH_ASKING = 0.6
"""Seconds of silence after which it is worth asking whether they were the process's own."""


@dataclass
class Outcome:
    """What became of one task.

    Attributes:
        result: what the task sent back, None if it did not.
        ended: "returned" (a result came), "died" (the process ended without one), "overdue" (it
            was killed at the deadline) or "stopped" (it was killed because that was wished).
        status: exit code of the process; negative for the signal that ended it; None if it had
            to be killed.
        exited: whether the process ended by itself (of interest after a result).
        output: what it wrote to stdout and stderr, shortened to `server.MAX_OUTPUT` bytes.
        output_bytes: how much it wrote in all.
        seconds: from the request to the answer.
        silent: for an overdue one, how long nothing had been heard of it, in time of its
            own (`owntime`).
        done: whether it said that it was done with all but its answer, see `Reply.done`.
    """

    result: Any = None
    ended: str = "died"
    status: int | None = None
    exited: bool = False
    output: str = ""
    output_bytes: int = 0
    seconds: float = 0.0
    silent: float = 0.0
    done: bool = False

    def how_it_died(self) -> str:
        """In words, for a task without a result."""
        if self.ended == "stopped":
            return "it was stopped"
        if self.ended == "overdue":
            return f"it gave no sign of life for {self.silent:.1f} s and was killed"
        if self.status is None:
            return "the process went away"
        if self.status < 0:
            try:
                name = signal.Signals(-self.status).name
            except ValueError:
                name = f"signal {-self.status}"
            return f"the process was killed by {name}"
        return f"the process ended with exit code {self.status}"


class Supervisor:
    """A prepared child process, and tasks performed in forks of it.

    Args:
        prepare: ``module:function``, called once in the child with `argument`; what it returns
            (JSON-able, not None) is the answer of `start`.
        perform: ``module:function``, called per task with the payload and a function ``reply`` that
            sends the result (JSON-able) at once; if it returns True the process then ends as a
            script does, else at once.
        argument: JSON-able, for `prepare`.
        roots: put on the child's ``sys.path`` so that the two modules are found.
        options: for the interpreter, such as ``-O``.
        cwd: working directory of the child.

    POSIX only (it forks and passes file descriptors).
    """

    def __init__(
        self,
        prepare: str,
        perform: str,
        argument: Any,
        *,
        roots: Sequence[str] = (),
        options: Sequence[str] = (),
        cwd: str | None = None,
    ) -> None:
        self.argument = {"prepare": prepare, "perform": perform, "argument": argument}
        self.roots = tuple(roots)
        self.options = tuple(options)
        self.cwd = cwd
        # What the host sets for its own Python must not reach foreign code.
        self.drop_environment = frozenset(
            ("PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONSTARTUP", "COVERAGE_PROCESS_START")
        )
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._afresh = False
        self._next = 0
        self._running: set[int] = set()
        self._closed = False

    def start(self, seconds: float) -> Outcome:
        """Start the process and prepare it; `Outcome.result` is what `prepare` returned.

        Args:
            seconds: how much time of its own that may take.
        """
        began = time.monotonic()
        outcome = Outcome()
        server = Server(self, afresh=False)
        answer = _patiently(server.prepared, server, server.process.pid, seconds)
        outcome.seconds = time.monotonic() - began
        if answer is not None:
            outcome.result = answer["value"]
            outcome.ended = "returned"
            self._afresh = not answer["forks"]
            if self._afresh:
                server.close()
            else:
                self._server = server
        else:
            outcome.ended = "overdue" if server.alive else "died"
            outcome.status = server.close()
        outcome.output, outcome.output_bytes = server.output.text(), server.output.total
        return outcome

    def perform(
        self,
        payload: Any,
        seconds: float,
        exit_seconds: float = 1.0,
        silence: float | None = None,
        unheard: float | None = None,
        started: Callable[[int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Outcome:
        """Have one task done. Thread-safe.

        Args:
            payload: JSON-able.
            seconds: how long it may take; the task is killed after that.
            silence: how much time of its own it may go without a beat once it has sent one, see
                `Reply.beat`: a process that is stopped, or whose interpreter is held, sends none.
            unheard: the same for the first beat; None if it need not send any.
            exit_seconds: how much time of its own it may take to end once it has answered.
            started: told the id of the process once there is one.
            stop: asked twenty times a second whether it is to be killed now.
        """
        began = time.monotonic()
        outcome = Outcome()
        server = self._server_for_task(began + seconds)
        if server is None:
            outcome.seconds = time.monotonic() - began
            return outcome
        with self._lock:
            self._next += 1
            task = self._next
        result_read, result_write = os.pipe()
        output_read, output_write = os.pipe()
        message = {"id": task, "payload": payload}
        sent = server.send(message, (result_write, output_write))
        os.close(result_write)
        os.close(output_write)
        pid = None
        if sent:
            pid = _patiently(
                lambda wait: server.answer(task, "pid", wait), server, server.process.pid, 10.0
            )
        if pid is not None:
            with self._lock:
                self._running.add(pid)
            if self._closed:
                kill_group(pid)
            elif started is not None:
                started(pid)
        try:
            limits = (began + seconds, silence, unheard)
            self._watch(server, task, pid, outcome, (result_read, output_read), limits, stop)
            if outcome.ended not in ("overdue", "stopped"):
                outcome.status = _patiently(
                    lambda wait: server.answer(task, "status", wait), server, pid, exit_seconds
                )
                outcome.exited = outcome.status is not None
        finally:
            os.close(result_read)
            os.close(output_read)
            if pid is not None:
                kill_group(pid)
                with self._lock:
                    self._running.discard(pid)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _server_for_task(self, give_up: float) -> Server | None:
        """The server to ask; None if there is none to be had."""
        if self._closed:
            return None
        with self._lock:
            if self._server is None or not self._server.alive:
                # The foreign code has ended the process that only forks; one more try.
                server = Server(self, afresh=self._afresh)
                if server.prepared(max(0.0, give_up - time.monotonic())) is None:
                    server.close()
                    return None
                if self._server is not None:
                    self._server.close()
                self._server = server
            # `close` says so before it looks: one of the two sees the other, and a server that
            # was begun meanwhile does not outlive it.
            server = self._server
            if self._closed:
                server.close()
                return None
            return server

    def _watch(
        self,
        server: Server,
        task: int,
        pid: int | None,
        outcome: Outcome,
        fds: tuple[int, int],
        limits: tuple[float, float | None, float | None],
        stop: Callable[[], bool] | None,
    ) -> None:
        """Read result and output until the result is whole, the process is gone, or time is up."""
        result, output = bytearray(), Output()
        result_fd, output_fd = fds
        open_fds = set(fds)
        give_up, silence, most = limits
        began = time.monotonic()
        silent = OwnTime(pid, WORTH_ASKING)
        gone = False
        while True:
            silent.look()
            now = time.monotonic()
            too_silent = most is not None and silent.seconds > most
            if now >= give_up or too_silent:
                outcome.ended = "overdue"
                outcome.silent = silent.seconds if too_silent else now - began
                break
            if result_fd not in open_fds:
                break
            if stop is not None and stop():
                outcome.ended = "stopped"
                break
            ready, _, _ = select.select(list(open_fds), [], [], min(0.05, give_up - now))
            for fd in ready:
                data = os.read(fd, 1 << 16)
                if not data:
                    open_fds.discard(fd)
                elif fd == output_fd:
                    output.add(data)
                else:
                    result += data
                    outcome.done = outcome.done or DONE in data
                    silent.restart()
                    most = silence
            if result.endswith(b"\n") or len(result) > MAX_RESULT:
                break
            # The pipes stay open as long as a grandchild holds them, so ask for the child as well.
            ended = server.answer(task, "status", 0.0) is not None or not server.alive
            if not ended or ready:
                continue
            # What it wrote last may have come between the look at the pipe and the look at it.
            if gone:
                break
            gone = True
        self._drain(output_fd, output, open_fds)
        outcome.output, outcome.output_bytes = output.text(), output.total
        if result.endswith(b"\n"):
            try:
                outcome.result = json.loads(result)
                outcome.ended = "returned"
            except ValueError:
                outcome.ended = "died"

    @staticmethod
    def _drain(fd: int, output: Output, open_fds: set[int]) -> None:
        """Take what the child has written so far, without waiting for more."""
        for _ in range(64):
            if fd not in open_fds or not select.select([fd], [], [], 0)[0]:
                return
            data = os.read(fd, 1 << 16)
            if not data:
                return
            output.add(data)

    def close(self) -> None:
        """Kill everything that is still running. Tasks under way come back as died."""
        self._closed = True
        with self._lock:
            running = list(self._running)
        for pid in running:
            kill_group(pid)
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _patiently(ask: Callable[[float], Any], server: Server, pid: int | None, seconds: float) -> Any:
    """What is answered; None if nothing is, although the process has had its time.

    Args:
        ask: waits so many seconds for an answer; None if there is none.
        server: who answers; it may end.
        pid: of the process.
        seconds: of its own that the process has.
    """
    own = OwnTime(pid, WORTH_ASKING)
    give_up = time.monotonic() + seconds * CROWDED
    while True:
        # Looked at before: an answer that came with its end is there by then.
        over = not server.alive or own.seconds >= seconds or time.monotonic() >= give_up
        answer = ask(0.0 if over else min(0.05, seconds))
        own.look()
        if answer is not None or over:
            return answer
