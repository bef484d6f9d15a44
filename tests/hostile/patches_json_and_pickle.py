"""The encoders and decoders of json and pickle raise, from the import on."""

from __future__ import annotations

import json
import pickle
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "unusable", "nonconformant")
DOES = "makes json and pickle unusable at import"


def refuse(*args: Any, **options: Any) -> Any:
    raise RuntimeError("serialising is not allowed here")


for module in (json, pickle):
    for name in ("dump", "dumps", "load", "loads"):
        setattr(module, name, refuse)
json.JSONEncoder.encode = refuse  # type: ignore[method-assign]
json.JSONEncoder.iterencode = refuse  # type: ignore[method-assign]
json.JSONDecoder.decode = refuse  # type: ignore[method-assign]

TaskQueue = Correct
