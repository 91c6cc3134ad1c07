"""Files that cannot be had, of every provider that has them fetched: the words arrive all the same,
and the agent is told why there is no picture and what to do.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from channels_sms.providers import twilio_media
from channels_social.providers import media, telegram_api
from helpdesk import outbound_http
from helpdesk.models import Conversation, Inbox, Message, Missing
from helpdesk.outbound_http import Answer
from helpdesk.realtime import payloads
from helpdesk.web import words
from tests.contracts.every import SUBJECTS
from tests.contracts.media_faults import FAULTS, INNER, ROWS, Fault, Media
from tests.contracts.subject import Subject
from tests.contracts.test_webhooks import post, process

pytestmark = pytest.mark.django_db
each_that_fetches = pytest.mark.parametrize("subject", ROWS, indirect=True, ids=lambda key: key[1])


def test_every_provider_that_fetches_has_a_row() -> None:
    fetching = {
        key
        for key, one in SUBJECTS.items()
        if one.hooked() and one.media and one.fetches_files and key[0] != "email"
    }
    assert set(ROWS) == fetching


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every call of a row be answered as it and its fault say; the URLs that were called."""
    for module in (media, telegram_api, twilio_media):
        monkeypatch.setattr(module, "_PAUSES", (0.0, 0.0, 0.0))

    def script(row: Media, fault: Fault) -> list[str]:
        urls: list[str] = []

        def call(request: requests.Request, *_limits: Any, **_more: Any) -> Answer:
            urls.append(str(request.url))
            if row.at in urls[-1]:
                if isinstance(fault.answer, Exception):
                    raise fault.answer
                return fault.answer
            for part, document in row.asked:
                if urls[-1].endswith(part):
                    return Answer(200, {}, json.dumps(document).encode())
            return Answer(404, {}, b"{}")  # nobody is asked for a name

        monkeypatch.setattr(outbound_http, "_call", call)
        return urls

    return script


@pytest.mark.parametrize("name", FAULTS)
@each_that_fetches
def test_the_words_arrive_and_the_file_or_why_not(
    subject: Subject, inbox: Inbox, called: Any, name: str
) -> None:
    row, fault = ROWS[subject.channel, subject.provider], FAULTS[name]
    urls = called(row, fault)
    assert post(inbox, row.hook(subject, inbox)).status_code == 200
    assert process() == ["done"]

    message = Message.objects.get()
    assert message.body == row.words
    assert Conversation.objects.get().unread == 1
    (file,) = payloads.message(message)["attachments"]
    missing = fault.missing
    if missing == Missing.REFUSED and not row.follows:
        missing = Missing.GONE  # it follows nobody anywhere
    assert (file["missing"], file["stored"], bool(file["url"])) == (
        missing,
        not missing,
        not missing,
    )
    if fault.kind:
        assert file["type"] == fault.kind
    assert any(row.at in one for one in urls), "the picture itself was asked for"
    assert not [one for one in urls if one.startswith(INNER)]


def test_each_has_words_with_a_way_out() -> None:
    said = words.workspace()
    for why in Missing.values:
        assert "Ask" in str(said[f"file.lost.{why}"]), why
