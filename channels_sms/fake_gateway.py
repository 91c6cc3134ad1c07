"""A fake modem box behind HTTP: a JSON call in, receipts out, and texts of made-up customers."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from channels_sms.stamps import signature
from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, Fault, HttpFake, Reply, json_reply

_JSON = {"Content-Type": "application/json"}


class GatewayFake(HttpFake):
    """POST /gateway/send with a Bearer token; its receipts are signed with that token."""

    name = "gateway"
    prefixes = ("/gateway/",)

    def handle(self, call: Call) -> Reply:
        """Send one text; the settings of the inbox decide what its fields are called."""
        token = call.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if call.method != "POST" or not token:
            return self.refusal(401, 0, 0)
        document = json.loads(call.body)
        if not document.get("to") or not document.get("text"):
            return self.refusal(400, 0, 0)
        return self.send(lambda fault: self._accept(document, token, fault))

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """An HTTP status and a word; `code` of a scripted error is the status itself."""
        status = code if 400 <= code < 600 else status
        headers = {"Retry_After": f"{seconds:.0f}"} if status == 429 else {}
        return json_reply(status, {"status": "error", "reason": f"refused {status}"}, **headers)

    def _accept(self, document: Mapping[str, Any], token: str, fault: Fault | None) -> Reply:
        name = secrets.token_hex(6)
        self.ledger.add(
            provider_id=name,
            delivery=str(document.get("ref", "")),
            to=document["to"],
            sender=document.get("from", ""),
            body=document["text"],
        )
        callback, kind = str(document.get("callback") or ""), fault.kind if fault else ""
        states = ["SENT", "ERROR" if kind == "undelivered" else "DELIVRD"]
        if kind == "reorder":
            states.reverse()
        for step, state in enumerate(states if callback else []):
            hook = self._signed(callback, token, {"id": name, "status": state})
            delayed = Webhook(hook.key, hook.url, hook.body, hook.headers, 0.2 + step * 0.3, 3)
            for _ in range(2 if kind == "duplicate" else 1):
                self.caller.later(delayed)
        return json_reply(200, {"status": "ok", "message": {"id": name}})

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `webhook_secret` and `to` (our number)."""
        facts = {"id": secrets.token_hex(6), "from": str(order["from"]), "to": str(order["to"])}
        facts["text"] = str(order["text"])
        return [self._signed(str(order["hook"]), str(order["webhook_secret"]), facts)]

    def _signed(self, url: str, secret: str, facts: Mapping[str, str]) -> Webhook:
        body, now = json.dumps(facts).encode(), str(int(time.time()))
        headers = {**_JSON, "X-Timestamp": now, "X-Signature": signature(secret, now, body)}
        return Webhook(f"{facts['id']}:{facts.get('status', '')}", url, body, headers)
