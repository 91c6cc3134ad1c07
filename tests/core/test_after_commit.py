"""A fault in what follows a commit is logged and keeps nothing else from being done."""

from __future__ import annotations

import pytest
from django.db import transaction

from helpdesk.after_commit import after_commit


def fails(_word: str) -> None:
    msg = "no"
    raise RuntimeError(msg)


@pytest.mark.django_db(transaction=True)
def test_one_fault_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    with transaction.atomic():
        after_commit(fails, "first")
        after_commit(done.append, "second")
        assert done == []
    assert done == ["second"]
    assert "on_commit" in caplog.text
