from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.sandbox.fakes import Fault, Faults, Ledger


def test_faults_are_used_up_in_order() -> None:
    faults = Faults()
    faults.add(Fault("cut", times=2))
    faults.add(Fault("429"))

    kinds = [fault.kind if fault else None for fault in (faults.take() for _ in range(4))]

    assert kinds == ["cut", "cut", "429", None]


def test_no_times_is_no_fault() -> None:
    faults = Faults()
    faults.add(Fault("cut", times=0))

    assert faults.take() is None


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        Faults().add(Fault("earthquake"))


def test_the_ledger_survives_its_process(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    Ledger("a", path).add(body="one ż")
    Ledger("b", path).add(body="other")
    with path.open("a") as file:
        file.write('{"fake": "a", "torn')
    again = Ledger("a", path)

    assert [entry["body"] for entry in again.entries()] == ["one ż"]
    assert [entry["n"] for entry in again.entries()] == [1]


def test_clearing_one_ledger_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    first, second = Ledger("a", path), Ledger("b", path)
    first.add(body="one")
    second.add(body="two")
    first.clear()

    assert Ledger("a", path).entries() == []
    assert [entry["body"] for entry in Ledger("b", path).entries()] == ["two"]
