"""The e-mail providers in the battery: two have a fake to send to, the others only call us.

Each one's call is built by hand from its documentation, not by the code that reads it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

from channels_email.esp_fakes import mailgun_signature, multipart, written
from helpdesk.models import Inbox
from tests.channels_email import amazon
from tests.contracts.subject import Hook, Subject

SECRET = "Secret-of-the-address-{}"
_JSON = "application/json"


class MailSubject(Subject):
    """One provider of e-mail. Its calls prove themselves by a password or by a signature."""

    channel = "email"
    sender = "ann@customer.example"
    address = "help@shop.example"
    too_long = 0
    vouches = False
    threaded = True
    fetches_files = False
    signature_header = "Authorization"
    api_path: ClassVar[str] = ""

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"Mail {number}",
            channel="email",
            provider=self.provider,
            address=self.address.replace("@", f"{number}@"),
            settings={
                "api_base": f"{self.base_url}{self.api_path}",
                "quote_history": False,
                "opened_is_read": True,
            },
            secrets={"api_key": f"key-{number}", **self.proofs(number)},
        )

    def key(self, number: int) -> str:
        """What is stored to verify signatures with; "" for providers without."""
        return ""

    def proofs(self, number: int) -> dict[str, str]:
        """The secrets by which calls are proved."""
        key = self.key(number)
        return {"hook_keys": key} if key else {"hook_secret": SECRET.format(number)}

    def mail(self, inbox: Inbox, text: str, number: int) -> bytes:
        """The customer's mail; equal arguments, equal bytes."""
        order = {"from": self.sender, "to": inbox.address, "text": text}
        named = {"message_id": f"<{number}.{inbox.pk}@customer.example>", "subject": f"No {number}"}
        made = written({**order, **named})
        return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        return self.signed(inbox, self.holding(inbox, self.mail(inbox, text, number), number))

    def unknown(self, inbox: Inbox) -> Hook:
        return self.signed(inbox, self.strange(inbox))

    def broken(self, inbox: Inbox) -> Hook:
        return self.signed(inbox, {"no": "such thing"})

    def holding(self, inbox: Inbox, mail: bytes, number: int) -> Any:
        """The document in which the provider hands over a mail."""
        raise NotImplementedError

    def strange(self, inbox: Inbox) -> Any:
        """A document that tells something nobody needs."""
        raise NotImplementedError

    def signed(self, inbox: Inbox, document: Any) -> Hook:
        """The document, posted with the password of the address."""
        secret = inbox.secrets.get("hook_secret", "")
        given = base64.b64encode(f"parley:{secret}".encode()).decode()
        body = json.dumps(document).encode()
        return Hook(body, _JSON, {"Authorization": f"Basic {given}"})

    def write(self, inbox: Inbox, **order: Any) -> None:
        keys = inbox.secrets.get("hook_keys")
        proof = keys or f"parley:{inbox.secrets['hook_secret']}"
        self.control.incoming(to=inbox.address, proof=proof, **{"from": self.sender, **order})


class MailgunSubject(MailSubject):
    provider = "mailgun"
    fake = "mailgun"
    api_path = "/v3"
    refused_code = 400
    broken_code = 401
    receipts = True
    signature_header = ""
    signed_apart = False
    undelivered = ("bounced", "no_such_user")

    def key(self, number: int) -> str:
        return f"mg-key-{number}"

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        mail = self.mail(inbox, text, number).decode("utf-8", "surrogateescape")
        timestamp, token = str(int(time.time()) - number), f"token-{number}"
        values = {**self._proof(inbox, timestamp, token), "body-mime": mail}
        values |= {"sender": self.sender, "recipient": inbox.address}
        body = urlencode(values, errors="surrogateescape").encode()
        return Hook(body, "application/x-www-form-urlencoded")

    def signed(self, inbox: Inbox, document: Any) -> Hook:
        key = inbox.secrets.get("hook_keys", "")
        body = {"signature": mailgun_signature(key), **document}
        return Hook(json.dumps(body).encode(), _JSON)

    def strange(self, inbox: Inbox) -> Any:
        return {"event-data": {"event": "teleported", "id": "x"}}

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        events = {"sent": "accepted", "read": "opened", "failed": "rejected"}
        facts: dict[str, Any] = {
            "event": events.get(state, state),
            "timestamp": time.time(),
            "recipient": self.sender,
            "message": {"headers": {"message-id": provider_id}},
        }
        if delivery:
            facts["user-variables"] = {"parley_delivery": str(delivery)}
        return self.signed(inbox, {"event-data": facts})

    def forgeries(self, hook: Hook) -> Iterator[tuple[str, Hook]]:
        text = hook.body.decode()
        (given,) = [one for one in text.split("&") if one.startswith("signature=")]
        right = given.partition("=")[2]
        others = {"empty": "", "truncated": right[:-1], "longer": right + "A"}
        others |= {"other case": right.upper(), "wrong": "0" * 64}
        yield "missing", replace(hook, body=text.replace(given, "x=1").encode())
        yield "no form", replace(hook, content_type="text/plain")
        for name, value in others.items():
            yield name, replace(hook, body=text.replace(given, f"signature={value}").encode())
        for name, seconds in (("stale", -90_000), ("ahead", 4000)):
            values = {**self._proof_of("mg-key-1", str(int(time.time()) + seconds), name)}
            yield name, replace(hook, body=urlencode({**values, "body-mime": "x"}).encode())

    def _proof(self, inbox: Inbox, timestamp: str, token: str) -> dict[str, str]:
        return self._proof_of(inbox.secrets.get("hook_keys", ""), timestamp, token)

    def _proof_of(self, key: str, timestamp: str, token: str) -> dict[str, str]:
        made = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
        return {"timestamp": timestamp, "token": token, "signature": made}


