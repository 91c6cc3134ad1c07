"""The gateways and networks that were there first, as subjects of the battery."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from channels_sms.providers.twilio_signature import signature
from helpdesk import file_links
from helpdesk.models import Inbox
from tests.contracts.subject import Hook, Subject


class TwilioSubject(Subject):
    channel = "sms"
    provider = "twilio"
    fake = "twilio"
    sender = "+48600123456"
    address = "+15005550006"
    refused_code = 21610
    broken_code = 20003
    too_long = 1601
    signature_header = "X-Twilio-Signature"
    receipts = True
    undelivered = ("failed", "30003")

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"SMS {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address[:-1]}{number}",
            settings={"account_sid": "AC1", "api_base": self.base_url},
            secrets={"auth_token": f"token-{number}"},
        )

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        return self._signed(inbox, MessageSid=f"SM{number}", Body=text, SmsStatus="received")

    def unknown(self, inbox: Inbox) -> Hook:
        return self.receipt(inbox, 0, "SM9", "teleported")

    def broken(self, inbox: Inbox) -> Hook:
        return self._signed(inbox, Body="no id")

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        return self._signed(
            inbox,
            f"delivery={delivery}" if delivery else "",
            MessageSid=provider_id,
            MessageStatus=state,
            From=inbox.address,
            To=self.sender,
        )

    def write(self, inbox: Inbox, **order: Any) -> None:
        self.control.incoming(
            account_sid="AC1",
            auth_token=inbox.secrets["auth_token"],
            to=inbox.address,
            **{"from": self.sender, **order},
        )

    def file_name(self, sent: Mapping[str, Any]) -> str:
        (url,) = sent["media"]
        found = file_links.read(url.rstrip("/").rpartition("/")[2])
        return found.name if found else ""

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        return self._signed(inbox, hook.query, **dict(parse_qsl(body.decode(errors="replace"))))

    def _signed(self, inbox: Inbox, query: str = "", **params: str) -> Hook:
        whole = {"AccountSid": "AC1", "From": self.sender, "To": inbox.address, **params}
        url = f"{settings.PUBLIC_BASE_URL}/hooks/{inbox.provider}/{inbox.key}" + (
            f"?{query}" if query else ""
        )
        signed = signature(inbox.secrets["auth_token"], url, whole.items())
        return Hook(
            urlencode(whole).encode(),
            "application/x-www-form-urlencoded",
            {self.signature_header: signed},
            query,
        )


class TwilioWhatsAppSubject(TwilioSubject):
    channel = "social"
    provider = "twilio_whatsapp"
    address = "whatsapp:+15005550006"

    def write(self, inbox: Inbox, **order: Any) -> None:
        super().write(inbox, **{"from": f"whatsapp:{self.sender}", **order})

    def sends(self) -> list[dict[str, Any]]:
        return [{**one, "to": one["to"].removeprefix("whatsapp:")} for one in super().sends()]

    def _signed(self, inbox: Inbox, query: str = "", **params: str) -> Hook:
        there = {"From": f"whatsapp:{self.sender}", "ProfileName": "Ann"}
        if params.get("To") == self.sender:
            there = {"To": f"whatsapp:{self.sender}"}
        return super()._signed(inbox, query, **{**params, **there})


class TelegramSubject(Subject):
    channel = "social"
    provider = "telegram"
    fake = "telegram"
    sender = "-1001234567890"
    address = "@bot"
    refused_code = 403
    broken_code = 401
    too_long = 4097
    signature_header = "X-Telegram-Bot-Api-Secret-Token"
    shows_unknown = True

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"Telegram {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address}{number}",
            settings={"api_base": self.base_url},
            secrets={"bot_token": f"{number}:token", "webhook_secret": f"Secret_{number}"},
        )

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        return self._signed(inbox, number, message=self._message(number, text=text))

    def unknown(self, inbox: Inbox) -> Hook:
        return self._signed(inbox, 90, message=self._message(90, hologram={"size": 3}))

    def broken(self, inbox: Inbox) -> Hook:
        return self._signed(inbox, 80, message={"text": "no chat"})

    def write(self, inbox: Inbox, **order: Any) -> None:
        secret = inbox.secrets["webhook_secret"]
        self.control.incoming(secret=secret, **{"from": self.sender, **order})

    def _message(self, number: int, **content: Any) -> dict[str, Any]:
        return {
            "message_id": number,
            "date": 1700000000,
            "chat": {"id": int(self.sender), "type": "private", "first_name": "Ann"},
            **content,
        }

    def _signed(self, inbox: Inbox, update_id: int, **update: Any) -> Hook:
        body = json.dumps({"update_id": update_id, **update}).encode()
        secret = inbox.secrets["webhook_secret"]
        return Hook(body, "application/json", {self.signature_header: secret})
