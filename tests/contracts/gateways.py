"""The gateways beside Twilio in the battery."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from channels_sms.providers.vonage_signature import token
from channels_sms.stamps import signature
from helpdesk.models import Inbox
from tests.contracts.subject import Hook, Subject


class VonageSubject(Subject):
    channel = "sms"
    provider = "vonage"
    fake = "vonage"
    sender = "+48600123456"
    address = "+447700900000"
    refused_code = 6
    broken_code = 4
    too_long = 1601
    signature_header = "Authorization"
    receipts = True
    media = False
    best_state = "delivered"
    undelivered = ("failed", "6")

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"Vonage {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address[:-1]}{number}",
            settings={"api_key": "key", "api_base": self.base_url},
            secrets={"api_secret": f"sign-{number}", "signature_secret": f"sign-{number}"},
        )

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        facts = {"messageId": f"0A{number}", "type": "text", "text": text}
        return self._signed(inbox, msisdn=self.sender.removeprefix("+"), **facts)

    def unknown(self, inbox: Inbox) -> Hook:
        return self.receipt(inbox, 0, "0A9", "teleported")

    def broken(self, inbox: Inbox) -> Hook:
        return self._signed(inbox, text="no id", msisdn="48600123456")

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        said = {"sent": "accepted", "undelivered": "failed"}.get(state, state)
        facts = {"messageId": provider_id, "status": said, "msisdn": "48600123456"}
        if delivery:
            facts["client-ref"] = str(delivery)
        return self._signed(inbox, **facts)

    def write(self, inbox: Inbox, **order: Any) -> None:
        self.control.incoming(
            signature_secret=inbox.secrets["signature_secret"],
            to=inbox.address,
            **{"from": self.sender, **order},
        )

    def signs(self, inbox: Inbox, hook: Hook, body: bytes, age: float = 0) -> Hook:
        claims = {
            "iat": int(time.time() - age),
            "jti": hashlib.sha256(body).hexdigest(),
            "api_key": "key",
            "payload_hash": hashlib.sha256(body).hexdigest(),
        }
        signed = f"Bearer {token(claims, inbox.secrets['signature_secret'])}"
        return Hook(body, "application/json", {self.signature_header: signed})

    def _signed(self, inbox: Inbox, **params: str) -> Hook:
        body = json.dumps({"to": inbox.address.removeprefix("+"), **params}).encode()
        return self.signs(inbox, Hook(body, ""), body)

    def forgeries(self, hook: Hook) -> Iterator[tuple[str, Hook]]:
        """Another spelling of "Bearer" is none of Vonage's, and neither is another body."""
        yield from super().forgeries(hook)
        yield "another body", replace(hook, body=hook.body.replace(b"forged", b"gorfed"))
        yield "re-spaced", replace(hook, body=hook.body.replace(b'": "', b'":"'))


class GatewaySubject(Subject):
    channel = "sms"
    provider = "gateway"
    fake = "gateway"
    sender = "+48600123456"
    address = "+386400000000"
    refused_code = 422
    broken_code = 401
    too_long = 1601
    signature_header = "X-Signature"
    receipts = True
    media = False
    undelivered = ("failed", "ERROR")

    def inbox(self, number: int = 1) -> Inbox:
        return Inbox.objects.create(
            name=f"Box {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address[:-1]}{number}",
            settings={
                "auth": "hmac",
                "send": {
                    "url": f"{self.base_url}/gateway/send",
                    "format": "json",
                    "headers": {"Authorization": "Bearer {secret}"},
                    "body": {
                        "to": "{to}",
                        "from": "{from}",
                        "text": "{text}",
                        "ref": "{id}",
                        "callback": "{callback}",
                    },
                    "path": "status",
                    "matches": "^ok$",
                    "id_path": "message.id",
                },
                "hear": {
                    "states": {
                        "SENT": "sent",
                        "DELIVRD": "delivered",
                        "ERROR": "failed",
                        "sent": "sent",
                        "delivered": "delivered",
                        "undelivered": "failed",
                        "failed": "failed",
                        "read": "read",
                    }
                },
            },
            secrets={"webhook_secret": f"hear-{number}", "send_secret": f"hear-{number}"},
        )

    def move(self, inbox: Inbox, base: str) -> None:
        inbox.settings["send"]["url"] = f"{base}/gateway/send"

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        return self._signed(inbox, id=f"T{number}", text=text, to=inbox.address)

    def unknown(self, inbox: Inbox) -> Hook:
        return self.receipt(inbox, 0, "T9", "teleported")

    def broken(self, inbox: Inbox) -> Hook:
        return self._signed(inbox, text="no sender", **{"from": ""})

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        query = f"delivery={delivery}" if delivery else ""
        return self._signed(inbox, query, id=provider_id, status=state)

    def write(self, inbox: Inbox, **order: Any) -> None:
        self.control.incoming(
            webhook_secret=inbox.secrets["webhook_secret"],
            to=inbox.address,
            **{"from": self.sender, **order},
        )

    def _signed(self, inbox: Inbox, query: str = "", **params: str) -> Hook:
        body = json.dumps({"from": self.sender, **params}).encode()
        return self.signs(inbox, Hook(body, "", query=query), body)

    def signs(self, inbox: Inbox, hook: Hook, body: bytes, age: float = 0) -> Hook:
        now = str(int(time.time() - age))
        signed = signature(inbox.secrets["webhook_secret"], now, body)
        headers = {self.signature_header: signed, "X-Timestamp": now}
        return Hook(body, "application/json", headers, hook.query)