class PostmarkSubject(MailSubject):
    provider = "postmark"
    fake = "postmark"
    refused_code = 406
    broken_code = 10
    receipts = True
    echo_state = "delivered"
    reports = 1
    undelivered = ("bounced", "no_such_user")

    def holding(self, inbox: Inbox, mail: bytes, number: int) -> Any:
        return {
            "FromFull": {"Email": self.sender},
            "OriginalRecipient": inbox.address,
            "MessageID": f"pm-{number}",
            "RawEmail": mail.decode("utf-8", "surrogateescape"),
        }

    def broken(self, inbox: Inbox) -> Hook:
        return self.signed(inbox, {"RecordType": "Inbound", "Headers": "none"})

    def strange(self, inbox: Inbox) -> Any:
        return {"RecordType": "Teleport", "MessageID": "x"}

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        kinds: dict[str, dict[str, Any]] = {
            "read": {"RecordType": "Open", "Recipient": self.sender},
            "failed": {"RecordType": "Bounce", "Type": "Blocked", "Email": self.sender},
        }
        told = kinds.get(state, {"RecordType": "Delivery", "Recipient": self.sender})
        metadata = {"Metadata": {"parley_delivery": str(delivery)}} if delivery else {}
        return self.signed(inbox, {**told, **metadata, "MessageID": provider_id})


class SendGridSubject(MailSubject):
    provider = "sendgrid"

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        mail = self.mail(inbox, text, number).decode("utf-8", "surrogateescape")
        envelope = {"to": [inbox.address], "from": self.sender}
        kind, body = multipart({"email": mail, "envelope": json.dumps(envelope)})
        # The boundary is random; equal arguments must make equal calls.
        boundary = kind.partition("=")[2]
        body = body.replace(boundary.encode(), b"----equal")
        hook = self.signed(inbox, {})
        return replace(hook, body=body, content_type="multipart/form-data; boundary=----equal")

    def strange(self, inbox: Inbox) -> Any:
        return [{"event": "teleported", "sg_event_id": "x", "timestamp": 1700000000}]

    def broken(self, inbox: Inbox) -> Hook:
        return self.signed(inbox, [{"no": "such thing"}])


class SparkPostSubject(MailSubject):
    provider = "sparkpost"

    def holding(self, inbox: Inbox, mail: bytes, number: int) -> Any:
        content = {
            "email_rfc822": base64.b64encode(mail).decode(),
            "email_rfc822_is_base64": True,
        }
        told = {"msg_from": self.sender, "rcpt_to": inbox.address, "protocol": "smtp"}
        return [{"msys": {"relay_message": {**told, "content": content}}}]

    def strange(self, inbox: Inbox) -> Any:
        return [{"msys": {"message_event": {"type": "teleported", "event_id": "x"}}}]


class MandrillSubject(MailSubject):
    provider = "mandrill"
    signature_header = "X-Mandrill-Signature"

    def key(self, number: int) -> str:
        return f"mandrill-key-{number}"

    def holding(self, inbox: Inbox, mail: bytes, number: int) -> Any:
        told = {"raw_msg": mail.decode("utf-8", "surrogateescape"), "email": inbox.address}
        return [{"event": "inbound", "ts": 1700000000, "msg": told}]

    def strange(self, inbox: Inbox) -> Any:
        return [{"event": "teleported", "ts": 1700000000, "_id": "x"}]

    def signed(self, inbox: Inbox, document: Any) -> Hook:
        body = urlencode({"mandrill_events": json.dumps(document)}).encode()
        return self.signs(inbox, Hook(b"", ""), body)

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        events = dict(parse_qsl(body.decode(errors="replace"))).get("mandrill_events", "")
        url = f"{settings.PUBLIC_BASE_URL}/hooks/mandrill/{inbox.key}"
        key = inbox.secrets.get("hook_keys", "").encode()
        made = hmac.new(key, f"{url}mandrill_events{events}".encode(), hashlib.sha1).digest()
        return Hook(
            body,
            "application/x-www-form-urlencoded",
            {self.signature_header: base64.b64encode(made).decode()},
        )


