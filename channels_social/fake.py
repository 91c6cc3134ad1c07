"""A fake Telegram: the Bot API calls we use, and updates from made-up customers.

Any token of the form `<number>:<secret>` is a bot. Standard library only (helpdesk.sandbox).
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import secrets
import threading
import time
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote

from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, Fault, HttpFake, Reply, json_reply

_CALL = re.compile(r"/bot(\d+:[^/]+)/(\w+)\Z")
_FILE = re.compile(r"/file/bot(\d+:[^/]+)/(.+)\Z")
_FILE_OF = ("sendDocument", "sendPhoto", "sendVideo", "sendAudio")
_SAID = {
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    429: "Too Many Requests: retry later",
    503: "Service Unavailable",
}


class TelegramFake(HttpFake):
    """Bots, their webhooks and their files."""

    name = "telegram"
    prefixes = ("/bot", "/file/bot")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._lock = threading.Lock()
        # Ids go on from the clock: after a restart none is used again.
        start = int((time.time() - 1_700_000_000) * 10)
        self._updates = itertools.count(start)
        self._messages = itertools.count(start)
        self._hooks: dict[str, dict[str, Any]] = {}
        self._files: dict[str, tuple[str, bytes]] = {}

    def handle(self, call: Call) -> Reply:
        """Bot API methods and file downloads."""
        path = unquote(call.path)
        if found := _FILE.match(path):
            kind, data = self._files.get(found[2].removeprefix("documents/"), ("", b""))
            return Reply(200, data, "application/octet-stream") if kind else _error(404)
        found = _CALL.match(path)
        if not found:
            return _error(404)
        token, method = found[1], found[2]
        fields, file = fields_of(call)
        if method == "sendChatAction":
            return _ok(True) if fields.get("action") == "typing" else _error(400)
        if method in ("sendMessage", "setMessageReaction", *_FILE_OF):
            if bad := _fault_of(method, fields, file):
                return _error(400, bad)
            return self.send(lambda fault: self._accept(token, method, fields, file, fault))
        return self._other(token, method, fields)

    def _other(self, token: str, method: str, fields: Mapping[str, Any]) -> Reply:
        bot = token.partition(":")[0]
        match method:
            case "getMe":
                user = {"id": int(bot), "is_bot": True, "first_name": "Parley", "username": "bot"}
                return _ok(user)
            case "getFile":
                file_id = str(fields.get("file_id", ""))
                if file_id not in self._files:
                    return _error(400, "Bad Request: invalid file_id")
                size = len(self._files[file_id][1])
                path = f"documents/{file_id}"
                return _ok({"file_id": file_id, "file_size": size, "file_path": path})
            case "setWebhook" | "deleteWebhook":
                with self._lock:
                    self._hooks[bot] = dict(fields) if method == "setWebhook" else {}
                return _ok(True)
            case "getWebhookInfo":
                # The sandbox's customers name the hook themselves: off is what was told so.
                url = self._hooks.get(bot, {"url": self.base_url}).get("url", "")
                info = {"url": url, "has_custom_certificate": False, "pending_update_count": 0}
                return _ok(info)
        return _error(404)

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """Telegram's error document. code: the HTTP status it is sent with."""
        status = code or status
        if status == 429:
            return _error(429, parameters={"retry_after": int(seconds)})
        return _error(status)

    def forget(self) -> None:
        """Reset, with the files that customers sent. Webhooks stay registered."""
        super().forget()
        with self._lock:
            self._files.clear()

    def _mark(self, fields: Mapping[str, Any]) -> Reply:
        mark = "".join(one["emoji"] for one in fields["reaction"])
        named = f"{fields['chat_id']}:{fields['message_id']}"
        self.ledger.add(to=str(fields["chat_id"]), body=mark, on=named)
        return _ok(True)

    def _accept(
        self,
        token: str,
        method: str,
        fields: Mapping[str, Any],
        file: tuple[str, bytes] | None,
        _fault: Fault | None,
    ) -> Reply:
        if method == "setMessageReaction":
            return self._mark(fields)
        message_id = next(self._messages)
        text = str(fields.get("text") or fields.get("caption") or "")
        chat_id = int(fields["chat_id"])
        self.ledger.add(
            provider_id=f"{chat_id}:{message_id}",
            to=str(chat_id),
            body=text,
            answers=_answered(chat_id, fields),
            file=file[0] if file else "",
            size=len(file[1]) if file else 0,
        )
        sender = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Parley"}
        message: dict[str, Any] = {
            "message_id": message_id,
            "from": sender,
            "chat": {"id": chat_id, "type": "private"},
            "date": int(time.time()),
        }
        if file:
            message["document"] = {"file_id": secrets.token_hex(8), "file_name": file[0]}
        message["caption" if method in _FILE_OF else "text"] = text
        return _ok(message)

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `secret` (the secret_token of setWebhook); `from` is the chat id.

        files: `{"name", "content_type", "data"}` with data in base64; one message each, the
        first with the text as its caption. update: a whole update to send instead of a text.
        """
        if order.get("update"):
            updates = [dict(order["update"])]
        else:
            updates = [{"message": message} for message in self._written(order)]
        hooks = []
        for update in updates:
            update.setdefault("update_id", next(self._updates))
            headers = {
                "Content-Type": "application/json",
                "X-Telegram-Bot-Api-Secret-Token": str(order["secret"]),
            }
            body = json.dumps(update).encode()
            key = f"update:{update['update_id']}"
            hooks.append(Webhook(key, str(order["hook"]), body, headers, tries=8))
        return hooks

    def _written(self, order: Mapping[str, Any]) -> list[dict[str, Any]]:
        chat_id = int(order["from"])
        first, _, last = str(order.get("name") or "Ann").partition(" ")
        person: dict[str, Any] = {"id": chat_id, "first_name": first}
        if last:
            person["last_name"] = last
        sender = {**person, "is_bot": False, "language_code": str(order.get("language") or "en")}
        text = str(order.get("text") or "")
        messages: list[dict[str, Any]] = []
        for file in order.get("files") or [None]:
            message: dict[str, Any] = {
                "message_id": next(self._messages),
                "date": int(time.time()),
                "chat": {**person, "type": "private"},
                "from": sender,
            }
            if file is None:
                message["text"] = text
            else:
                message["document"] = self._keep(file)
                if text and not messages:
                    message["caption"] = text
            messages.append(message)
        return messages

    def _keep(self, file: Mapping[str, str]) -> dict[str, Any]:
        file_id, data = secrets.token_hex(12), base64.b64decode(file["data"])
        with self._lock:
            self._files[file_id] = (file["content_type"], data)
        return {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": file["name"],
            "mime_type": file["content_type"],
            "file_size": len(data),
        }


def _ok(result: object) -> Reply:
    return json_reply(200, {"ok": True, "result": result})


def _error(status: int, said: str = "", parameters: Mapping[str, Any] | None = None) -> Reply:
    said = said or _SAID.get(status, "Bad Request")
    document: dict[str, Any] = {"ok": False, "error_code": status, "description": said}
    if parameters:
        document["parameters"] = parameters
    return json_reply(status, document)


def _answered(chat_id: int, fields: Mapping[str, Any]) -> str:
    """The message that a send names as the one it answers, as we name it; "" for none."""
    said = fields.get("reply_parameters")
    named = json.loads(said).get("message_id") if isinstance(said, str) else None
    return f"{chat_id}:{named}" if named else ""


def _fault_of(method: str, fields: Mapping[str, Any], file: tuple[str, bytes] | None) -> str:
    """Why Telegram would refuse the request, or ""."""
    if not re.fullmatch(r"-?\d+", str(fields.get("chat_id", ""))):
        return "Bad Request: chat not found"
    if method == "setMessageReaction":
        return ""
    if method in _FILE_OF:
        long = len(str(fields.get("caption") or "")) > 1024
        return "Bad Request: message caption is too long" if long else "" if file else "Bad Request"
    text = str(fields.get("text") or "")
    if not text.strip():
        return "Bad Request: message text is empty"
    return "Bad Request: message is too long" if len(text) > 4096 else ""


def fields_of(call: Call) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    """The parameters of a call in any of its three spellings, and its document."""
    kind = call.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return dict(json.loads(call.body or b"{}")), None
    if not kind.startswith("multipart/"):
        return dict(parse_qsl(call.query) + parse_qsl(call.body.decode())), None
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    fields: dict[str, Any] = {}
    file = None
    for part in message_from_bytes(head + call.body, policy=HTTP).iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        if part.get_filename():
            file = (str(part.get_filename()), content)
        else:
            fields[str(name)] = content.decode()
    return fields, file
