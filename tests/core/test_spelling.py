"""Spelling suggestions: what leaves the house, what comes back, and that work goes on without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from helpdesk import outbound_http, quick_redis, spelling
from helpdesk.models import Conversation, OwnWord
from helpdesk.services import dictionary
from tests import factories
from tests.core.conftest import Desk
from tests.languagetool import LanguageTool, languagetool


@pytest.fixture
def tool(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageTool]:
    monkeypatch.setattr(spelling, "_rest_until", 0.0)
    with languagetool() as made:
        settings.SPELLING_URL = made.base
        yield made


@pytest.fixture
def talk(desk: Desk) -> Conversation:
    made = factories.conversation(desk.inbox)
    Conversation.objects.filter(pk=made.pk).update(language="en")
    made.refresh_from_db()
    return made


def whole(parts: list[dict[str, str]]) -> str:
    return "".join(one.get("text") or one["markup"] for one in parts)


@given(st.text(max_size=200))
def test_masking_moves_nothing(text: str) -> None:
    parts = spelling.masked(text, ["Anna Nowak", "(.*"])
    assert len(whole(parts).encode("utf-16-le")) == len(text.encode("utf-16-le", "surrogatepass"))


SECRETS = (
    "https://birch.example/o/77?token=abc",
    "www.birch.example",
    "anna@firma.example",
    "birch-linen.pl",
    "BL-2231",
    "48221X",
    "+48 600 100 200",
    "{{ customer.name }}",
    "[[city]]",
    "@marta",
    "Nowak",
)


@pytest.mark.parametrize("secret", SECRETS)
def test_what_identifies_somebody_is_not_sent(secret: str, tool: LanguageTool) -> None:
    text = f"We recieve {secret}, yes \U0001f600 your adress\n> what SHE wrote herself"
    found = spelling.check(text, "en", names=["Anna Nowak"])
    assert [(one.word, one.words[0]) for one in found] == [
        ("recieve", "receive"),
        ("adress", "address"),
    ]
    units = text.encode("utf-16-le")
    for one in found:
        assert units[one.offset * 2 : (one.offset + one.length) * 2].decode("utf-16-le") == one.word
    assert secret not in tool.read()
    assert "SHE" not in tool.read()


@pytest.mark.django_db
def test_an_agent_is_helped_in_the_language_of_the_conversation(
    desk: Desk, talk: Conversation, tool: LanguageTool, client: Client
) -> None:
    client.force_login(desk.agent)
    place = f"/api/v1/conversations/{talk.pk}/"

    def asked(text: str) -> list[dict[str, Any]]:
        answer = client.post(f"{place}spelling/", {"text": text}, content_type="application/json")
        assert answer.status_code == 200
        matches: list[dict[str, Any]] = answer.json()["matches"]
        return matches

    assert [one["word"] for one in asked("We recieve it at Birchwood")] == ["recieve", "Birchwood"]
    assert tool.asked[-1]["language"] == "en-GB"
    learnt = client.post(f"{place}words/", {"word": "Birchwood"}, content_type="application/json")
    assert learnt.status_code == 204
    assert [one["word"] for one in asked("We recieve it at Birchwood")] == ["recieve"]
    assert OwnWord.objects.get().language == "en"
    Conversation.objects.filter(pk=talk.pk).update(language="fi")
    before = len(tool.asked)
    assert asked("We recieve it") == []
    assert len(tool.asked) == before, "a language that it does not know is not asked about"


@pytest.mark.django_db
def test_one_agent_does_not_ask_without_end(
    desk: Desk, talk: Conversation, tool: LanguageTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionary, "A_MINUTE", 3)
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0 + desk.agent.pk * 60)
    quick_redis.client().flushdb()
    for _time in range(6):
        dictionary.suggest("recieve", talk, by=desk.agent)
    assert len(tool.asked) == 3


@pytest.mark.parametrize("mood", ["ill", "slow", "mad"])
def test_an_ill_service_changes_nothing_and_is_left_alone(mood: str, tool: LanguageTool) -> None:
    tool.mood = mood
    began = time.monotonic()
    assert spelling.check("recieve", "en") == []
    assert time.monotonic() - began < spelling.SECONDS + 0.5
    tool.mood = "well"
    assert spelling.check("recieve", "en") == []
    assert len(tool.asked) == 1


def test_strange_answers_are_read_as_nothing() -> None:
    units = "recieve".encode("utf-16-le")
    odd: list[Any] = [None, {}, [], {"offset": -1, "length": 3, "replacements": [], "message": ""}]
    odd += [{"offset": 5, "length": 40, "replacements": [], "message": "x"}, {"offset": "a"}]
    assert [spelling._read(one, units) for one in odd] == [None] * len(odd)


def test_only_this_call_may_reach_the_private_service(tool: LanguageTool) -> None:
    with pytest.raises(outbound_http.ForbiddenError):
        outbound_http.post(f"{tool.base}/v2/check", form={"data": "{}"})
    with pytest.raises(outbound_http.ForbiddenError):
        outbound_http.post(f"{tool.base}/v2/check", form={"data": "{}"}, peer="127.0.0.1:1")
    assert tool.asked == []


def test_off_unless_it_is_set(settings: Settings) -> None:
    assert settings.SPELLING_URL == ""
    assert spelling.check("recieve", "en") == []
    assert not spelling.speaks("en")
