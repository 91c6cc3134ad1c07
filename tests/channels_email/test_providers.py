"""E-mail providers beyond the battery: proofs, batches, what they tell, what is fetched."""

# ruff: noqa: E501  the table of what providers tell

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from channels_email import posted, threads
from channels_email.checks import calls_are_proved
from channels_email.esp_fakes import mailgun_signature
from channels_email.providers import PROVIDERS, proofs
from helpdesk import inbound, outbound_http
from helpdesk.adapters import Ignored, Raw, Receipt, RefusedError, adapter_for
from helpdesk.models import InboundEvent, Inbox, Message
from tests import factories
from tests.channels_email import amazon

SECRET = "a-password-of-enough-letters"
BASIC = "Basic " + base64.b64encode(f"parley:{SECRET}".encode()).decode()
MIME = (
    b"From: Ann <ann@customer.example>\r\nTo: help@shop.example\r\nSubject: Hi\r\n"
    b"Message-ID: <1@customer.example>\r\n\r\nHello\r\n"
)


def mailbox(provider: str, **more: Any) -> Inbox:
    secrets = {"api_key": "key", "hook_secret": SECRET, **more.pop("secrets", {})}
    return factories.inbox(
        channel="email",
        provider=provider,
        address=more.pop("address", "help@shop.example"),
        secrets=secrets,
        teams=[factories.team()],
        **more,
    )


def post(inbox: Inbox, body: bytes, content_type: str = "application/json", **headers: str) -> int:
    path = f"/hooks/{inbox.provider}/{inbox.key}"
    given = {"Authorization": BASIC, **headers}
    return Client().post(path, body, content_type=content_type, headers=given).status_code


def read(inbox: Inbox, element: Any) -> list[Any]:
    """What a stored payload of the inbox's provider is read as."""
    headers = {"provider": inbox.provider, "content-type": "application/json"}
    return list(adapter_for(inbox).parse(inbox, Raw("k", json.dumps(element).encode(), headers)))


def test_the_golden_vector_of_mailgun() -> None:
    """providers.md 2.6."""
    given = "c3c26a75a859d0c3a724ad868f960711078fa5c98a61c070e9e8bcac15ed3f56"
    proofs.hex_sha256(["mg-key"], b"1700000000tok", given)
    for wrong in ("", given[:-1], given.upper()):
        with pytest.raises(RefusedError):
            proofs.hex_sha256(["mg-key"], b"1700000000tok", wrong)
    with pytest.raises(RefusedError):
        proofs.hex_sha256([], b"1700000000tok", given)


def test_svix_signatures() -> None:
    """The published example of Svix."""
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body, now = b'{"test": 2432232314}', str(int(time.time()))
    secret = base64.b64decode(key.removeprefix("whsec_"))
    made = base64.b64encode(
        hmac.new(secret, f"m.{now}.".encode() + body, "sha256").digest()
    ).decode()
    proofs.svix([key], "m", now, body, f"v1,xx v1,{made}")
    for bad in (f"v2,{made}", made, "", f"v1,{made[:-2]}"):
        with pytest.raises(RefusedError):
            proofs.svix([key], "m", now, body, bad)
    with pytest.raises(RefusedError):
        proofs.svix(["whsec_"], "m", now, body, f"v1,{made}")
    with pytest.raises(RefusedError):
        proofs.svix([key], "m", "1614265330", body, f"v1,{made}")


@pytest.mark.parametrize("secret", ["", "short"])
def test_an_empty_or_short_password_opens_nothing(secret: str) -> None:
    given = "Basic " + base64.b64encode(f"parley:{secret}".encode()).decode()
    with pytest.raises(RefusedError):
        proofs.password(secret, given)


@pytest.mark.django_db
def test_a_token_of_mailgun_is_good_for_one_body() -> None:
    """Its signature does not cover the body."""
    inbox = mailbox("mailgun", secrets={"hook_keys": "mg-key"})
    signed = {"signature": mailgun_signature("mg-key")}
    first = json.dumps({**signed, "event-data": {"event": "delivered"}}).encode()
    other = json.dumps({**signed, "event-data": {"event": "complained"}}).encode()
    assert post(inbox, first) == 200
    assert post(inbox, first) == 200
    assert post(inbox, other) == 403
    assert InboundEvent.objects.count() == 1


