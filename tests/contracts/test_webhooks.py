"""The way in, for every adapter with a webhook (PRV-1 to PRV-5, SEC-36)."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from helpdesk import inbound
from helpdesk.adapters import adapter_for, adapters
from helpdesk.models import Conversation, InboundEvent, Inbox, Message
from tests.contracts.every import SUBJECTS
from tests.contracts.subject import Hook, Subject

pytestmark = pytest.mark.django_db
# Its calls only name a mail; tests/channels_email/test_providers.py reads them.
NAMED_ONLY = {("email", "resend")}
WEBHOOKS = [key for key, subject in SUBJECTS.items() if subject.hooked()]
each_webhook = pytest.mark.parametrize("subject", WEBHOOKS, indirect=True, ids=lambda key: key[1])


def post(inbox: Inbox, hook: Hook, client: Client | None = None) -> HttpResponse:
    path = f"/hooks/{inbox.provider}/{inbox.key}" + (f"?{hook.query}" if hook.query else "")
    answer: Any = (client or Client()).post(
        path, hook.body, content_type=hook.content_type, headers=dict(hook.headers)
    )
    return answer  # type: ignore[no-any-return]


def process() -> list[str]:
    """Parse everything that is stored; the states it ended in, oldest first."""
    events = InboundEvent.objects.order_by("pk")
    for pk in events.filter(state="new").values_list("pk", flat=True):
        inbound.process(pk)
    return list(events.values_list("state", flat=True))


def bodies() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("body", flat=True))


def test_every_webhook_adapter_takes_part() -> None:
    registered = {
        (each.channel, each.provider)
        for each in adapters()
        if hasattr(each, "verify") and not each.capabilities.talks  # tests/channels_sms/test_voice
    }

    assert registered - set(WEBHOOKS) == NAMED_ONLY
    assert not set(WEBHOOKS) - registered


@each_webhook
def test_a_text_becomes_a_message(subject: Subject, inbox: Inbox) -> None:
    answer = post(inbox, subject.text(inbox, "Zażółć 😀 שלום"))

    assert answer.status_code == 200
    assert process() == ["done"]
    message = Message.objects.get()
    assert message.body == "Zażółć 😀 שלום"
    assert message.external_id
    identity = message.conversation.customer.identities.get()
    assert (identity.address, identity.verified) == (subject.sender, subject.vouches)


@each_webhook
def test_what_the_provider_did_not_sign_is_refused(subject: Subject, inbox: Inbox) -> None:
    for name, hook in subject.forgeries(subject.text(inbox, "forged")):
        # 401 only for who has to be asked for a password before it tells it (SNS).
        expected = 401 if (subject.provider, name) == ("ses", "missing") else 403
        assert post(inbox, hook).status_code == expected, name
    assert not InboundEvent.objects.exists()


@each_webhook
def test_another_inboxs_signature_is_refused(subject: Subject, inbox: Inbox) -> None:
    other = subject.inbox(2)

    assert post(inbox, subject.text(other, "elsewhere")).status_code == 403
    assert not InboundEvent.objects.exists()


@each_webhook
def test_only_post_is_taken(subject: Subject, inbox: Inbox) -> None:
    hook = subject.text(inbox, "hello")
    path = f"/hooks/{inbox.provider}/{inbox.key}"

    for method in ("get", "put", "delete", "head"):
        answer = getattr(Client(), method)(path, headers=dict(hook.headers))
        assert answer.status_code in (403, 405), method
    assert not InboundEvent.objects.exists()


@each_webhook
def test_an_inbox_without_secrets_takes_nothing(subject: Subject, inbox: Inbox) -> None:
    inbox.secrets = dict.fromkeys(inbox.secrets, "")
    inbox.save()

    assert post(inbox, subject.text(inbox, "hello")).status_code == 403
    inbox.secrets = {}
    inbox.save()
    for _name, hook in subject.forgeries(subject.text(subject.inbox(2), "hello")):
        assert post(inbox, hook).status_code in (401, 403)
    assert not InboundEvent.objects.exists()


@each_webhook
def test_a_disabled_or_unknown_inbox_is_not_there(subject: Subject, inbox: Inbox) -> None:
    hook = subject.text(inbox, "hello")
    inbox.enabled = False
    inbox.save()

    assert post(inbox, hook).status_code == 404
    inbox.key = "nobody"
    assert post(inbox, hook).status_code == 404


@each_webhook
def test_a_huge_body_is_refused_unread(
    subject: Subject, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = min(getattr(adapter_for(inbox), "max_body_bytes", 1_000_000), 1_000_000)
    monkeypatch.setattr(adapter_for(inbox), "max_body_bytes", limit, raising=False)
    answer = post(inbox, subject.text(inbox, "x" * 1_100_000))

    assert answer.status_code == 413
    assert not InboundEvent.objects.exists()


@each_webhook
def test_the_same_call_again_changes_nothing(subject: Subject, inbox: Inbox) -> None:
    hook = subject.text(inbox, "once")

    assert [post(inbox, hook).status_code for _ in range(3)] == [200, 200, 200]
    process()
    assert post(inbox, hook).status_code == 200
    assert process() == ["done"]
    assert bodies() == ["once"]


@each_webhook
def test_a_bad_one_among_good_ones_is_put_aside_alone(subject: Subject, inbox: Inbox) -> None:
    calls = [
        subject.text(inbox, "first", 1),
        subject.broken(inbox),
        subject.text(inbox, "second", 2),
    ]

    assert [post(inbox, hook).status_code for hook in calls] == [200, 200, 200]
    assert process() == ["done", "quarantined", "done"]
    assert bodies() == ["first", "second"]
    assert Conversation.objects.count() == (2 if subject.threaded else 1)


@each_webhook
def test_an_unknown_kind_is_kept_and_never_lost(subject: Subject, inbox: Inbox) -> None:
    assert post(inbox, subject.unknown(inbox)).status_code == 200
    assert process() == ["done" if subject.shows_unknown else "ignored"]
    assert ["unsupported" in body for body in bodies()] == [True] * subject.shows_unknown


@each_webhook
@pytest.mark.parametrize("text", ["", " ", "\x00", "a\x00b", "\u202egnihtyna", "x" * 20_000])
def test_odd_texts_are_filed(subject: Subject, inbox: Inbox, text: str) -> None:
    assert post(inbox, subject.text(inbox, text)).status_code == 200
    assert process() == ["done"]
    assert Message.objects.count() == 1
