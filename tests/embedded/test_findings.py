"""The doctor's view of the machine, and the command itself."""

import socket
from pathlib import Path

import pytest
from django.core.management import call_command

from helpdesk.embedded.findings import Finding, Level, is_running, machine_findings, table
from helpdesk.embedded.state import State


def by_subject() -> dict[str, Finding]:
    return {finding.subject: finding for finding in machine_findings()}


def test_a_busy_port_is_a_problem_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("STATE_DIR", str(folder))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("SMTP_PORT", str(port))
        finding = by_subject()["SMTP_PORT"]
    assert finding.level is Level.PROBLEM
    assert finding.detail.startswith(f"{port} is taken by process ")
    assert finding.remedy == "stop it, or set SMTP_PORT"


def test_a_state_folder_below_a_file_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    (folder / "file").touch()
    monkeypatch.setenv("STATE_DIR", str(folder / "file" / "var"))
    assert by_subject()["State folder"].level is Level.PROBLEM


def test_running_is_told_by_the_lock(folder: Path) -> None:
    state = State.open(folder / "var", None)
    assert not is_running(state.root)
    with state.locked():
        assert is_running(state.root)
    assert not is_running(state.root)


def test_the_table_names_level_and_remedy() -> None:
    lines = table([Finding(Level.OK, "A", "fine"), Finding(Level.PROBLEM, "Long", "bad", "do x")])
    assert lines == ["ok         A     fine", "problem    Long  bad: do x"]


@pytest.mark.django_db
def test_the_command_sees_a_migrated_database(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATE_DIR", str(folder))
    for number, name in enumerate(("PORT", "SMTP_PORT", "FAKE_PORT", "FAKE_SMTP_PORT")):
        monkeypatch.setenv(name, str(48_311 + number))
    call_command("doctor")
    said = capsys.readouterr().out
    assert "reachable, all migrations applied" in said
    assert "ok         Redis" in said