class MailerSendSubject(MailSubject):
    provider = "mailersend"
    signature_header = "Signature"

    def key(self, number: int) -> str:
        return f"mailersend-key-{number}"

    def holding(self, inbox: Inbox, mail: bytes, number: int) -> Any:
        told = {
            "raw": mail.decode("utf-8", "surrogateescape"),
            "sender": {"email": self.sender},
            "recipients": {"rcptTo": [{"email": inbox.address}]},
        }
        return {"type": "inbound.message", "data": told}

    def strange(self, inbox: Inbox) -> Any:
        return {"type": "activity.teleported", "data": {"type": "teleported"}}

    def signed(self, inbox: Inbox, document: Any) -> Hook:
        return self.signs(inbox, Hook(b"", _JSON), json.dumps(document).encode())

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        key = inbox.secrets.get("hook_keys", "").encode()
        made = hmac.new(key, body, hashlib.sha256).hexdigest()
        return Hook(body, _JSON, {self.signature_header: made})


@cache
def _rsa(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class PostalSubject(MailSubject):
    provider = "postal"
    signature_header = "X-Postal-Signature"

    def key(self, number: int) -> str:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = _rsa(number).public_key().public_bytes(serialization.Encoding.PEM, kind)
        return "".join(pem.decode().split("\n")[1:-2])

    def holding(self, inbox: Inbox, mail: bytes, number: int) -> Any:
        told = {"mail_from": self.sender, "rcpt_to": inbox.address, "base64": True}
        return {**told, "id": number, "message": base64.b64encode(mail).decode()}

    def strange(self, inbox: Inbox) -> Any:
        message = {"id": 1, "direction": "outgoing"}
        return {"uuid": "x", "timestamp": 1.0, "payload": {"message": message}}

    def broken(self, inbox: Inbox) -> Hook:
        return self.signed(inbox, {"rcpt_to": 5})

    def signed(self, inbox: Inbox, document: Any) -> Hook:
        return self.signs(inbox, Hook(b"", _JSON), json.dumps(document).encode())

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        numbers = [one for one in (1, 2) if inbox.secrets.get("hook_keys") == self.key(one)]
        made = _rsa(numbers[0] if numbers else 3).sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
        return Hook(body, _JSON, {self.signature_header: base64.b64encode(made).decode()})


class MailjetSubject(MailSubject):
    provider = "mailjet"

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        headers = {
            "From": f"Ann <{self.sender}>",
            "To": inbox.address,
            "Subject": f"No {number}",
            "Message-ID": f"<{number}.{inbox.pk}@customer.example>",
        }
        told = {"Sender": self.sender, "Recipient": inbox.address, "Headers": headers}
        return self.signed(inbox, {**told, "Text-part": text, "Parts": []})

    def strange(self, inbox: Inbox) -> Any:
        return [{"event": "teleported", "time": 1700000000, "MessageID": 1}]


class BrevoSubject(MailSubject):
    provider = "brevo"

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        headers = {
            "From": f"Ann <{self.sender}>",
            "To": inbox.address,
            "Subject": f"No {number}",
            "Message-ID": f"<{number}.{inbox.pk}@customer.example>",
            "Return-Path": f"<{self.sender}>",
        }
        told = {"Uuid": [f"u-{number}"], "Recipients": [inbox.address], "Headers": headers}
        return self.signed(inbox, {"items": [{**told, "RawTextBody": text}]})

    def strange(self, inbox: Inbox) -> Any:
        return {"event": "teleported", "message-id": "<x@y>"}


class AmazonSESSubject(MailSubject):
    provider = "ses"

    def signed(self, inbox: Inbox, document: Any) -> Hook:
        amazon.known()
        known = isinstance(document, dict) and document.get("Type") == "Notification"
        return super().signed(inbox, amazon.signed(document) if known else document)

    def holding(self, inbox: Inbox, mail: bytes, number: int) -> Any:
        action = {"type": "SNS", "encoding": "BASE64"}
        told = {
            "notificationType": "Received",
            "mail": {"source": self.sender},
            "receipt": {"recipients": [inbox.address], "action": action},
            "content": base64.b64encode(mail).decode(),
        }
        return {"Type": "Notification", "MessageId": str(number), "Message": json.dumps(told)}

    def strange(self, inbox: Inbox) -> Any:
        told = {"eventType": "Teleport", "mail": {"destination": [self.sender]}}
        return {"Type": "Notification", "MessageId": "x", "Message": json.dumps(told)}


MAIL_SUBJECTS: dict[tuple[str, str], type[Subject]] = {
    (one.channel, one.provider): one
    for one in (
        AmazonSESSubject,
        BrevoSubject,
        MailerSendSubject,
        MailgunSubject,
        MailjetSubject,
        MandrillSubject,
        PostalSubject,
        PostmarkSubject,
        SendGridSubject,
        SparkPostSubject,
    )
}
