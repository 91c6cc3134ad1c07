"""Fakes of WhatsApp, Messenger, Instagram and LINE for the sandbox and the tests.

Each lives below a path of its own (`api_base` of the inbox): /whatsapp, /messenger … Any token is
right. Standard library only (helpdesk.sandbox).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from channels_social.fake import fields_of
from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, Fault, HttpFake, Reply, json_reply

Found = dict[str, Any]


class NetworkFake(HttpFake):
    """What they share: files of customers, ids that go on from the clock, one ledger."""

    content_key: ClassVar[str] = ""
    shown = 0  # times that we let a customer see that we write

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._lock = threading.Lock()
        self._ids = itertools.count(int((time.time() - 1_700_000_000) * 10))
        self._files: dict[str, tuple[str, bytes]] = {}
        self._uploads: dict[str, tuple[str, int]] = {}
        self.told: list[Found] = []  # what customers wrote, for those who ask for the list
        self.subscribed = True

    def forget(self) -> None:
        """Reset, with the files and words of customers."""
        super().forget()
        with self._lock:
            self._files.clear()
            self.told.clear()
        self.subscribed = True

    def number(self) -> int:
        """An id that was never given before."""
        return next(self._ids)

    def keep(self, file: Mapping[str, str]) -> tuple[str, str]:
        """Keep a customer's file; its id and its address."""
        named = secrets.token_hex(8)
        with self._lock:
            self._files[named] = (file["content_type"], base64.b64decode(file["data"]))
        return named, f"{self.base_url}{self.prefixes[0]}files/{named}"

    def file(self, named: str) -> Reply:
        """A customer's file."""
        kind, data = self._files.get(named, ("", b""))
        return Reply(200, data, kind) if kind else json_reply(404, {"error": {"code": 100}})

    def accept(self, to: str, body: str, named: str, file: str = "", **more: Any) -> None:
        """Write one accepted send down."""
        self.ledger.add(provider_id=named, to=to, body=body, file=file, **more)

    def shows(self, said: Found, **wanted: Any) -> Reply:
        """Whether a call to show that we write is what the documentation asks for."""
        kinds = {name: kind for name, kind in wanted.items() if isinstance(kind, type)}
        right = all(isinstance(said.get(name), kind) for name, kind in kinds.items())
        right &= all(said.get(name) == value for name, value in wanted.items() if name not in kinds)
        self.shown += right
        return json_reply(200, {"success": True}) if right else self.refusal(400, 100, 0)

    def posted(self, order: Mapping[str, Any], key: str, body: bytes, **headers: str) -> Webhook:
        """One signed call of the hook."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        whole = {"Content-Type": "application/json", **named}
        return Webhook(key, str(order["hook"]), body, whole, tries=8)


class GraphFake(NetworkFake):
    """The Graph API's errors and signatures."""

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """Meta's error document. code: its own."""
        said = {"message": "refused", "code": code, "fbtrace_id": "T"}
        if status == 429:
            return json_reply(
                429, {"error": {**said, "code": 80007}}, Retry_After=str(int(seconds))
            )
        if status >= 500:
            return json_reply(status, {"error": {**said, "code": 2}})
        return json_reply(400, {"error": said})

    def signed(self, order: Mapping[str, Any], key: str, document: Found) -> Webhook:
        """A webhook signed with the app's secret (order["secret"])."""
        body = json.dumps(document).encode()
        digest = hmac.new(str(order["secret"]).encode(), body, hashlib.sha256).hexdigest()
        return self.posted(order, key, body, X_Hub_Signature_256=f"sha256={digest}")

    def remember(self, order: Mapping[str, Any]) -> None:
        """Reports go where the last customer's words went."""
        self._order: Mapping[str, Any] = order

    def report(self, documents: list[Found], fault: Fault | None) -> None:
        """Post what became of a send, in its order, twice or turned round, as scripted."""
        order = getattr(self, "_order", None)
        if order is None:
            return
        kind = fault.kind if fault else ""
        if kind == "reorder":
            documents.reverse()
        for place, document in enumerate(documents):
            hook = replace(self.signed(order, "status", document), delay=0.05 * (place + 1))
            for _ in range(2 if kind == "duplicate" else 1):
                self.caller.later(hook)

    def apps(self, call: Call) -> Reply:
        """The apps that hear the account; a POST puts ours back."""
        if call.method == "POST":
            self.subscribed = True
            return json_reply(200, {"success": True})
        data = [{"id": "A", "whatsapp_business_api_data": {"id": "A"}}] if self.subscribed else []
        return json_reply(200, {"data": data})


