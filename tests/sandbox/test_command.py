from __future__ import annotations

import os
from typing import Any

import pytest
from django.core.management import call_command


def test_the_command_becomes_the_small_process(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.FAKE_PROVIDERS = ["a.Fake", "b.Fake"]
    settings.FAKE_PORT, settings.FAKE_SMTP_PORT = 8126, 8125
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, arguments: became.append(arguments))
    monkeypatch.setattr(os, "chdir", lambda _path: None)

    call_command("fakeproviders", ledger="/tmp/x")

    assert became[0][1:] == [
        *("-m", "helpdesk.sandbox", "--port", "8126", "--smtp-port", "8125"),
        *("--ledger", "/tmp/x", "a.Fake", "b.Fake"),
    ]
