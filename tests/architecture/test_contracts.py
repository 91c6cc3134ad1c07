"""import-linter's contracts (pyproject.toml) hold, and each of them bites."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT

VIOLATIONS = (
    ("helpdesk/events.py", "import channels_sms.segments", "channels_sms.segments"),
    ("channels_email/adapter.py", "import channels_sms.segments", "channels_sms.segments"),
    ("helpdesk/models/messages.py", "import helpdesk.services.text", "helpdesk.services.text"),
    ("helpdesk/services/text.py", "import helpdesk.web.consumers", "helpdesk.web.consumers"),
    ("channels_sms/adapter.py", "import helpdesk.services.text", "helpdesk.services.text"),
    ("helpdesk/embedded/ports.py", "import helpdesk.models", "helpdesk.models"),
)


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports as l; sys.exit(l(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "migrations", "locale")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "broken"), VIOLATIONS, ids=[f"{m}-{b}" for m, _line, b in VIOLATIONS]
)
def test_a_violation_is_caught(copy: Path, module: str, line: str, broken: str) -> None:
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    importer = module.removesuffix(".py").replace("/", ".")
    assert f"{importer} -> {broken}" in done.stdout