class WhatsAppFake(GraphFake):
    name = "whatsapp"
    prefixes = ("/whatsapp/",)
    templates: ClassVar[list[Found]] = [
        {
            "name": "back_again", "language": "en", "status": "APPROVED", "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hello {{1}}, your order {{2}} is ready."}],
        },
        {
            "name": "held_back", "language": "en", "status": "REJECTED", "category": "MARKETING",
            "components": [{"type": "BODY", "text": "Buy!"}],
        },
    ]  # fmt: skip

    def handle(self, call: Call) -> Reply:
        """Messages, media, templates and subscriptions."""
        last = call.path.rstrip("/").rpartition("/")[2]
        if "/files/" in call.path:
            return self.file(last)
        if last == "messages" and b"typing_indicator" in call.body:
            return self.shows(json.loads(call.body), status="read", message_id=str)
        if last == "messages":
            return self.send(lambda fault: self._accept(call, fault))
        if last == "media":
            _form, file = fields_of(call)
            named = str(self.number())
            self._uploads[named] = (file[0] if file else "", len(file[1]) if file else 0)
            return json_reply(200, {"id": named})
        if last == "subscribed_apps":
            return self.apps(call)
        return self._read(last)

    def _read(self, last: str) -> Reply:
        if last == "message_templates":
            return json_reply(200, {"data": self.templates})
        if last in self._files:
            url = f"{self.base_url}/whatsapp/files/{last}"
            return json_reply(200, {"url": url, "mime_type": self._files[last][0]})
        return json_reply(404, {"error": {"message": "unknown", "code": 100}})

    def _accept(self, call: Call, fault: Fault | None) -> Reply:
        said: Found = json.loads(call.body)
        kind = said["type"]
        answers = str(said.get("context", {}).get("message_id", ""))
        content = said[kind]
        if kind == "reaction":
            self.ledger.add(to=said["to"], body=content["emoji"], on=content["message_id"])
            return json_reply(200, {"messages": [{"id": f"wamid.{self.number()}"}]})
        body = content.get("body") or content.get("caption") or content.get("name") or ""
        if kind == "text" and not 0 < len(body) <= 4096:
            return self.refusal(400, 131009, 0)
        name, size = self._uploads.get(str(content.get("id", "")), ("", 0))
        named = f"wamid.{self.number()}"
        mark = said.get("biz_opaque_callback_data")
        more = {"mark": mark, "kind": kind, "said": content, "answers": answers}
        self.accept(said["to"], body, named, name, size=size, **more)
        last = "failed" if fault and fault.kind == "undelivered" else "delivered"
        number = str(getattr(self, "_order", {}).get("number", ""))
        reports = [_status(named, mark, state, number) for state in ("sent", last)]
        self.report(reports, fault)
        return json_reply(200, {"messages": [{"id": named}]})

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `secret` and `number` (phone_number_id); files go in messages of their own."""
        self.remember(order)
        found = []
        base = {"from": str(order["from"]), "timestamp": str(int(time.time()))}
        person = order.get("name") or "Ann"
        for file in order.get("files") or [None]:
            message: Found = {**base, "id": f"wamid.{self.number()}", "type": "text"}
            if file is None:
                message["text"] = {"body": str(order.get("text") or "")}
            else:
                named, _url = self.keep(file)
                message["type"] = "image"
                mime = file["content_type"]
                caption = {"caption": str(order.get("text") or "")}
                message["image"] = {"id": named, "mime_type": mime, **caption}
            value = {
                "messaging_product": "whatsapp",
                "metadata": {"phone_number_id": str(order["number"])},
                "contacts": [{"profile": {"name": person}, "wa_id": base["from"]}],
                "messages": [message],
            }
            changes = [{"field": "messages", "value": value}]
            whole = {
                "object": "whatsapp_business_account",
                "entry": [{"id": "W", "changes": changes}],
            }
            found.append(self.signed(order, str(message["id"]), whole))
        return found


def _status(named: str, mark: Any, state: str, number: str) -> Found:
    said: Found = {"id": named, "status": state, "timestamp": str(int(time.time()))}
    if mark:
        said["biz_opaque_callback_data"] = mark
    if state == "failed":
        said["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
    value = {"metadata": {"phone_number_id": number}, "statuses": [said]}
    changes = [{"field": "messages", "value": value}]
    entry = [{"id": "W", "changes": changes}]
    return {"object": "whatsapp_business_account", "entry": entry}


class MessengerFake(GraphFake):
    name = "messenger"
    prefixes = ("/messenger/",)
    limit: ClassVar[tuple[int, bool]] = (2000, False)
    object_name: ClassVar[str] = "page"

    def handle(self, call: Call) -> Reply:
        """Messages, conversations, profiles and subscriptions."""
        last = call.path.rstrip("/").rpartition("/")[2]
        if "/files/" in call.path:
            return self.file(last)
        if last == "messages":
            return self.send(lambda fault: self._accept(call, fault))
        if last == "subscribed_apps":
            return self.apps(call)
        if last == "conversations":
            return json_reply(200, {"data": [{"messages": {"data": list(self.told)}}]})
        return json_reply(200, {"id": last, "name": "Ann Lee"})

    def _accept(self, call: Call, _fault: Fault | None) -> Reply:
        said, file = fields_of(call)
        if said.get("sender_action") in ("react", "unreact"):
            mark = dict(said["payload"])
            to = str(dict(said["recipient"])["id"])
            self.ledger.add(to=to, body=mark.get("reaction", ""), on=mark["message_id"])
            return json_reply(200, {"recipient_id": to})
        if "sender_action" in said:
            return self.shows(said, recipient=dict, sender_action="typing_on")
        parts = {
            name: json.loads(value) if isinstance(value, str) and value.startswith("{") else value
            for name, value in said.items()
        }
        message: Found = parts["message"]
        body = str(message.get("text") or "")
        most, in_bytes = self.limit
        if (len(body.encode()) if in_bytes else len(body)) > most:
            return self.refusal(400, 100, 0)
        named, to = f"m_{self.number()}", str(parts["recipient"]["id"])
        answers = dict(parts.get("reply_to") or {}).get("mid", "")
        kept = {"mark": message.get("metadata"), "tag": parts.get("tag", ""), "answers": answers}
        self.accept(to, body, named, file[0] if file else "", **kept)
        return json_reply(200, {"recipient_id": to, "message_id": named})

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `secret` and `page`. missed: written while nobody listened: no webhook."""
        own, sender = str(order["page"]), str(order["from"])
        message: Found = {"mid": f"m_{self.number()}", "text": str(order.get("text") or "")}
        files = [self.keep(file)[1] for file in order.get("files") or ()]
        if files:
            message["attachments"] = [{"type": "image", "payload": {"url": url}} for url in files]
        now = time.time()
        self.told.append(
            {
                "id": message["mid"],
                "created_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(now)),
                "from": {"id": sender},
                "to": {"data": [{"id": own}]},
                "message": message["text"],
            }
        )
        if order.get("missed"):
            return []
        event = {
            "sender": {"id": sender},
            "recipient": {"id": own},
            "timestamp": int(now * 1000),
            "message": message,
        }
        entry = {"id": own, "time": int(now * 1000), "messaging": [event]}
        whole = {"object": self.object_name, "entry": [entry]}
        return [self.signed(order, str(message["mid"]), whole)]


