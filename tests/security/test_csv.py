"""SEC-29: no file of ours makes a spreadsheet calculate what a stranger wrote."""

from __future__ import annotations

import pytest

from helpdesk.selectors.leads import harmless
from tests.architecture.sources import PACKAGES, ROOT, files


def test_every_writer_of_tables_disarms_its_cells() -> None:
    writers = {
        name: path.read_text(encoding="utf-8")
        for name, path in files(ROOT, PACKAGES, "*.py")
        if "csv.writer(" in path.read_text(encoding="utf-8")
    }
    assert len(writers) >= 4
    assert [name for name, source in writers.items() if "harmless(" not in source] == []


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_what_begins_a_formula(sign: str) -> None:
    cell = f"{sign}HYPERLINK(1)"
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"
