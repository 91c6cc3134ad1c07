"""The version check must work on Pythons that cannot read the rest."""

import ast
from pathlib import Path

import pytest

from helpdesk.embedded import python

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("version", "accepted"),
    [((3, 8, 1), False), ((3, 10, 14), False), ((3, 11, 0), True), ((4, 0, 0), True)],
)
def test_old_pythons_are_told_in_one_line(version: tuple[int, ...], *, accepted: bool) -> None:
    problem = python.version_problem(version)
    assert (problem == "") is accepted
    assert "\n" not in problem


@pytest.mark.parametrize(
    "name",
    [
        "manage.py",
        "helpdesk/__init__.py",
        "helpdesk/embedded/__init__.py",
        "helpdesk/embedded/python.py",
    ],
)
def test_what_runs_before_the_check_is_readable_by_python_3_6(name: str) -> None:
    source = (ROOT / name).read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source


def test_manage_checks_before_anything_else() -> None:
    tree = ast.parse((ROOT / "manage.py").read_text())
    calls = [node for node in tree.body if isinstance(node, ast.Expr | ast.ImportFrom)]
    assert ast.unparse(calls[1]) == "from helpdesk.embedded.python import check_python"
    assert ast.unparse(calls[2]) == "check_python()"