class InstagramFake(MessengerFake):
    name = "instagram"
    prefixes = ("/instagram/",)
    limit = (1000, True)
    object_name = "instagram"


class LineFake(NetworkFake):
    name = "line"
    prefixes = ("/line/",)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._keys: dict[str, str] = {}

    def handle(self, call: Call) -> Reply:
        """Pushes with a retry key, content, profiles and the webhook's address."""
        if call.path.endswith("/message/push"):
            return self.send(lambda fault: self._accept(call, fault))
        if call.path.endswith("/chat/loading/start"):
            return self.shows(json.loads(call.body), chatId=str, loadingSeconds=20)
        if call.path.endswith("/content"):
            return self.file(call.path.split("/")[-2])
        if call.path.endswith("/webhook/endpoint"):
            return json_reply(200, {"endpoint": "https://desk.example", "active": self.subscribed})
        return json_reply(200, {"displayName": "Ann Lee"})

    def _accept(self, call: Call, _fault: Fault | None) -> Reply:
        key = call.headers.get("x-line-retry-key", "")
        if key and key in self._keys:
            return json_reply(409, {"message": "The retry key is already accepted"})
        said: Found = json.loads(call.body)
        body = str(said["messages"][0]["text"])
        if len(body) > 5000:
            return json_reply(400, {"message": "too long"})
        self._keys[key] = named = str(self.number())
        self.accept(said["to"], body, named)
        return json_reply(200, {"sentMessages": [{"id": named}]})

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """code: the HTTP status it is sent with."""
        if status == 429:
            return json_reply(429, {"message": "slow"}, Retry_After=str(int(seconds)))
        return json_reply(code or status, {"message": "refused"})

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `secret`; files go in messages of their own, the text last."""
        files = order.get("files") or ()
        messages: list[Found] = [{"id": self.keep(file)[0], "type": "image"} for file in files]
        if order.get("text"):
            messages.append({"id": str(self.number()), "type": "text", "text": order["text"]})
        events: list[Found] = [
            {
                "type": "message",
                "webhookEventId": f"E{self.number()}",
                "timestamp": int(time.time() * 1000),
                "source": {"type": "user", "userId": str(order["from"])},
                "message": message,
            }
            for message in messages
        ]
        body = json.dumps({"destination": "U0", "events": events}).encode()
        digest = hmac.new(str(order["secret"]).encode(), body, hashlib.sha256).digest()
        signed = base64.b64encode(digest).decode()
        return [self.posted(order, events[0]["webhookEventId"], body, X_Line_Signature=signed)]
