"""What the battery needs to know of a channel: how to write, sign and break in its language.

A channel joins the battery by a subclass of Subject in SUBJECTS. A channel with a webhook must
join (test_every_webhook_adapter_takes_part); another may, and then only the tests of sending
and of repeated payloads apply to it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.conf import settings

from channels_sms.providers.twilio_signature import signature
from helpdesk import file_links
from helpdesk.adapters import Raw, WebhookAdapter, WebhookRequest, adapter_for
from helpdesk.models import Inbox
from helpdesk.sandbox.control import Control


@dataclass(frozen=True)
class Hook:
    """A provider's call as it would be posted."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


def request_of(inbox: Inbox, hook: Hook) -> WebhookRequest:
    """The call as the hook view hands it to an adapter."""
    url = f"{settings.PUBLIC_BASE_URL}/hooks/{inbox.provider}/{inbox.key}"
    return WebhookRequest(
        "POST",
        f"{url}?{hook.query}" if hook.query else url,
        {name.lower(): value for name, value in hook.headers.items()},
        hook.body,
        hook.content_type,
    )


class Subject:
    """One adapter under test. `control` drives its fake; `base_url` is where the fake serves."""

    channel: ClassVar[str]
    provider: ClassVar[str]
    fake: ClassVar[str]
    sender: ClassVar[str]
    address: ClassVar[str]
    refused_code: ClassVar[int]
    broken_code: ClassVar[int]
    too_long: ClassVar[int]
    signature_header: ClassVar[str] = ""
    receipts: ClassVar[bool] = False
    # A message of an unknown kind is shown as such; else the payload is kept and ignored.
    shows_unknown: ClassVar[bool] = False
    # Customers can send files; the best that a receipt tells; its code of a text that did not come.
    media: ClassVar[bool] = True
    best_state: ClassVar[str] = "read"
    undelivered_code: ClassVar[str] = "30003"

    def __init__(self, control: Control, base_url: str) -> None:
        self.control = control
        self.base_url = base_url

    def inbox(self, number: int = 1) -> Inbox:
        """An inbox whose provider is the fake; another number, another account."""
        raise NotImplementedError

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        """The signed call for one text; equal arguments, equal calls."""
        raise NotImplementedError

    def unknown(self, inbox: Inbox) -> Hook:
        """A signed call of a kind that the adapter does not know."""
        raise NotImplementedError

    def broken(self, inbox: Inbox) -> Hook:
        """A signed call with nothing in it to read."""
        raise NotImplementedError

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        """A signed call that reports the state of what we sent."""
        raise NotImplementedError

    def write(self, inbox: Inbox, **order: Any) -> None:
        """Let the fake's customer write, with files if need be, to `order["hook"]`."""
        raise NotImplementedError

    def raw(self, inbox: Inbox, text: str, number: int = 1) -> Raw:
        """The stored payload of `text()`; a channel without a webhook makes it directly."""
        hook = self.text(inbox, text, number)
        adapter = cast("WebhookAdapter", adapter_for(inbox))
        (raw,) = adapter.raws(inbox, request_of(inbox, hook))
        return raw

    def fault(self, kind: str, **more: Any) -> None:
        """Script the fake: 429, 5xx, cut, cut_after_accept, reset, garbage (Control.fault)."""
        self.control.fault(kind, **more)

    def move(self, inbox: Inbox, base: str) -> None:
        """Let the inbox call another address."""
        inbox.settings["api_base"] = base

    def refuse(self) -> None:
        """Let the provider refuse the next send for good."""
        self.control.fault("error", code=self.refused_code)

    def revoke(self) -> None:
        """Let the provider refuse our credentials at the next send."""
        self.control.fault("error", code=self.broken_code)

    def sends(self) -> list[dict[str, Any]]:
        """What the provider accepted, oldest first."""
        return self.control.sends()

    def file_name(self, sent: Mapping[str, Any]) -> str:
        """The name of the file that went out with a text."""
        return str(sent["file"])

    def forgeries(self, hook: Hook) -> Iterator[tuple[str, Hook]]:
        """The call with each wrong spelling of its signature."""
        right = hook.headers[self.signature_header]
        others = {k: v for k, v in hook.headers.items() if k != self.signature_header}
        yield "missing", replace(hook, headers=others)
        for name, value in {
            "empty": "",
            "truncated": right[:-1],
            "longer": right + "A",
            "other case": right.swapcase(),
            "wrong": base64.b64encode(b"0" * 20).decode(),
        }.items():
            yield name, replace(hook, headers={**others, self.signature_header: value})


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
