"""Fake Mailgun and Postmark: their documented APIs, what they tell of mails, and mails to us.

An account learns where it has to call, and by which key or password, from the first mail that its
customer writes. Free of Django, for the fake providers' process.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses, make_msgid
from typing import Any

from channels_email.posted import Field, fields
from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, Fault, HttpFake, Reply, json_reply

_PACE = (0.15, 0.5)
_NO_USER = "550 5.1.1 no such user here"
_JSON = {"Content-Type": "application/json"}


class _MailFake(HttpFake):
    """What both have in common: who has to be called about the mails of an address."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._lock = threading.Lock()
        self._hooks: dict[str, tuple[str, str]] = {}

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `to` (our address) and `proof`: the signing key, or user:password.

        files: `{"name", "content_type", "data"}` with data in base64.
        """
        with self._lock:
            self._hooks[str(order["to"])] = (str(order["hook"]), str(order["proof"]))
        return [self.inbound(order, written(order))]

    def inbound(self, order: Mapping[str, Any], mail: EmailMessage) -> Webhook:
        """The call by which a mail is handed to us."""
        raise NotImplementedError

    def event(self, entry: Mapping[str, Any], kind: str, proof: str, url: str) -> Webhook:
        """The call that tells `kind` of a mail that was sent."""
        raise NotImplementedError

    def tell(self, entry: Mapping[str, Any], kinds: list[str], fault: Fault | None) -> None:
        """Tell of a mail what became of it, if somebody is to be told."""
        with self._lock:
            url, proof = self._hooks.get(str(entry["sender"]), ("", ""))
        kind = fault.kind if fault else ""
        if kind == "undelivered":
            kinds[-1] = "undelivered"
        if kind == "reorder":
            kinds.reverse()
        for delay, one in zip(_PACE, kinds, strict=False):
            made = self.event(entry, one, proof, url) if url else None
            for _ in range((2 if kind == "duplicate" else 1) if made else 0):
                assert made is not None
                hook = Webhook(made.key, url, made.body, made.headers, delay=delay, tries=3)
                self.caller.later(hook)

    def forget(self) -> None:
        """Reset, with the addresses that are called."""
        super().forget()
        with self._lock:
            self._hooks.clear()


class MailgunFake(_MailFake):
    """Any key will do: both sides are ours."""

    name = "mailgun"
    prefixes = ("/v3/",)

    def handle(self, call: Call) -> Reply:
        """Only messages are sent here."""
        if call.method != "POST" or not call.path.endswith("/messages"):
            return self.refusal(404, 404, 0)
        if not call.headers.get("authorization", "").startswith("Basic "):
            return self.refusal(401, 401, 0)
        form = fields(call.headers.get("content-type", ""), call.body)
        said = {one.name.lower(): one.text for one in form if one.filename is None}
        if not said.get("to") or not said.get("from"):
            return self.refusal(400, 400, 0)
        return self.send(lambda fault: self._accept(said, form, fault))

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """A sentence, and the status is all there is of a code."""
        status = code or status
        said = {401: "Forbidden", 429: "Too Many Requests", 404: "Domain not found: x"}
        headers = {"Retry_After": f"{seconds:.0f}"} if status == 429 else {}
        text = said.get(status, "'to' parameter is not a valid address. please check documentation")
        return json_reply(status, {"message": text}, **headers)

    def _accept(self, said: dict[str, str], form: list[Field], fault: Fault | None) -> Reply:
        named = said.get("h:message-id") or f"<{secrets.token_hex(10)}@mailgun.invalid>"
        entry = self.ledger.add(
            provider_id=named.strip("<>"),
            delivery=said.get("v:parley_delivery", ""),
            to=_address(said["to"]),
            sender=_address(said["from"]),
            body=said.get("text", "").rstrip("\n"),
            subject=said.get("subject", ""),
            headers={name[2:]: value for name, value in said.items() if name.startswith("h:")},
            cc=said.get("cc", ""),
            bcc=said.get("bcc", ""),
            file=next((one.filename for one in form if one.filename is not None), ""),
        )
        self.tell(entry, ["accepted", "delivered"], fault)
        return json_reply(200, {"id": named, "message": "Queued. Thank you."})

    def inbound(self, order: Mapping[str, Any], mail: EmailMessage) -> Webhook:
        """A form with the raw mail and the signature in it."""
        values = {
            **mailgun_signature(str(order["proof"])),
            "sender": str(order["from"]),
            "recipient": str(order["to"]),
            "body-mime": mail.as_bytes(policy=SMTP).decode("utf-8", "surrogateescape"),
        }
        kind, body = multipart(values)
        return Webhook(values["token"], str(order["hook"]), body, {"Content-Type": kind})

    def event(self, entry: Mapping[str, Any], kind: str, proof: str, url: str) -> Webhook:
        """JSON with the signature beside the event."""
        facts: dict[str, Any] = {
            "event": "failed" if kind == "undelivered" else kind,
            "timestamp": time.time(),
            "recipient": entry["to"],
            "message": {"headers": {"message-id": entry["provider_id"]}},
            "user-variables": {"parley_delivery": entry["delivery"]},
        }
        if kind == "undelivered":
            status = {"code": 550, "message": _NO_USER}
            facts |= {"severity": "permanent", "reason": "bounce", "delivery-status": status}
        signed = mailgun_signature(proof)
        body = json.dumps({"signature": signed, "event-data": facts}).encode()
        return Webhook(f"{kind}:{signed['token']}", url, body, _JSON)


class PostmarkFake(_MailFake):
    """Any token will do: both sides are ours."""

    name = "postmark"
    prefixes = ("/email",)

    def handle(self, call: Call) -> Reply:
        """Only single mails are sent here."""
        if call.method != "POST" or call.path != "/email":
            return self.refusal(404, 404, 0)
        if not call.headers.get("x-postmark-server-token"):
            return self.refusal(401, 10, 0)
        said = json.loads(call.body)
        if not said.get("To") or not said.get("From"):
            return self.refusal(422, 300, 0)
        return self.send(lambda fault: self._accept(said, fault))

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """Its code of an error, mostly under 422."""
        status = 401 if code == 10 else status if status in (401, 404, 429, 503) else 422
        headers = {"Retry_After": f"{seconds:.0f}"} if status == 429 else {}
        said = {
            10: "No Account or Server API tokens were supplied in the HTTP headers.",
            406: "You tried to send to recipient(s) that have been marked as inactive."
            " Found inactive addresses: ann@customer.example. Inactive recipients are ones that"
            " have generated a hard bounce or a spam complaint.",
        }
        document = {"ErrorCode": code or 300, "Message": said.get(code, "Invalid email request")}
        return json_reply(status, document, **headers)

    def _accept(self, said: dict[str, Any], fault: Fault | None) -> Reply:
        identifier = secrets.token_hex(16)
        entry = self.ledger.add(
            provider_id=identifier,
            delivery=(said.get("Metadata") or {}).get("parley_delivery", ""),
            to=_address(said["To"]),
            sender=_address(said["From"]),
            body=said.get("TextBody", "").rstrip("\n"),
            subject=said.get("Subject", ""),
            headers={one["Name"].lower(): one["Value"] for one in said.get("Headers") or ()},
            cc=said.get("Cc", ""),
            bcc=said.get("Bcc", ""),
            file=next((one["Name"] for one in said.get("Attachments") or ()), ""),
        )
        self.tell(entry, ["delivered"], fault)
        answer = {"To": said["To"], "MessageID": identifier, "ErrorCode": 0, "Message": "OK"}
        return json_reply(200, answer)

    def inbound(self, order: Mapping[str, Any], mail: EmailMessage) -> Webhook:
        """JSON with the raw mail in it."""
        document = {
            "FromFull": {"Email": order["from"]},
            "OriginalRecipient": order["to"],
            "MessageID": secrets.token_hex(16),
            "Headers": [{"Name": "Return-Path", "Value": f"<{order['from']}>"}],
            "RawEmail": mail.as_bytes(policy=SMTP).decode("utf-8", "surrogateescape"),
        }
        body = json.dumps(document).encode()
        return Webhook(document["MessageID"], str(order["hook"]), body, _basic(order["proof"]))

    def event(self, entry: Mapping[str, Any], kind: str, proof: str, url: str) -> Webhook:
        """A delivery, or a bounce."""
        facts = {
            "MessageID": entry["provider_id"],
            "Metadata": {"parley_delivery": entry["delivery"]},
        }
        if kind == "undelivered":
            facts |= {"RecordType": "Bounce", "Type": "HardBounce", "Email": entry["to"]}
            facts |= {"ID": 42, "Details": _NO_USER}
        else:
            facts |= {"RecordType": "Delivery", "Recipient": entry["to"], "Details": "250 ok"}
        key = f"{kind}:{entry['provider_id']}"
        return Webhook(key, url, json.dumps(facts).encode(), _basic(proof))


def mailgun_signature(key: str) -> dict[str, str]:
    """A fresh time and token, signed."""
    timestamp, token = str(int(time.time())), secrets.token_hex(25)
    made = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256)
    return {"timestamp": timestamp, "token": token, "signature": made.hexdigest()}


def written(order: Mapping[str, Any]) -> EmailMessage:
    """The customer's mail."""
    mail = EmailMessage()
    mail["From"], mail["To"] = str(order["from"]), str(order["to"])
    mail["Subject"] = str(order.get("subject") or "A question")
    mail["Message-ID"] = str(order.get("message_id") or make_msgid(domain="customer.example"))
    mail.set_content(str(order["text"]))
    for file in order.get("files") or ():
        main, _slash, sub = str(file["content_type"]).partition("/")
        data = base64.b64decode(file["data"])
        mail.add_attachment(data, maintype=main, subtype=sub, filename=str(file["name"]))
    return mail


def multipart(values: Mapping[str, str]) -> tuple[str, bytes]:
    """A form as multipart/form-data: its content type and its bytes."""
    boundary = f"----{secrets.token_hex(12)}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value.encode("utf-8", "surrogateescape")
        + b"\r\n"
        for name, value in values.items()
    ]
    whole = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", whole


def _basic(user_and_password: Any) -> dict[str, str]:
    coded = base64.b64encode(str(user_and_password).encode()).decode()
    return {**_JSON, "Authorization": f"Basic {coded}"}


def _address(text: str) -> str:
    found = getaddresses([text])
    return found[0][1].lower() if found else ""
