from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from channels_sms.providers import twilio_media
from channels_sms.providers.twilio_media import fetch_media
from helpdesk import outbound_http
from helpdesk.outbound_http import Answer, CutError, ForbiddenError, TooBigError

BASE = "https://api.twilio.com"
ONE = {"MediaUrl0": f"{BASE}/x", "MediaContentType0": "image/jpeg; q=1"}
LOGIN = ("AC1", "tok")


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Script the answers; returns what was asked for."""
    monkeypatch.setattr(twilio_media, "_PAUSES", (0.0, 0.0, 0.0))

    def script(*answers: Answer | Exception) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def get(url: str, **more: Any) -> Answer:
            asked.append({"url": url, **more})
            answer = answers[min(len(asked), len(answers)) - 1]
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(outbound_http, "get", get)
        return asked

    return script


def test_a_picture(plays: Callable[..., list[dict[str, Any]]]) -> None:
    asked = plays(Answer(200, {}, b"jpeg"))
    (file,) = fetch_media(ONE, base=BASE, auth=LOGIN)

    assert (file.name, file.content_type, file.data) == ("media-1.jpg", "image/jpeg", b"jpeg")
    assert asked[0]["auth"] == LOGIN


@pytest.mark.parametrize(
    ("answers", "tries", "data"),
    [
        ([Answer(404, {}, b""), Answer(200, {}, b"late")], 2, b"late"),
        ([CutError("x"), Answer(503, {}, b""), Answer(200, {}, b"late")], 3, b"late"),
        ([Answer(503, {}, b"")], 3, None),
        ([Answer(403, {}, b"")], 1, None),
        ([TooBigError("x")], 1, None),
        ([ForbiddenError("x")], 1, None),
        ([Answer(200, {}, b"")], 1, b""),
    ],
)
def test_what_cannot_be_had_is_given_up(
    plays: Callable[..., list[dict[str, Any]]],
    answers: list[Answer | Exception],
    tries: int,
    data: bytes | None,
) -> None:
    asked = plays(*answers)
    (file,) = fetch_media(ONE, base=BASE, auth=LOGIN)

    assert (len(asked), file.data) == (tries, data)


def test_the_token_goes_to_the_api_only(plays: Callable[..., list[dict[str, Any]]]) -> None:
    asked = plays(Answer(200, {}, b"x"))
    urls = [
        "http://api.twilio.com/x",
        "https://media.twiliocdn.com/x",
        "https://api.twilio.com:1/x",
    ]
    for url in urls:
        fetch_media({"MediaUrl0": url}, base=BASE, auth=LOGIN)

    assert [each["auth"] for each in asked] == [None, None, None]


@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("api.twilio.com", True),
        ("media.twiliocdn.com", True),
        ("twilio.com.evil.example", False),
        ("eviltwilio.com", False),
        ("", False),
    ],
)
def test_only_twilios_hosts(
    plays: Callable[..., list[dict[str, Any]]], host: str, good: bool
) -> None:
    asked = plays(Answer(200, {}, b"x"))
    fetch_media(ONE, base=BASE, auth=LOGIN)

    assert asked[0]["allowed"](host) is good


def test_all_files_share_one_budget(plays: Callable[..., list[dict[str, Any]]]) -> None:
    asked = plays(Answer(200, {}, b"x" * 100))
    params = {f"MediaUrl{number}": f"{BASE}/{number}" for number in range(12)}
    files = fetch_media(params, base=BASE, auth=LOGIN)

    assert len(files) == 10
    limits = [each["max_bytes"] for each in asked]
    assert limits == [outbound_http.MAX_BYTES - 100 * number for number in range(10)]


def test_patience_ends(
    plays: Callable[..., list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_media, "_PATIENCE_SECONDS", -1.0)
    asked = plays(Answer(200, {}, b"x"))
    (file,) = fetch_media(ONE, base=BASE, auth=LOGIN)

    assert (asked, file.data) == ([], None)
