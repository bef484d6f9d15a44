"""The reference as a page: short, standard library only, and the example runs unchanged."""

from __future__ import annotations

import ast
import functools
import inspect
import io
import re
import tokenize

from taskqueue_conformance.contract import CLAUSES
from taskqueue_reference import TaskQueue, task_queue

SOURCE = inspect.getsource(task_queue)


def test_the_example_that_made_the_class_known() -> None:
    done: list[int] = []

    def producer(q: TaskQueue, task: list[int]) -> None:
        for each in task:
            q.put(each)

    def consumer(q: TaskQueue) -> None:
        while True:
            task = q.get()
            if task is None:
                break
            done.append(task)

    TaskQueue(
        functools.partial(producer, task=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), [consumer] * 2
    ).run()
    assert sorted(done) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


def lines_of_code() -> int:
    """Lines that hold code: no comment, no docstring, no blank line."""
    prose = {
        line
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    silent = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(SOURCE).readline):
        if token.type not in silent:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - prose)


def test_it_stays_under_120_lines_of_code() -> None:
    assert 50 < lines_of_code() < 120


def test_it_needs_the_standard_library_alone() -> None:
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in node.names
    }
    assert imported == {
        "__future__",
        "collections.abc",
        "logging",
        "queue",
        "threading",
        "typing",
    }


def test_the_clauses_it_names_exist() -> None:
    named = set(re.findall(r"TQ-\d+\.\d+", SOURCE))
    assert len(named) >= 15
    assert named <= {clause.id for clause in CLAUSES}
