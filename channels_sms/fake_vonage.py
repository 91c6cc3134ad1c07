"""A fake Vonage: sends that always answer 200, signed texts, parts of texts, and receipts."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from channels_sms.providers.vonage_signature import signature
from channels_sms.segments import segments
from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, Fault, HttpFake, Reply, json_reply

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PACE = (0.15, 0.5)


class VonageFake(HttpFake):
    """Api key and secret are whatever the caller uses. Receipts are signed with the api secret."""

    name = "vonage"
    prefixes = ("/sms/json",)

    def handle(self, call: Call) -> Reply:
        """POST /sms/json: the only call there is."""
        form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        if call.method != "POST":
            return Reply(405)
        if not (form.get("api_key") and form.get("api_secret")):
            return self.refusal(200, 4, 0)
        if not form.get("to", "").isdigit() or not form.get("text"):
            return self.refusal(200, 3, 0)
        return self.send(lambda fault: self._accept(form, fault))

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """Vonage's way: HTTP 200 and a status inside; only a fault of the server is a 503."""
        if status == 503:
            return Reply(503, b"Service Unavailable", "text/plain")
        code = 1 if status == 429 else code or 6
        headers = {"Retry_After": f"{seconds:.0f}"} if status == 429 else {}
        refused = {"status": str(code), "error-text": f"Error {code}"}
        return json_reply(200, {"message-count": "1", "messages": [refused]}, **headers)

    def _accept(self, form: Mapping[str, str], fault: Fault | None) -> Reply:
        parts = [secrets.token_hex(8).upper() for _ in range(segments(form["text"]).count)]
        self.ledger.add(
            provider_id=parts[0],
            delivery=form.get("client-ref", ""),
            to=f"+{form['to']}",
            sender=form.get("from", ""),
            body=form["text"],
            kind=form.get("type", ""),
        )
        if form.get("callback"):
            self._receipts(form, parts[0], fault)
        said = [{"to": form["to"], "message-id": part, "status": "0"} for part in parts]
        return json_reply(200, {"message-count": str(len(parts)), "messages": said})

    def _receipts(self, form: Mapping[str, str], name: str, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        states = ["accepted", "failed" if kind == "undelivered" else "delivered"]
        if kind == "reorder":
            states.reverse()
        for delay, state in zip(_PACE, states, strict=True):
            params = {
                "msisdn": form["to"],
                "to": form.get("from", ""),
                "messageId": name,
                "status": state,
                "err-code": "6" if state == "failed" else "0",
                "client-ref": form.get("client-ref", ""),
                "api-key": form["api_key"],
                **_now(),
            }
            params["sig"] = signature(params, form["api_secret"], "sha256")
            body = urlencode(params).encode()
            hook = Webhook(f"{name}:{state}", form["callback"], body, _FORM, delay=delay, tries=3)
            for _ in range(2 if kind == "duplicate" else 1):
                self.caller.later(hook)

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `signature_secret`, `to` (our number); `parts`: in so many texts."""
        text, parts = str(order["text"]), int(order.get("parts", 1))
        length = -(-len(text) // parts) or 1
        reference, made = secrets.token_hex(1), []
        for number in range(parts):
            params = {
                "type": "text",
                "msisdn": str(order["from"]).removeprefix("+"),
                "to": str(order["to"]).removeprefix("+"),
                "messageId": secrets.token_hex(8).upper(),
                "message-timestamp": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
                "text": text[number * length : (number + 1) * length],
                **_now(),
            }
            if parts > 1:
                params |= {
                    "concat": "true",
                    "concat-ref": reference,
                    "concat-total": str(parts),
                    "concat-part": str(number + 1),
                }
            params["sig"] = signature(params, str(order["signature_secret"]), "sha256")
            body, kind = json.dumps(params).encode(), {"Content-Type": "application/json"}
            made.append(Webhook(params["messageId"], str(order["hook"]), body, kind))
        return made


def _now() -> dict[str, str]:
    return {"timestamp": str(int(time.time())), "nonce": secrets.token_hex(8)}
