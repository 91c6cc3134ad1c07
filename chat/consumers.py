"""The visitor's socket (DEL-12): a text is acknowledged only after COMMIT, and found again."""

from __future__ import annotations

import logging
import time
import uuid
from typing import Any

from django.conf import settings

from chat import sessions
from helpdesk import inbound
from helpdesk.realtime import groups, publish
from helpdesk.realtime.hub import FrameError, Socket, in_database
from helpdesk.realtime.origins import allowed, origin_of, same_origin

log = logging.getLogger(__name__)

TEXTS_PER_MINUTE = 40
MAX_FILES = 10


def text(frame: dict[str, Any], name: str, limit: int) -> str:
    """A text field of a frame; anything else than text is a broken frame."""
    value = frame.get(name) or ""
    if not isinstance(value, str):
        raise FrameError(4008, f"{name} must be text")
    return value[:limit]


def whole(frame: dict[str, Any], name: str) -> int:
    """A non-negative number of a frame."""
    value = frame.get(name) or 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise FrameError(4008, f"{name} must be a number")
    return value


def ids(frame: dict[str, Any]) -> list[uuid.UUID]:
    """The attachment ids of a frame."""
    value = frame.get("attachments") or []
    try:
        return [uuid.UUID(one) for one in value][:MAX_FILES]
    except (ValueError, TypeError, AttributeError):
        raise FrameError(4008, "attachments must be ids") from None


def page_of(frame: dict[str, Any]) -> dict[str, str]:
    """The page that the visitor is on, as the frame tells it."""
    page = frame.get("page")
    if not isinstance(page, dict):
        return {}
    return {"url": text(page, "url", 500), "title": text(page, "title", 200)}


class VisitorConsumer(Socket):
    """One tab of a visitor. The first frame is `hello`, which brings or fetches the token."""

    visitor: sessions.Visitor | None = None
    joined: int | None = None
    last_seq = 0
    name = ""
    page: dict[str, str]

    async def connect(self) -> None:
        key = self.scope["url_route"]["kwargs"]["key"]
        try:
            self.inbox = await in_database(sessions.widget, key)
        except sessions.UnknownWidgetError:
            await self.close(code=4404)
            return
        origins = self.inbox.settings.get("origins", [])
        if not same_origin(self.scope) and not allowed(origin_of(self.scope), origins):
            await self.close(code=4403)
            return
        self.page = {}
        self._texts: list[float] = []
        await self.accept()

    async def hello(self, frame: dict[str, Any]) -> None:
        token = text(frame, "token", 200)
        self.page = page_of(frame) or self.page
        self.name = text(frame, "name", 200)
        if self.visitor and not token:
            token = self.visitor.token
        language = text(frame, "language", 8)
        self.visitor = await in_database(
            sessions.open_session, self.inbox, token, language=language
        )
        # Subscribe first, then read: nothing falls between snapshot and stream (DEL-13).
        await self._join()
        welcome = await in_database(sessions.welcome, self.visitor, whole(frame, "last_seq"))
        await self.reply(welcome)
        if self._pulse is None:
            self.start_heartbeat(self.beat)

    async def _join(self) -> None:
        conversation = self._known().conversation_id
        if conversation is None or conversation == self.joined:
            return
        if self.joined is not None:
            await self.leave(groups.visitor(self.joined))
        await self.join(groups.visitor(conversation))
        self.joined = conversation

    def _known(self) -> sessions.Visitor:
        if self.visitor is None:
            raise FrameError(4008, "hello first")
        return self.visitor

    async def said(self, frame: dict[str, Any]) -> None:
        """A text: stored, then acknowledged; the same cid gets the same acknowledgement."""
        visitor = self._known()
        try:
            cid = uuid.UUID(text(frame, "cid", 40))
        except ValueError:
            raise FrameError(4008, "cid must be a UUID") from None
        body, files = text(frame, "body", settings.MAX_CHAT_CHARS + 1), ids(frame)
        refusal = self._refusal(body, files)
        if refusal:
            await self.reply({"type": "error", "cid": str(cid), **refusal})
            return
        message = await in_database(
            sessions.send,
            visitor,
            cid=cid,
            body=body,
            attachments=files,
            name=self.name,
            page=self.page,
        )
        await self.reply(
            {
                "type": "ack",
                "cid": str(cid),
                "id": str(message.pk),
                "seq": message.public_seq,
                "conversation": message.conversation_id,
            }
        )
        await self._join()

    def _refusal(self, body: str, files: list[uuid.UUID]) -> dict[str, Any] | None:
        if len(body) > settings.MAX_CHAT_CHARS:
            return {"code": "too_long", "retryable": False, "limit": settings.MAX_CHAT_CHARS}
        if not body.strip() and not files:
            return {"code": "empty", "retryable": False}
        now = time.monotonic()
        self._texts = [at for at in self._texts if now - at < 60]
        limit = int(self.inbox.settings.get("texts_per_minute", TEXTS_PER_MINUTE))
        if len(self._texts) >= limit:
            return {"code": "slow_down", "retryable": True}
        self._texts.append(now)
        return None

    async def seen(self, frame: dict[str, Any]) -> None:
        """`got` and `read`: the browser has, or has shown, messages up to a seq."""
        visitor = self._known()
        if visitor.conversation_id is None:
            return
        mark = whole(frame, "seq")
        marks = {"read": mark} if frame["type"] == "read" else {"got": mark}
        await in_database(inbound.customer_seen, visitor.conversation_id, **marks)

    async def typing(self, frame: dict[str, Any]) -> None:
        visitor = self._known()
        if visitor.conversation_id is not None:
            await publish.send_async(
                groups.inbox(self.inbox.pk),
                {
                    "type": "typing",
                    "conversation": visitor.conversation_id,
                    "from": "customer",
                    "on": bool(frame.get("on")),
                },
            )

    async def ping(self, frame: dict[str, Any]) -> None:
        await self.reply({"type": "pong"})

    async def beat(self) -> None:
        """The newest seq each 25 s: a lost push is found within half a minute."""
        visitor = self._known()
        found = await in_database(sessions.pulse, visitor)
        await self.reply({"type": "heartbeat", **found})

    async def disconnect(self, code: int) -> None:
        if self.joined is not None:
            await self.leave(groups.visitor(self.joined))
        await super().disconnect(code)

    handlers = {
        "hello": hello,
        "send": said,
        "read": seen,
        "got": seen,
        "typing": typing,
        "ping": ping,
    }
