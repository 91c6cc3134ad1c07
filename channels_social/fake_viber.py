"""A fake Viber for the sandbox and the tests; lives below /viber. Standard library only."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from channels_social.fake_networks import Found, NetworkFake
from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, Fault, Reply, json_reply


class ViberFake(NetworkFake):
    name = "viber"
    prefixes = ("/viber/",)

    def handle(self, call: Call) -> Reply:
        """Messages, files and the webhook's address."""
        if "/files/" in call.path:
            return self.file(call.path.rpartition("/")[2])
        if call.path.endswith("/send_message"):
            return self.send(lambda fault: self._accept(call, fault))
        if call.path.endswith("/set_webhook"):
            self.subscribed = True
        hook = "https://desk.example" if self.subscribed else ""
        return json_reply(200, {"status": 0, "status_message": "ok", "webhook": hook})

    def _accept(self, call: Call, _fault: Fault | None) -> Reply:
        said: Found = json.loads(call.body)
        if len(said["text"]) > 7000:
            return json_reply(200, {"status": 3, "status_message": "badData"})
        named = 5_000_000_000_000_000_000 + self.number()
        self.accept(said["receiver"], said["text"], str(named))
        return json_reply(200, {"status": 0, "status_message": "ok", "message_token": named})

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """Viber answers 200 with a status; a sick one does not."""
        if status == 429:
            return json_reply(429, {"status": 12}, Retry_After=str(int(seconds)))
        if status >= 500:
            return json_reply(status, {})
        return json_reply(200, {"status": code, "status_message": "refused"})

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `secret`; a file takes the text along."""
        found = []
        for file in order.get("files") or [None]:
            said: Found = {"type": "text", "text": str(order.get("text") or "")}
            if file is not None:
                said |= {"type": "picture", "media": self.keep(file)[1], "file_name": file["name"]}
            token = 5_000_000_000_000_000_000 + self.number()
            event = {
                "event": "message",
                "timestamp": int(time.time() * 1000),
                "message_token": token,
                "sender": {"id": str(order["from"]), "name": order.get("name") or "Ann"},
                "message": said,
            }
            body = json.dumps(event).encode()
            digest = hmac.new(str(order["secret"]).encode(), body, hashlib.sha256).hexdigest()
            found.append(self.posted(order, str(token), body, X_Viber_Content_Signature=digest))
        return found
