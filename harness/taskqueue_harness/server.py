"""One prepared process, as the supervisor sees it: what it is told, answers and writes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskqueue_harness.supervise import Supervisor

_HARNESS_ROOT = str(Path(__file__).resolve().parent.parent)

MAX_OUTPUT = 64 * 1024
"""How much of a child's output is kept, in bytes; the first and last halves of it."""


@dataclass
class Output:
    """Keeps the first and the last bytes of a stream, `MAX_OUTPUT` in all."""

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


class Server:
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
        self.output = Output()
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