@pytest.mark.django_db
def test_sendgrids_signature_counts_once_its_key_is_known() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()
    inbox = mailbox("sendgrid", secrets={"hook_keys": pem})
    body, now = b'[{"event": "delivered", "timestamp": 1}]', str(int(time.time()))
    made = private.sign(now.encode() + body, ec.ECDSA(hashes.SHA256()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(made).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": now,
    }
    assert post(inbox, body) == 403
    assert post(inbox, body + b" ", **headers) == 403
    assert post(inbox, body, **headers) == 200


@pytest.mark.django_db
def test_one_bad_element_of_a_batch_is_put_aside_alone() -> None:
    inbox = mailbox("sparkpost")

    def mail(number: int) -> dict[str, Any]:
        text = MIME.replace(b"<1@", f"<{number}@".encode()).decode()
        told = {"msg_from": "ann@customer.example", "rcpt_to": inbox.address}
        return {"msys": {"relay_message": {**told, "content": {"email_rfc822": text}}}}

    batch = [mail(1), {"msys": {"relay_message": {"content": 5}}}, mail(2)]
    assert post(inbox, json.dumps(batch).encode()) == 200
    for pk in InboundEvent.objects.order_by("pk").values_list("pk", flat=True):
        inbound.process(pk)
    states = InboundEvent.objects.order_by("received_at").values_list("state", flat=True)
    assert list(states) == ["done", "quarantined", "done"]
    assert Message.objects.count() == 2
    assert post(inbox, json.dumps(batch).encode()) == 200
    assert InboundEvent.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"[]", b"5"])
@pytest.mark.parametrize("provider", sorted(set(PROVIDERS) - {"mailgun", "mandrill", "resend"}))
def test_no_body_makes_the_receiver_stumble(provider: str, body: bytes) -> None:
    """PRV-4: never a 500 by a parser."""
    inbox = mailbox(provider)
    assert post(inbox, body) in (200, 403)
    for pk in InboundEvent.objects.values_list("pk", flat=True):
        assert inbound.process(pk) == "quarantined"


