"""Runs foreign code in a child process that may hang, crash, exit or flood, and always comes back.

A `Supervisor` starts one Python process, has it *prepare* (import the foreign code, once), and then
has it *perform* tasks.  Each task runs in a fork of the prepared process, so that it starts from
the same clean state in a few milliseconds and can be killed without a trace.  Where preparing
has left threads behind, which a fork would lose, another process is started that prepares nothing
itself: each of its forks does.

What may go wrong with the child is part of the answer (`Outcome`), never an exception here.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Outcome", "Supervisor"]

_HARNESS_ROOT = str(Path(__file__).resolve().parent.parent)

MAX_OUTPUT = 64 * 1024
"""How much of a child's output is kept, in bytes; the first and last halves of it."""

MAX_RESULT = 256 * 1024 * 1024
"""How large a result may be, in bytes; a larger one is treated as none."""


@dataclass
class Outcome:
    """What became of one task.

    Attributes:
        result: what the task sent back, None if it did not.
        ended: "returned" (a result came), "died" (the process ended without one) or
            "overdue" (it was killed at the deadline).
        status: exit code of the process; negative for the signal that ended it; None if it had
            to be killed.
        exited: whether the process ended by itself (of interest after a result).
        output: what it wrote to stdout and stderr, shortened to `MAX_OUTPUT` bytes.
        output_bytes: how much it wrote in all.
        seconds: from the request to the answer.
        silent: for an overdue one, how long nothing had been heard of it.
    """

    result: Any = None
    ended: str = "died"
    status: int | None = None
    exited: bool = False
    output: str = ""
    output_bytes: int = 0
    seconds: float = 0.0
    silent: float = 0.0

    def how_it_died(self) -> str:
        """In words, for a task without a result."""
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


@dataclass
class _Output:
    """Keeps the first and the last bytes of a stream."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    total: int = 0

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = MAX_OUTPUT // 2 - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        self.tail += data
        del self.tail[: -MAX_OUTPUT // 2]

    def text(self) -> str:
        missing = self.total - len(self.head) - len(self.tail)
        middle = f"\n... {missing} bytes left out ...\n".encode() if missing else b""
        return (bytes(self.head) + middle + bytes(self.tail)).decode(errors="replace")


class _Server:
    """One prepared process and the socket to it."""

    def __init__(self, supervisor: Supervisor, *, afresh: bool) -> None:
        ours, theirs = socket.socketpair()
        output_read, output_write = os.pipe()
        roots = [_HARNESS_ROOT, *supervisor.roots]
        code = (
            "import sys; sys.path[0] or sys.path.pop(0); sys.path[:0] = sys.argv[2].split('|'); "
            "from taskqueue_harness.supervised import main; main(int(sys.argv[1]))"
        )
        environment = {k: v for k, v in os.environ.items() if k not in supervisor.drop_environment}
        self.process = subprocess.Popen(
            [
                sys.executable,
                *supervisor.options,
                "-c",
                code,
                str(theirs.fileno()),
                "|".join(roots),
            ],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=output_write,
            stderr=output_write,
            start_new_session=True,
            env=environment,
            cwd=supervisor.cwd,
        )
        theirs.close()
        os.close(output_write)
        self._socket = ours
        self._send_lock = threading.Lock()
        self._changed = threading.Condition()
        self._prepared: Any = None
        self._answers: dict[int, dict[str, Any]] = {}
        self._gone = False
        self.output = _Output()
        self._threads = [
            threading.Thread(target=self._read_messages, daemon=True),
            threading.Thread(target=self._read_output, args=(output_read,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.send({**supervisor.argument, "afresh": afresh})

    def _read_messages(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._socket.makefile("rb") as stream:
            for line in stream:
                message = json.loads(line)
                with self._changed:
                    if "prepared" in message:
                        self._prepared = message["prepared"]
                    else:
                        self._answers.setdefault(message["id"], {}).update(message)
                    self._changed.notify_all()
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def _read_output(self, fd: int) -> None:
        while data := os.read(fd, 65536):
            self.output.add(data)
        os.close(fd)

    def send(self, message: dict[str, Any], fds: Sequence[int] = ()) -> bool:
        """False if the process has gone."""
        data = json.dumps(message).encode() + b"\n"
        try:
            with self._send_lock:
                sent = socket.send_fds(self._socket, [data], list(fds)) if fds else 0
                self._socket.sendall(data[sent:])
        except OSError:
            return False
        return True

    def prepared(self, seconds: float) -> Any:
        """What preparing answered; None if the process ended or took longer than that."""
        with self._changed:
            self._changed.wait_for(lambda: self._prepared is not None or self._gone, seconds)
            return self._prepared

    def answer(self, task: int, key: str, seconds: float) -> Any:
        """What the server said of a task; None if it has not, or is gone."""
        with self._changed:
            self._changed.wait_for(
                lambda: key in self._answers.get(task, ()) or self._gone, seconds
            )
            return self._answers.get(task, {}).get(key)

    @property
    def alive(self) -> bool:
        return not self._gone and self.process.poll() is None

    def close(self) -> int | None:
        """End the process and all that it started; its exit code if it had ended by itself."""
        code = self.process.poll()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        kill_group(self.process.pid)
        self.process.wait()
        self._socket.close()
        return code


def kill_group(pid: int) -> None:
    """Kill a session leader and its process group; no error if it is gone."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            kill(pid, signal.SIGKILL)


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
        self._server: _Server | None = None
        self._afresh = False
        self._next = 0
        self._running: set[int] = set()
        self._closed = False

    def start(self, seconds: float) -> Outcome:
        """Start the process and prepare it; `Outcome.result` is what `prepare` returned."""
        began = time.monotonic()
        outcome = Outcome()
        server = _Server(self, afresh=False)
        answer = server.prepared(seconds)
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
    ) -> Outcome:
        """Have one task done. Thread-safe.

        Args:
            payload: JSON-able.
            seconds: how long it may take; the task is killed after that.
            silence: how long it may go without a beat once it has sent one, see `Reply.beat`: a
                process that is stopped, or whose interpreter is held, sends none.
            exit_seconds: how long the process may take to end once it has answered.
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
        pid = server.answer(task, "pid", 10.0) if sent else None
        if pid is not None:
            with self._lock:
                self._running.add(pid)
            if self._closed:
                kill_group(pid)
        try:
            limits = (began + seconds, silence)
            self._watch(server, task, outcome, result_read, output_read, limits)
            if outcome.ended != "overdue":
                outcome.status = server.answer(task, "status", exit_seconds)
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

    def _server_for_task(self, give_up: float) -> _Server | None:
        """The server to ask; None if there is none to be had."""
        if self._closed:
            return None
        with self._lock:
            if self._server is None or not self._server.alive:
                # The foreign code has ended the process that only forks; one more try.
                server = _Server(self, afresh=self._afresh)
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
        server: _Server,
        task: int,
        outcome: Outcome,
        result_fd: int,
        output_fd: int,
        limits: tuple[float, float | None],
    ) -> None:
        """Read result and output until the result is whole, the process is gone, or time is up."""
        result, output = bytearray(), _Output()
        began = time.monotonic()
        open_fds = {result_fd, output_fd}
        give_up, silence = limits
        beaten: float | None = None
        gone = False
        while True:
            now = time.monotonic()
            silent = beaten is not None and silence is not None and now - beaten > silence
            if now >= give_up or silent:
                outcome.ended = "overdue"
                outcome.silent = now - (beaten if beaten is not None and silent else began)
                break
            if result_fd not in open_fds:
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
                    beaten = now
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
    def _drain(fd: int, output: _Output, open_fds: set[int]) -> None:
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
