"""The social networks as subjects of the battery."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from helpdesk.models import Inbox
from tests.contracts.subject import Hook, Subject


class MetaSubject(Subject):
    channel = "social"
    signature_header = "X-Hub-Signature-256"
    receipts = True
    broken_code = 190
    refused_code = 100
    settings: dict[str, str]

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"{self.provider} {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address}{number}",
            settings={**self.settings, "api_base": f"{self.base_url}/{self.provider}"},
            secrets={
                "access_token": f"Token-{number}",
                "app_secret": f"Secret_{number}",
                "verify_token": f"Verify_{number}",
            },
        )

    def signed(self, inbox: Inbox, document: dict[str, Any]) -> Hook:
        return self.signs(inbox, Hook(b"", ""), json.dumps(document).encode())

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        digest = hmac.new(inbox.secrets["app_secret"].encode(), body, hashlib.sha256).hexdigest()
        return Hook(body, "application/json", {self.signature_header: f"sha256={digest}"})


class WhatsAppSubject(MetaSubject):
    provider = "whatsapp"
    fake = "whatsapp"
    sender = "15551112222"
    address = "+1555000"
    too_long = 4097
    refused_code = 131026
    undelivered = ("failed", "131026")
    shows_unknown = True
    settings = {"phone_number_id": "P", "waba_id": "W"}

    def payload(self, inbox: Inbox, **value: Any) -> Hook:
        whole = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": "P"},
            **value,
        }
        changes = [{"field": "messages", "value": whole}]
        entry = [{"id": "W", "changes": changes}]
        return self.signed(inbox, {"object": "whatsapp_business_account", "entry": entry})

    def message(self, number: int, kind: str, **content: Any) -> dict[str, Any]:
        now = str(int(time.time()) // 60 * 60)
        base = {"from": self.sender, "id": f"wamid.{number}", "timestamp": now, "type": kind}
        return {**base, **content}

    def said(self, inbox: Inbox, *messages: Any) -> Hook:
        people = [{"profile": {"name": "Ann"}, "wa_id": self.sender}]
        return self.payload(inbox, contacts=people, messages=list(messages))

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        return self.said(inbox, self.message(number, "text", text={"body": text}))

    def unknown(self, inbox: Inbox) -> Hook:
        return self.said(inbox, self.message(90, "hologram", hologram={"size": 3}))

    def broken(self, inbox: Inbox) -> Hook:
        return self.said(inbox, {"type": "text", "text": {"body": "no id"}})

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        said: dict[str, Any] = {"id": provider_id, "status": state, "recipient_id": self.sender}
        if delivery:
            said["biz_opaque_callback_data"] = f"outbox:{delivery}"
        if state == "failed":
            said["errors"] = [{"code": 131026, "title": "Undeliverable"}]
        return self.payload(inbox, statuses=[said])

    def write(self, inbox: Inbox, **order: Any) -> None:
        secret = inbox.secrets["app_secret"]
        self.control.incoming(secret=secret, number="P", **{"from": self.sender, **order})


class MessengerSubject(MetaSubject):
    provider = "messenger"
    fake = "messenger"
    sender = "9007199254740993"
    address = "page"
    too_long = 2001
    shows_unknown = True
    settings = {"page_id": "PAGE", "app_id": "A"}
    object_name = "page"

    def events(self, inbox: Inbox, *events: Any, name: str = "messaging") -> Hook:
        entry = [{"id": "PAGE", "time": 1700000000000, name: list(events)}]
        return self.signed(inbox, {"object": self.object_name, "entry": entry})

    def event(self, *, ours: bool = False, at: float = 0, **content: Any) -> dict[str, Any]:
        people = [{"id": self.sender}, {"id": "PAGE"}]
        sender, recipient = reversed(people) if ours else people
        moment = at or time.time() // 60 * 60
        frame = {"sender": sender, "recipient": recipient, "timestamp": int(moment * 1000)}
        return {**frame, **content}

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        return self.events(inbox, self.event(message={"mid": f"m_{number}", "text": text}))

    def unknown(self, inbox: Inbox) -> Hook:
        message = {"mid": "m_90", "attachments": [{"type": "hologram"}]}
        return self.events(inbox, self.event(message=message))

    def broken(self, inbox: Inbox) -> Hook:
        return self.events(inbox, {"message": {"text": "from nobody"}})

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        if state == "sent":
            echo = {"mid": provider_id, "is_echo": True, "app_id": 1, "text": "answer"}
            mark = {"metadata": f"outbox:{delivery}"} if delivery else {"app_id": "A"}
            return self.events(inbox, self.event(ours=True, message={**echo, **mark}))
        if state == "read":
            until = int(time.time() * 1000) + 1000
            return self.events(inbox, self.event(read={"watermark": until}))
        return self.events(inbox, self.event(delivery={"mids": [provider_id], "watermark": 1}))

    def write(self, inbox: Inbox, **order: Any) -> None:
        secret = inbox.secrets["app_secret"]
        self.control.incoming(secret=secret, page="PAGE", **{"from": self.sender, **order})


class InstagramSubject(MessengerSubject):
    provider = "instagram"
    fake = "instagram"
    address = "@shop"
    too_long = 1001
    settings = {"account_id": "PAGE", "app_id": "A"}
    object_name = "instagram"


class LineSubject(Subject):
    channel = "social"
    provider = "line"
    fake = "line"
    sender = "U4af4980629"
    address = "@line"
    refused_code = 400
    broken_code = 401
    too_long = 5001
    signature_header = "X-Line-Signature"
    shows_unknown = True
    repeats = True
    captions = False

    def file_name(self, sent: Mapping[str, Any]) -> str:
        """Files go as links in the words."""
        name, found, _url = str(sent["body"]).rpartition("\n")[2].partition(": http")
        return name if found else ""

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"LINE {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address}{number}",
            settings={"bot_user_id": "U0", "api_base": f"{self.base_url}/line"},
            secrets={"channel_secret": f"Secret_{number}", "access_token": f"Token-{number}"},
        )

    def events(self, inbox: Inbox, *events: Any) -> Hook:
        body = json.dumps({"destination": "U0", "events": list(events)}).encode()
        return self.signs(inbox, Hook(b"", ""), body)

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        digest = hmac.new(inbox.secrets["channel_secret"].encode(), body, hashlib.sha256).digest()
        signed = base64.b64encode(digest).decode()
        return Hook(body, "application/json", {self.signature_header: signed})

    def event(self, number: int, kind: str = "message", **content: Any) -> dict[str, Any]:
        frame = {"type": kind, "webhookEventId": f"E{number}", "timestamp": 1700000000000}
        return {**frame, "source": {"type": "user", "userId": self.sender}, **content}

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        said = {"id": str(number), "type": "text", "text": text}
        return self.events(inbox, self.event(number, message=said))

    def unknown(self, inbox: Inbox) -> Hook:
        return self.events(inbox, self.event(90, message={"id": "90", "type": "hologram"}))

    def broken(self, inbox: Inbox) -> Hook:
        return self.events(inbox, {"type": "message", "message": {"type": "text"}})

    def write(self, inbox: Inbox, **order: Any) -> None:
        secret = inbox.secrets["channel_secret"]
        self.control.incoming(secret=secret, **{"from": self.sender, **order})


class ViberSubject(Subject):
    channel = "social"
    provider = "viber"
    fake = "viber"
    sender = "01234567890A="
    address = "viber"
    refused_code = 6
    broken_code = 2
    too_long = 7001
    signature_header = "X-Viber-Content-Signature"
    shows_unknown = True

    def file_name(self, sent: Mapping[str, Any]) -> str:
        """Files go as links in the words."""
        name, found, _url = str(sent["body"]).rpartition("\n")[2].partition(": http")
        return name if found else ""

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"Viber {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address}{number}",
            settings={"api_base": f"{self.base_url}/viber"},
            secrets={"auth_token": f"Token-{number}"},
        )

    def signed(self, inbox: Inbox, **event: Any) -> Hook:
        body = json.dumps({"timestamp": 1700000000000, **event}).encode()
        return self.signs(inbox, Hook(b"", ""), body)

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        secret = inbox.secrets["auth_token"].encode()
        digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
        return Hook(body, "application/json", {self.signature_header: digest})

    def message(self, inbox: Inbox, number: int, **said: Any) -> Hook:
        sender = {"id": self.sender, "name": "Ann"}
        token = 5_000_000_000_000_000_000 + number
        return self.signed(inbox, event="message", message_token=token, sender=sender, message=said)

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        return self.message(inbox, number, type="text", text=text)

    def unknown(self, inbox: Inbox) -> Hook:
        return self.message(inbox, 90, type="hologram")

    def broken(self, inbox: Inbox) -> Hook:
        return self.signed(inbox, event="message", message={"type": "text", "text": "nobody"})

    def write(self, inbox: Inbox, **order: Any) -> None:
        secret = inbox.secrets["auth_token"]
        self.control.incoming(secret=secret, **{"from": self.sender, **order})


NETWORKS: tuple[type[Subject], ...] = (
    WhatsAppSubject,
    MessengerSubject,
    InstagramSubject,
    LineSubject,
    ViberSubject,
)
