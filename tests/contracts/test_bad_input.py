"""Bad input of every provider: forged, changed on the way, for another account, odd times.

One table (bad_input.ROWS) says what each proof covers; whoever has a webhook has a row.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from django.test import Client

from helpdesk.models import InboundEvent, Inbox, Message
from tests.contracts.bad_input import ROWS
from tests.contracts.every import SUBJECTS
from tests.contracts.subject import Hook, Subject
from tests.contracts.test_webhooks import WEBHOOKS, each_webhook, post, process

pytestmark = pytest.mark.django_db
ENDS = {"done", "quarantined", "ignored"}
IDS = (2**33, 2**62, -5, 0)
TIMES: tuple[Any, ...] = (
    1_700_000_000, 1_700_000_000_000, "1700000000", "1700000000000", 0, -1, 1e30, "", "soon",
    None, [], {"at": 1},
)  # fmt: skip


def row(subject: Subject) -> Any:
    return ROWS[subject.channel, subject.provider]


def test_every_provider_has_a_row() -> None:
    assert set(ROWS) == set(WEBHOOKS)
    for key, one in ROWS.items():
        complete = one.covers and one.stale and one.accounts
        assert complete or one.why, f"{key}: what cannot be proved is said"


def altered(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The body as somebody on the way would change it."""
    middle = len(body) // 2
    yield "one byte", body[:middle] + bytes((body[middle] ^ 1,)) + body[middle + 1 :]
    yield "truncated", body[:-1]
    yield "more", body + b" "
    if body[:1] in b"{[":
        yield "re-spaced", json.dumps(json.loads(body), separators=(",", ":")).encode()


@each_webhook
def test_what_was_changed_on_the_way_is_refused(subject: Subject, inbox: Inbox) -> None:
    hook = subject.text(inbox, "forged")
    for name, body in altered(hook.body):
        answer = post(inbox, replace(hook, body=body))
        if row(subject).covers:
            assert answer.status_code == 403, name
        else:
            assert answer.status_code in (200, 400, 403), name
            assert set(process()) <= ENDS
    if row(subject).covers:
        assert not InboundEvent.objects.exists()


@each_webhook
def test_a_call_of_another_provider_is_refused(subject: Subject, inbox: Inbox) -> None:
    others = [key for key in WEBHOOKS if key[1] != subject.provider]
    for key in others:
        stranger = SUBJECTS[key](subject.control, subject.base_url)
        shares = {"brevo", "mailjet", "postmark", "sendgrid", "ses", "sparkpost"}
        if {subject.provider, stranger.provider} <= shares:
            continue  # a password of the same form: another inbox's is tried elsewhere
        hook = stranger.text(stranger.inbox(7), "foreign")
        assert post(inbox, hook).status_code in (401, 403), key
    assert not InboundEvent.objects.exists()


@each_webhook
def test_a_signed_call_for_another_account_is_refused(subject: Subject, inbox: Inbox) -> None:
    hook = subject.text(inbox, "hello")
    for ours, theirs in row(subject).accounts:
        assert ours in hook.body, "the row names what is not in the call"
        foreign = subject.signs(inbox, hook, hook.body.replace(ours, theirs))
        assert post(inbox, foreign).status_code == 403, theirs
    assert not InboundEvent.objects.exists()
    assert post(inbox, subject.signs(inbox, hook, hook.body)).status_code == 200


@each_webhook
def test_what_is_old_is_refused_where_the_proof_has_a_time(subject: Subject, inbox: Inbox) -> None:
    hook = subject.text(inbox, "late")
    if not row(subject).stale:
        return
    if subject.provider == "mailgun":
        late = dict(subject.forgeries(hook))
        old, ahead = late["stale"], late["ahead"]
    else:
        signs = cast("Any", subject).signs
        old, ahead = signs(inbox, hook, hook.body, 3600), signs(inbox, hook, hook.body, -3600)
    assert post(inbox, old).status_code == 403
    assert post(inbox, ahead).status_code == 403
    assert not InboundEvent.objects.exists()


@each_webhook
def test_a_signed_wreck_is_kept_and_harms_nobody(subject: Subject, inbox: Inbox) -> None:
    hook = subject.text(inbox, "whole")
    wrecks = (hook.body[: len(hook.body) // 2], b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}" * 3)
    for body in wrecks:
        answer = post(inbox, subject.signs(inbox, hook, body))
        assert answer.status_code in (200, 400, 403), body
    assert set(process()) <= ENDS
    assert post(inbox, subject.text(inbox, "next", 2)).status_code == 200
    assert process()[-1] == "done"


@each_webhook
def test_odd_numbers_are_ids_like_others(subject: Subject, inbox: Inbox) -> None:
    ids = IDS if subject.provider != "mailgun" else (0, 5)  # there it is a time as well
    for number in ids:
        assert post(inbox, subject.text(inbox, f"odd {number}", number)).status_code == 200
    assert set(process()) == {"done"}
    bodies = set(Message.objects.values_list("body", flat=True))
    assert bodies == {f"odd {number}" for number in ids}


def with_times(found: Any, value: Any) -> tuple[Any, int]:
    """The document with another value in every place for a time; how many there were."""
    if isinstance(found, list):
        each = [with_times(one, value) for one in found]
        return [one for one, _n in each], sum(n for _one, n in each)
    if not isinstance(found, dict):
        return found, 0
    made, many = {}, 0
    for name, one in found.items():
        timed = name in ("timestamp", "date", "ts", "time", "message-timestamp")
        made[name], n = (value, 1) if timed else with_times(one, value)
        many += n
    return made, many


@each_webhook
def test_any_time_is_a_time_or_none(subject: Subject, inbox: Inbox) -> None:
    """Milliseconds and seconds, words, nothing: the message is filed with a time that can be."""
    if subject.channel == "email":
        return  # a mail's date is the mail's (tests/channels_email, B9)
    for number, value in enumerate(TIMES):
        hook = subject.text(inbox, f"at {number}", number + 1)
        if hook.body[:1] not in b"{[":
            return
        document, many = with_times(json.loads(hook.body), value)
        if not many:
            return
        sent: Hook = subject.signs(inbox, hook, json.dumps(document).encode())
        assert post(inbox, sent).status_code == 200, value
    assert set(process()) <= {"done", "quarantined"}
    assert Message.objects.count() >= 4
    said = Message.objects.filter(sent_at__isnull=False).values_list("sent_at", flat=True)
    assert {at and at.year for at in said} <= {1700000000 // 31556952 + 1970}


def test_refusing_is_quick(client: Client) -> None:
    """What nobody signed costs no reading: a megabyte of nonsense, refused."""
    inbox = Inbox.objects.create(
        name="T", channel="social", provider="telegram", secrets={"webhook_secret": "s"}
    )
    began = time.process_time()
    answer = client.post(
        f"/hooks/telegram/{inbox.key}", b"[" * 900_000, content_type="application/json"
    )
    assert answer.status_code == 403
    assert time.process_time() - began < 0.5
