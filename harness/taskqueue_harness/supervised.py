"""The child's side of `taskqueue_harness.supervise`: prepare once, fork for each task.

What cannot be forked once it is prepared is prepared in each fork instead.  Everything that is
needed after foreign code has been let in is taken from the modules before.
"""

from __future__ import annotations

import _thread
import contextlib
import faulthandler
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from os import _exit, dup2, fork, kill, killpg, setsid, waitpid
from typing import Any, NoReturn

__all__ = ["DONE", "Reply", "main"]

_RESULT_FD = 200

BEAT, DONE = b" ", b"\t"
"""What may be sent before the answer: JSON allows for blanks there, and has none of the second kind
further on."""

PIECE = 5_000
"""Entries of a list that are encoded at a time. The encoder holds the interpreter meanwhile, and
nobody else of this process can say that it is alive."""


class Reply:
    """What a task is given to answer with, with something JSON-able.

    The first answer counts. Two threads may come to theirs at the same time: whoever is second
    comes back when the first one is written, and the process may end then.
    """

    def __init__(self) -> None:
        self._mutex = _thread.allocate_lock()
        self._replied = False
        self._write, self._close, self._dumps = os.write, os.close, json.dumps

    def __call__(self, result: Any, unless: Callable[[], bool] | None = None) -> bool:
        """Send the answer; False if another one was sent before, or it is taken back.

        Args:
            result: JSON-able.
            unless: asked at the last moment, when all that takes time is done: True takes the
                answer back, and leaves the word to whoever has a better one.
        """
        data = memoryview("".join(self._pieces(result)).encode() + b"\n")
        with self._mutex:
            if self._replied or (unless is not None and unless()):
                return False
            self._replied = True
            while data:
                data = data[self._write(_RESULT_FD, data) :]
            self._close(_RESULT_FD)
            return True

    def beat(self) -> None:
        """Tell the supervisor that this process is alive; it then expects to be told again."""
        self._say(BEAT)

    def done(self) -> None:
        """Tell the supervisor that what was asked for is done, and only the answer under way."""
        self._say(DONE)

    def _say(self, mark: bytes) -> None:
        with self._mutex:
            if not self._replied:
                self._write(_RESULT_FD, mark)

    def _pieces(self, value: Any) -> Iterator[str]:
        """`value` as JSON, none of the pieces long; a beat for each, for whoever beats may be here.

        It is long where there are long lists of small entries, at whatever depth.
        """
        if isinstance(value, dict):
            comma = "{"
            for key, inner in value.items():
                yield comma + self._dumps({key: 0})[1:-2]
                yield from self._pieces(inner)
                comma = ", "
            yield "}" if value else "{}"
        elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
            comma = "["
            for inner in value:
                yield comma
                yield from self._pieces(inner)
                comma = ", "
            yield "]"
        elif isinstance(value, list) and len(value) > PIECE:
            comma = "["
            for start in range(0, len(value), PIECE):
                self.beat()
                yield comma + self._dumps(value[start : start + PIECE])[1:-1]
                comma = ", "
            yield "]"
        else:
            yield self._dumps(value)


def _resolve(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _thread_count() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


class _Channel:
    """Lines of JSON over a socket, with file descriptors riding along."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._buffer = b""
        self._fds: list[int] = []

    def receive(self) -> tuple[Any, list[int]] | None:
        """The next message and its descriptors; None when the other side is gone."""
        while b"\n" not in self._buffer:
            data, fds, _, _ = socket.recv_fds(self._socket, 65536, 16)
            if not data:
                return None
            self._buffer += data
            self._fds += fds
        line, _, self._buffer = self._buffer.partition(b"\n")
        message = json.loads(line)
        # Two descriptors ride with each task; messages that were read ahead keep theirs.
        count = 2 if "id" in message else 0
        fds, self._fds = self._fds[:count], self._fds[count:]
        return message, fds

    @property
    def buffered(self) -> bool:
        return b"\n" in self._buffer

    def send(self, message: Any) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")


def main(fd: int) -> None:
    """Serve until the socket closes."""
    faulthandler.enable()
    # Foreign code that crashes in each of two hundred processes leaves no pile of core files.
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sock = socket.socket(fileno=fd)
    os.set_inheritable(fd, False)
    channel = _Channel(sock)
    first = channel.receive()
    if first is None:
        return
    request, _ = first
    prepare, perform = _resolve(request["prepare"]), _resolve(request["perform"])
    argument, afresh = request["argument"], request["afresh"]
    value = None if afresh else prepare(argument)
    # What is there now is there for good: a child's collector that looked through it would copy
    # every page of it.
    gc.collect()
    gc.freeze()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A fork has only the thread that forks: prepared code that has others cannot be forked.
    channel.send({"prepared": {"value": value, "forks": _thread_count() == 1}})
    payload, fds = _serve(channel, sock, (wake_read, wake_write))
    _task(perform, payload, fds, (lambda: prepare(argument)) if afresh else None)


def _serve(channel: _Channel, sock: socket.socket, wake: tuple[int, int]) -> tuple[Any, list[int]]:
    """Fork for each task; return, with the task, in the process that is to do it."""
    children: dict[int, int] = {}
    try:
        return _next_task(channel, sock, wake, children)
    except ConnectionError:
        _end(children)  # the supervisor was killed while it was told something


def _end(children: Iterable[int]) -> NoReturn:
    for pid in children:
        # One that was forked a moment ago does not lead a group yet.
        for end in (killpg, kill):
            with contextlib.suppress(OSError):
                end(pid, signal.SIGKILL)
    _exit(0)


def _next_task(
    channel: _Channel, sock: socket.socket, wake: tuple[int, int], children: dict[int, int]
) -> tuple[Any, list[int]]:
    while True:
        _reap(channel, children)
        if not channel.buffered:
            sock_fd, wake_fd = sock.fileno(), wake[0]
            ready, _, _ = select.select([sock_fd, wake_fd], [], [])
            if wake_fd in ready:
                os.read(wake[0], 4096)
            if sock_fd not in ready:
                continue
        received = channel.receive()
        if received is None:
            _end(children)
        message, fds = received
        pid = fork()
        if pid == 0:
            sock.close()
            os.close(wake[0])
            signal.set_wakeup_fd(-1)
            os.close(wake[1])
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return message["payload"], fds
        for fd in fds:
            os.close(fd)
        children[pid] = message["id"]
        channel.send({"id": message["id"], "pid": pid})


def _reap(channel: _Channel, children: dict[int, int]) -> None:
    while children:
        try:
            pid, status = waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        task = children.pop(pid, None)
        if task is not None:
            channel.send({"id": task, "status": os.waitstatus_to_exitcode(status)})


def _task(
    perform: Callable[..., Any],
    payload: Any,
    fds: list[int],
    prepare: Callable[[], Any] | None,
) -> None:
    """Run one task in this process, which is for nothing else from here on."""
    setsid()
    result_fd, output_fd = fds
    dup2(result_fd, _RESULT_FD, inheritable=False)
    dup2(output_fd, 1)
    dup2(output_fd, 2)
    os.close(result_fd)
    os.close(output_fd)
    if prepare is not None:
        prepare()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if perform(payload, Reply()):
        return  # to the end of the script, with all that an interpreter does there
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    _exit(0)
