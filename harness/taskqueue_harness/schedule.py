"""A schedule as a short token: what replays a failure, in a new process or on a new machine.

Format, before base32 (RFC 4648, lower case, no padding):

    byte 0      version of this format, 1
    byte 1      minor version of Python
    byte 2      strategy, by its position in `strategies.STRATEGIES`; 255 is any other
    byte 3      flags: 1 rewritten source, 2 failed starts, 4 interrupts
    bytes 4-7   the first four bytes of the SHA-256 of the source in scope
    varints     early timeouts (b), polls (p), faults (f), steps
    varints     the choices: how many zeros (the default alternative), then one choice that is not
                zero, and so on; the zeros at the end are implied by the number of choices, which
                comes first
    2 bytes     the first two bytes of the SHA-256 of all before

A varint is seven bits to the byte, the low ones first, the high bit set on all but the last.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from taskqueue_harness.outcome import Bounds

VERSION = 1


class BadToken(ValueError):
    """Not a token, or a damaged one, or one from a version that this one does not read."""


@dataclass(frozen=True)
class Schedule:
    """The choices of one execution, and what must be the same for them to mean the same."""

    choices: tuple[int, ...]
    bounds: Bounds
    strategy: int = 255
    python: int = 0
    rewrite: bool = True
    scope: bytes = b"\0\0\0\0"

    def token(self) -> str:
        """The schedule in print. `decode` is the inverse."""
        bounds = self.bounds
        flags = self.rewrite | bounds.failed_starts << 1 | bounds.interrupts << 2
        data = bytearray([VERSION, self.python, self.strategy, flags])
        data += self.scope[:4].ljust(4, b"\0")
        for number in (bounds.early_timeouts, bounds.polls, bounds.faults, bounds.steps):
            _put(data, number)
        _put(data, len(self.choices))
        zeros = 0
        for choice in self.choices:
            if choice:
                _put(data, zeros)
                _put(data, choice)
                zeros = 0
            else:
                zeros += 1
        data += hashlib.sha256(data).digest()[:2]
        return base64.b32encode(data).decode().rstrip("=").lower()


def decode(token: str) -> Schedule:
    """The schedule that a token stands for. White space in it is ignored. Raises `BadToken`."""
    text = "".join(token.split()).upper()
    try:
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:
        raise BadToken(f"not a token: {error}") from error
    if len(data) < 11 or hashlib.sha256(data[:-2]).digest()[:2] != data[-2:]:
        raise BadToken("the token is damaged or incomplete: copy all of it")
    if data[0] != VERSION:
        raise BadToken(f"the token has format {data[0]}, this version reads {VERSION}")
    reader = _Reader(data[8:-2])
    early, polls, faults, steps = (reader.number() for _ in range(4))
    count = reader.number()
    choices: list[int] = []
    while reader.left():
        choices += [0] * reader.number()
        choices.append(reader.number())
    choices += [0] * (count - len(choices))
    flags = data[3]
    bounds = Bounds(
        early_timeouts=early,
        polls=polls,
        faults=faults,
        steps=steps,
        failed_starts=bool(flags & 2),
        interrupts=bool(flags & 4),
    )
    return Schedule(tuple(choices), bounds, data[2], data[1], bool(flags & 1), data[4:8])


def _put(data: bytearray, number: int) -> None:
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    data.append(number)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def left(self) -> bool:
        return self.position < len(self.data)

    def number(self) -> int:
        number = shift = 0
        while True:
            if not self.left():
                raise BadToken("the token is damaged: it ends within a number")
            byte = self.data[self.position]
            self.position += 1
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7
