"""What a program imports, and under which name, is what it gets: of its world."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from taskqueue_harness import explore

FORMS = """
import sys


def names():
    found = [("import_name", import_name), ("import_as", import_as), ("from_import", from_import)]
    assert len({{id(module) for _, module in found}}) == 1, found
    assert import_name.__name__ == sys.modules[{name!r}].__name__
    return import_name


def program():
    global import_name, import_as, from_import
    import {name}
    import_name = {name}
    import {name} as import_as
    from {parent} import {leaf} as from_import
    module = names()
    assert module is sys.modules[{name!r}]
    assert hasattr(module, "of_the_process") is not {virtual}, module
"""

VIRTUAL = (
    "concurrent.futures",
    "concurrent.futures._base",
    "concurrent.futures.thread",
    "logging.config",
    "logging.handlers",
    "multiprocessing.dummy",
    "multiprocessing.pool",
    "multiprocessing.util",
)
SHARED = (
    "collections.abc",
    "concurrent.futures.process",
    "importlib.abc",
    "importlib.machinery",
    "importlib.metadata",
    "importlib.util",
    "multiprocessing.connection",
    "multiprocessing.queues",
    "os.path",
    "unittest.mock",
    "xml.etree.ElementTree",
)


@pytest.mark.parametrize("name", [*VIRTUAL, *SHARED])
def test_every_form_of_import_gives_the_same_module(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_the_process = importlib.import_module(name)
    monkeypatch.setattr(of_the_process, "of_the_process", True, raising=False)
    parent, _, leaf = name.rpartition(".")
    text = FORMS.format(name=name, parent=parent, leaf=leaf, virtual=name in VIRTUAL)
    result = explore(load(tmp_path, text, name).program, executions=3)
    assert result.ok, result.outcome and result.outcome.traceback


def load(folder: Path, text: str, name: str) -> ModuleType:
    """Import a module from a file of its own."""
    path = folder / f"imports_{name.replace('.', '_')}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
