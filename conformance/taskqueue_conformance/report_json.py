"""Reports as JSON: written at once or not at all, and read back only if they are whole.

The format is described by ``report.schema.json`` beside this module.  ``complete`` is written last;
a file without it is what is left of a run that was cut off, and is refused.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import json
import os
import tempfile
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taskqueue_conformance.contract import CLAUSES, CONTRACT_VERSION, PROFILES, lookup
from taskqueue_conformance.report import Report, place_of, verdict

__all__ = ["SCHEMA", "ReportError", "from_json", "load", "save", "to_json"]

SCHEMA = 1
"""Raised when a reader of the former format would misunderstand the new one."""

_DERIVED = ("id", "profile", "sentence", "required", "place")
"""What is said of a clause for other readers, and follows from the rest."""


class ReportError(ValueError):
    """A file is no report, or not a whole one; the message says what is wrong with it."""


def to_json(report: Report) -> dict[str, Any]:
    """As JSON-able data, in the order in which it is written."""
    data = _encode(report)
    result = verdict(report)
    return {
        "schema": SCHEMA,
        "header": data.pop("header"),
        "verdict": {"word": result.word, "exit_code": result.exit_code, "text": result.sentence},
        "clauses": _clauses(report, data.pop("standings")),
        **data,
        "complete": True,
    }


def _clauses(report: Report, standings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for standing, data in zip(report.standings, standings, strict=True):
        clause = lookup(data.pop("clause"))
        derived = (
            clause.id,
            clause.profile,
            clause.sentence,
            clause.within(report.header.profile),
            place_of(report, standing).value,
        )
        found.append({**dict(zip(_DERIVED, derived, strict=True)), **data})
    return found


def from_json(data: Mapping[str, Any]) -> Report:
    """The report that `to_json` wrote.

    Raises:
        ReportError: another schema or contract version, not complete, or not of this form.
    """
    if data.get("schema") != SCHEMA:
        raise ReportError(
            f"it is of schema {data.get('schema')!r}, and this version of the suite reads schema "
            f"{SCHEMA}; read it with the version that wrote it"
        )
    if data.get("complete") is not True:
        raise ReportError("it is not complete: the run that wrote it was cut off; run it again")
    values = {k: v for k, v in data.items() if k not in ("schema", "verdict", "complete")}
    clauses = values.pop("clauses", None)
    if not isinstance(clauses, list) or not all(isinstance(entry, dict) for entry in clauses):
        raise ReportError("clauses: expected a list of objects")
    values["standings"] = [
        {"clause": entry.get("id"), **{k: v for k, v in entry.items() if k not in _DERIVED}}
        for entry in clauses
    ]
    report: Report = _decode(Report, values, "report")
    _check(report)
    return report


def _check(report: Report) -> None:
    """What the types do not say."""
    version = report.header.contract_version
    if version != CONTRACT_VERSION:
        raise ReportError(
            f"it speaks of contract version {version}, and this is version {CONTRACT_VERSION}"
        )
    if report.header.profile not in PROFILES:
        raise ReportError(f"there is no profile {report.header.profile!r}")
    expected = [] if report.unusable else [clause.id for clause in CLAUSES]
    found = [standing.clause for standing in report.standings]
    if found != expected:
        wrong = sorted(set(found) ^ set(expected)) or ["in another order, or twice"]
        raise ReportError(f"its clauses are not those of the contract: {', '.join(wrong[:5])}")
    if unknown := set(report.known) - {clause.id for clause in CLAUSES}:
        raise ReportError(f"known failures: there is no clause {min(unknown)!r}")


def save(report: Report, path: str | Path) -> None:
    """Write the report; a reader sees the former file, or the whole of the new one.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(path)
    text = json.dumps(to_json(report), indent=1, allow_nan=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def load(path: str | Path) -> Report:
    """Read a report.

    Raises:
        ReportError: there is none, it is cut off, or `from_json` refuses it.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as exc:
        raise ReportError(f"the report {path} cannot be read: {exc.strerror}") from None
    except (ValueError, RecursionError) as exc:
        raise ReportError(
            f"the report {path} is not JSON, or was cut off ({exc}); run it again"
        ) from None
    if not isinstance(data, dict):
        raise ReportError(f"the report {path} is not a report of this suite")
    try:
        return from_json(data)
    except ReportError as exc:
        raise ReportError(f"the report {path} cannot be used: {exc}") from None


# -- dataclasses as JSON, by their annotations ---------------------------------------------------


def _encode(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [_encode(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _encode(entry) for key, entry in value.items()}
    return value


def _decode(kind: Any, value: Any, where: str) -> Any:
    """`value` as the type `kind`, strictly: a field that is missing or unknown is an error."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (typing.Union, types.UnionType):  # only `X | None` is used
        return None if value is None else _decode(arguments[0], value, where)
    if origin is list:
        _expect(list, value, where)
        return [_decode(arguments[0], entry, f"{where}[{i}]") for i, entry in enumerate(value)]
    if origin is tuple:
        _expect(list, value, where)
        kinds = [arguments[0]] * len(value) if arguments[-1] is ... else arguments
        if len(kinds) != len(value):
            raise ReportError(f"{where}: expected {len(kinds)} entries, there are {len(value)}")
        pairs = enumerate(zip(kinds, value, strict=True))
        return tuple(_decode(kind, entry, f"{where}[{i}]") for i, (kind, entry) in pairs)
    if origin is dict:
        _expect(dict, value, where)
        return {key: _decode(arguments[1], v, f"{where}[{key!r}]") for key, v in value.items()}
    if dataclasses.is_dataclass(kind):
        return _decode_fields(kind, value, where)
    if issubclass(kind, enum.Enum):
        return _decode_enum(kind, value, where)
    if kind is float and type(value) is int:
        return float(value)
    _expect(kind, value, where)
    return value


def _decode_fields(kind: Any, value: Any, where: str) -> Any:
    _expect(dict, value, where)
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    if wrong := sorted(set(names) ^ set(value)):
        word = "unknown" if wrong[0] in value else "missing"
        raise ReportError(f"{where}: {wrong[0]} is {word}")
    return kind(**{name: _decode(hints[name], value[name], f"{where}.{name}") for name in names})


def _decode_enum(kind: type[enum.Enum], value: Any, where: str) -> enum.Enum:
    try:
        return kind(value)
    except ValueError:
        there = ", ".join(str(member.value) for member in kind)
        raise ReportError(f"{where}: {value!r} is none of {there}") from None


def _expect(kind: type, value: Any, where: str) -> None:
    if type(value) is not kind:
        raise ReportError(f"{where}: expected {kind.__name__}, found {type(value).__name__}")