TOLD: list[tuple[str, Any, str, bool]] = [
    ("mailgun", {"event-data": {"event": "failed", "severity": "permanent", "recipient": "A@x.example", "delivery-status": {"message": "550 5.1.1 no such user"}}}, "bounced", True),
    ("mailgun", {"event-data": {"event": "failed", "severity": "temporary", "recipient": "a@x.example"}}, "delayed", False),
    ("mailgun", {"event-data": {"event": "failed", "severity": "permanent", "recipient": "a@x.example", "delivery-status": {"message": "552 5.2.2 mailbox full"}}}, "bounced", False),
    ("postmark", {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": "a@x.example"}, "complained", False),
    ("postmark", {"RecordType": "Bounce", "Type": "HardBounce", "Email": "a@x.example", "Details": ""}, "bounced", True),
    ("sendgrid", {"event": "bounce", "type": "blocked", "reason": "550 5.7.1 refused", "email": "a@x.example", "timestamp": 1}, "bounced", False),
    ("sendgrid", {"event": "processed", "email": "a@x.example", "timestamp": 1}, "sent", False),
    ("brevo", {"event": "hard_bounce", "email": "a@x.example"}, "bounced", True),
    ("brevo", {"event": "soft_bounce", "email": "a@x.example"}, "bounced", False),
    ("mailjet", {"event": "bounce", "hard_bounce": True, "email": "a@x.example", "time": 1}, "bounced", True),
    ("sparkpost", {"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "raw_rcpt_to": "a@x.example"}}}, "bounced", True),
    ("mandrill", {"event": "soft_bounce", "ts": 1, "msg": {"email": "a@x.example"}}, "bounced", False),
    ("mailersend", {"type": "activity.hard_bounced", "data": {"type": "hard_bounced", "email": {"recipient": {"email": "a@x.example"}}}}, "bounced", True),
    ("resend", {"type": "email.complained", "data": {"to": ["a@x.example"]}}, "complained", False),
    ("postal", {"payload": {"status": "SoftFail", "message": {"to": "a@x.example"}}}, "delayed", False),
]  # fmt: skip
NAMES: dict[str, Any] = {
    "mailgun": lambda e: e["event-data"].update(message={"headers": {"message-id": "id-1@x"}}),
    "postmark": lambda e: e.update(MessageID="id-1@x"),
    "sendgrid": lambda e: e.update(anymail_id="id-1@x"),
    "brevo": lambda e: e.update({"message-id": "<id-1@x>"}),
    "mailjet": lambda e: e.update(MessageID="id-1@x"),
    "sparkpost": lambda e: e["msys"]["message_event"].update(transmission_id="id-1@x"),
    "mandrill": lambda e: e.update(_id="id-1@x"),
    "mailersend": lambda e: e["data"]["email"].update(message={"id": "id-1@x"}),
    "resend": lambda e: e["data"].update(email_id="id-1@x"),
    "postal": lambda e: e["payload"]["message"].update(id="id-1@x"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("provider", "element", "state", "hard"), TOLD)
def test_what_providers_tell(provider: str, element: Any, state: str, hard: bool) -> None:
    """H2, H5: one state machine for all of them, by the provider's id of the mail."""
    NAMES[provider](element)
    (told,) = read(mailbox(provider), element)
    assert isinstance(told, Receipt)
    assert (told.state, told.hard, told.provider_id) == (state, hard, "id-1@x")
    assert told.recipient == "a@x.example"


@pytest.mark.django_db
def test_opening_is_not_reading_unless_asked() -> None:
    told = {"RecordType": "Open", "Recipient": "a@x.example", "MessageID": "m"}
    assert isinstance(read(mailbox("postmark"), told)[0], Ignored)
    asked = mailbox("postmark", settings={"opened_is_read": True}, address="b@shop.example")
    assert read(asked, told)[0].state == "read"


@pytest.mark.django_db
def test_our_own_id_comes_first_and_ses_is_known_by_our_message_id() -> None:
    inbox = mailbox("ses")
    own = threads.message_id(77, 5, "shop.example")
    mail = {
        "messageId": "0102-abc",
        "sourceArn": "arn:aws:ses:eu-west-1:1:identity/shop.example",
        "destination": ["a@x.example"],
        "headers": [{"name": "Message-ID", "value": f"<{own}>"}],
    }
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": "a@x.example"}],
    }
    carried = json.dumps({"eventType": "Bounce", "mail": mail, "bounce": bounce})
    (told,) = read(inbox, {"Type": "Notification", "Message": carried})
    assert (told.delivery_id, told.state, told.hard) == (77, "bounced", True)
    assert told.provider_id == "0102-abc@eu-west-1.amazonses.com"
    echoed = {"RecordType": "Delivery", "Recipient": "a@x.example", "MessageID": "m"}
    echoed["Metadata"] = {"parley_delivery": "12"}  # type: ignore[assignment]
    (told,) = read(mailbox("postmark", name="Other"), echoed)
    assert (told.delivery_id, told.provider_id) == (12, "m")


@pytest.mark.django_db
def test_a_subscription_of_sns_is_confirmed_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(url: str, **more: Any) -> outbound_http.Answer:
        host = url.split("/")[2]
        if not more["allowed"](host):
            raise outbound_http.ForbiddenError("no")
        asked.append(url)
        return outbound_http.Answer(200, {}, b"")

    monkeypatch.setattr(outbound_http, "get", get)
    amazon.known()
    inbox = mailbox("ses")
    good = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    for number, url in enumerate((good, "https://evil.example/?sns.amazonaws.com")):
        body = {"Type": "SubscriptionConfirmation", "SubscribeURL": url, "MessageId": str(number)}
        body = amazon.signed(body)
        assert post(inbox, json.dumps(body).encode(), "text/plain; charset=UTF-8") == 200
    events = InboundEvent.objects.order_by("pk").values_list("pk", flat=True)
    assert [inbound.process(pk) for pk in events] == ["ignored", "new"]
    assert asked == [good]


@pytest.mark.django_db
def test_the_files_of_brevo_and_the_mail_of_resend_are_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def get(url: str, **_more: Any) -> outbound_http.Answer:
        if url.endswith("/emails/receiving/e1"):
            told = {"raw": {"download_url": "https://cdn.example/m"}, "to": ["help@shop.example"]}
            return outbound_http.Answer(200, {}, json.dumps(told).encode())
        return outbound_http.Answer(200, {}, MIME if "cdn" in url else b"%PDF content")

    monkeypatch.setattr(outbound_http, "get", get)
    brevo = mailbox("brevo")
    item = {
        "Headers": {"From": "ann@customer.example", "Subject": "Hi", "Message-ID": "<b@x>"},
        "RawTextBody": "See the file",
        "Attachments": [{"Name": "a.pdf", "ContentType": "application/pdf", "DownloadToken": "t"}],
    }
    assert post(brevo, json.dumps({"items": [item]}).encode()) == 200
    assert inbound.process(InboundEvent.objects.get().pk) == "done"
    message = Message.objects.get()
    assert message.body == "See the file"
    assert [one.name for one in message.attachments.all()] == ["a.pdf"]

    resend = mailbox("resend", name="Other")
    raw = Raw(
        "k",
        json.dumps({"type": "email.received", "data": {"email_id": "e1"}}).encode(),
        {"provider": "resend", "content-type": "application/json"},
    )
    event, _made = inbound.accept(resend, raw)
    assert inbound.process(event.pk) == "done"
    assert Message.objects.get(inbox=resend).body.strip() == "Hello"


@pytest.mark.django_db
def test_a_check_names_the_inboxes_whose_calls_are_all_refused() -> None:
    mailbox("postmark")
    mailbox("postal", address="b@shop.example")
    mailbox("brevo", address="c@shop.example", secrets={"hook_secret": ""})
    said = " ".join(one.msg for one in calls_are_proved(databases=["default"]))
    assert "Postal" in said
    assert "Brevo" in said
    assert "Postmark" not in said
    assert calls_are_proved() == []


def test_a_form_keeps_its_bytes() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nraw \xff\r\n\r\n--not\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a \\"b\\".txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nx\r\n--b--\r\n"
    )
    mail, file = posted.fields('multipart/form-data; boundary="b"', body)
    assert (mail.name, mail.data, mail.filename) == ("email", b"raw \xff\r\n\r\n--not", None)
    assert (file.filename, file.data) == ('a "b".txt', b"x")
    with pytest.raises(ValueError, match="not a form"):
        posted.fields("text/plain", b"x")
