"""What a script that waits for the desk is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client


def test_under_up_health_waits_for_every_program(settings: Any, tmp_path: Path) -> None:
    settings.SERVING_MARK = str(tmp_path / "serving")
    assert Client().get("/healthz").status_code == 503
    (tmp_path / "serving").touch()
    assert Client().get("/healthz").status_code == 200


def test_elsewhere_health_is_the_process_alone(settings: Any) -> None:
    settings.SERVING_MARK = ""
    assert Client().get("/healthz").status_code == 200
