"""A visitor's token: kept while his first words are under way, never good for another widget."""

from __future__ import annotations

import secrets
import uuid

import pytest

from chat import sessions
from chat.models import VisitorSession
from helpdesk.models import Conversation, Inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox.objects.create(name="Shop", channel="chat")


def test_upload_and_first_text_of_one_new_token_are_one_conversation(inbox: Inbox) -> None:
    token = secrets.token_urlsafe(32)
    file = sessions.upload(sessions.open_session(inbox, token), "a.txt", b"hello")
    text = sessions.open_session(inbox, token)
    message = sessions.send(text, cid=uuid.uuid4(), body="Look", attachments=[file.pk])
    assert text.token == token
    assert VisitorSession.objects.count() == 1
    assert list(message.attachments.all()) == [file]


def test_resend_of_the_first_text_is_the_same_message(inbox: Inbox) -> None:
    token, cid = secrets.token_urlsafe(32), uuid.uuid4()
    first = sessions.send(sessions.open_session(inbox, token), cid=cid, body="Hello")
    again = sessions.send(sessions.open_session(inbox, token), cid=cid, body="Hello")
    assert first.pk == again.pk
    assert Conversation.objects.count() == 1


def test_token_of_another_widget_opens_nothing(inbox: Inbox) -> None:
    other = Inbox.objects.create(name="Other", channel="chat")
    mine = sessions.open_session(inbox, "")
    sessions.send(mine, cid=uuid.uuid4(), body="Secret")
    theirs = sessions.open_session(other, mine.token)
    assert theirs.token != mine.token
    assert theirs.conversation_id is None


@pytest.mark.parametrize("token", ["", "short", "x" * 300, "a\x00b", "../../etc/passwd"])
def test_malformed_token_is_replaced(inbox: Inbox, token: str) -> None:
    assert sessions.open_session(inbox, token).token != token


def test_foreign_upload_is_not_attached(inbox: Inbox) -> None:
    file = sessions.upload(sessions.open_session(inbox, ""), "a.txt", b"hello")
    message = sessions.send(
        sessions.open_session(inbox, ""), cid=uuid.uuid4(), body="Mine?", attachments=[file.pk]
    )
    assert not message.attachments.exists()
