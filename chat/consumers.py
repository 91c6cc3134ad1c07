"""The visitor's socket (DEL-12): a text is acknowledged only after COMMIT, and found again."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from typing import Any

from django.conf import settings

from chat import guard, identity, sessions, tokens, verbs
from chat.frames import answers_of, ids, key, text, whereabouts, whole
from chat.visits import talks
from chat.watch import Watch, pulses
from helpdesk import by_customer, client_ip, measuring
from helpdesk.models import Message
from helpdesk.realtime import groups, publish
from helpdesk.realtime.hub import FrameError, Socket, in_database
from helpdesk.realtime.origins import allowed, origin_of, same_origin

log = logging.getLogger(__name__)

ADMITTED_FOR = 5.0
# As helpdesk.services.steps tells it: nobody answered in time.
ANOTHER_WAY = '{"type":"alternatives"}'


class VisitorConsumer(Socket):
    """One tab of a visitor. The first frame is `hello`, which brings or fetches the token."""

    visitor: sessions.Visitor | None = None
    joined: int | None = None
    last_seq = 0
    name = ""
    page: dict[str, Any]
    _last: tuple[int, dict[str, Any]] | None = None

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
        self.address = client_ip.of_scope(self.scope)
        self._admitted = 0.0
        self._counted = False
        self._watch = Watch(self.tell)
        await self.accept()

    async def hello(self, frame: dict[str, Any]) -> None:
        token = text(frame, "token", 200)
        self.page = whereabouts(frame) or self.page
        self.name = text(frame, "name", 200)
        if self.visitor and not token:
            token = self.visitor.token
        language = text(frame, "language", 8)
        try:
            self.visitor = await in_database(
                self._enter, token, language=language, sitting=text(frame, "sitting", 100)
            )
        except guard.RefusedError as error:
            await self.reply({"type": "error", "for": "hello", **error.answer()})
            return
        await self._welcome(self.visitor, whole(frame, "last_seq"))

    def _enter(self, token: str, **facts: str) -> sessions.Visitor:
        """Open the session unless its visitor is banned; newcomers are counted, once a socket."""
        visitor = sessions.open_session(
            self.inbox, token, network=client_ip.keyed(self.address), **facts
        )
        guard.admit(visitor)
        if not visitor.session_id and not self._counted:
            guard.take_of(guard.SESSIONS, self.inbox, self.address)
            self._counted = True
        if visitor.conversation_id is not None:
            talks.meet(self.inbox, self.page, visitor.conversation_id)
        return visitor

    async def _welcome(self, visitor: sessions.Visitor, last_seq: int) -> None:
        # Subscribe first, then read: nothing falls between snapshot and stream (DEL-13).
        await self._join()
        welcome = await in_database(sessions.welcome, visitor, last_seq)
        await self.reply(welcome)
        if last_seq:
            measuring.resumed(len(welcome["messages"]))
        self._watch.told(visitor, welcome["service"])
        self._last = None
        if self._pulse is None:
            self.start_heartbeat(self.beat)

    async def _join(self) -> None:
        conversation = self.visitor.conversation_id if self.visitor else None
        if conversation == self.joined:
            return
        if self.joined is not None:
            await self.leave(groups.visitor(self.joined))
        if conversation is not None:
            await self.join(groups.visitor(conversation))
        self.joined = conversation

    def _known(self) -> sessions.Visitor:
        if self.visitor is None:
            raise FrameError(4008, "hello first")
        return self.visitor

    async def said(self, frame: dict[str, Any]) -> None:
        """A text: stored, then acknowledged; the same cid gets the same acknowledgement."""
        visitor, began = self._known(), time.monotonic()
        cid, first = key(frame, "cid"), visitor.conversation_id is None
        body, files = text(frame, "body", settings.MAX_CHAT_CHARS + 1), ids(frame)
        refusal = self._refusal(body, files)
        if refusal:
            await self.reply({"type": "error", "cid": str(cid), **refusal})
            return
        try:
            message = await in_database(
                self._store,
                visitor,
                cid=cid,
                body=body,
                attachments=files,
                name=self.name,
                page=self.page,
                answers=answers_of(frame),
            )
        except guard.RefusedError as error:
            await self.reply({"type": "error", "cid": str(cid), **error.answer()})
            return
        await self.reply(
            {
                "type": "ack",
                "cid": str(cid),
                "id": str(message.pk),
                "seq": message.public_seq,
                "conversation": message.conversation_id,
            }
        )
        measuring.acknowledged(time.monotonic() - began)
        await self._join()
        if first:
            await self._watch.look()

    def _admit(self, visitor: sessions.Visitor) -> None:
        """Whether he is banned is looked up each few seconds, where anybody is."""
        now = time.monotonic()
        if now - self._admitted > ADMITTED_FOR:
            if guard.anybody_banned(self.inbox):
                guard.admit(visitor)
            self._admitted = now

    def _store(self, visitor: sessions.Visitor, **said: Any) -> Message:
        """A text of somebody who may still write, and not too fast."""
        self._admit(visitor)
        guard.take(guard.texts(self.inbox), self.inbox, visitor.address)
        return sessions.send(visitor, **said)

    async def identify(self, frame: dict[str, Any]) -> None:
        """The site says who this is: "identified", then a welcome with a new token."""
        visitor, token = self._known(), text(frame, "token", identity.MAX_TOKEN + 1)
        try:
            claims = await asyncio.to_thread(identity.verify, self.inbox, token)
            visitor = await in_database(identity.identify, visitor, claims)
        except by_customer.RefusedError as error:
            refusal = {"code": error.code, "retryable": error.retryable}
            await self.reply({"type": "error", "for": "identify", **refusal})
            return
        self.visitor = visitor
        await self.reply({"type": "identified", "token": visitor.token, "name": claims.name})
        await self._welcome(visitor, 0)

    async def sign_out(self, frame: dict[str, Any]) -> None:
        """His token opens nothing any more, here or everywhere; a new hello starts anew."""
        answer = await in_database(verbs.perform, self._known(), frame)
        self.visitor = None
        self._watch.stop()
        await self._join()
        await self.reply(answer)

    async def asked(self, frame: dict[str, Any]) -> None:
        """One of verbs.ASKING: done, answered, and what it changed is told."""
        try:
            await self.reply(await in_database(self._act, self._known(), frame))
        except guard.RefusedError as error:
            await self.reply({"type": "error", "for": frame["type"], **error.answer()})
        else:
            await self._watch.look()

    def _act(self, visitor: sessions.Visitor, frame: dict[str, Any]) -> dict[str, Any]:
        self._admit(visitor)
        guard.take(guard.ACTS, self.inbox, visitor.address)
        return verbs.perform(visitor, frame)

    def _refusal(self, body: str, files: list[uuid.UUID]) -> dict[str, Any] | None:
        if len(body) > settings.MAX_CHAT_CHARS:
            return {"code": "too_long", "retryable": False, "limit": settings.MAX_CHAT_CHARS}
        if not body.strip() and not files:
            return {"code": "empty", "retryable": False}
        return None

    async def seen(self, frame: dict[str, Any]) -> None:
        """`got` and `read`: the browser has, or has shown, messages up to a seq."""
        await in_database(verbs.perform, self._known(), frame)

    async def typing(self, frame: dict[str, Any]) -> None:
        heard = verbs.typing(self._known(), frame)
        if heard:
            await publish.send_async(groups.inbox(self.inbox.pk), heard)

    async def push(self, message: dict[str, Any]) -> None:
        """As it is; a change of state or owner, or another way on, changes where he stands."""
        if message["text"] == identity.SIGNED_OUT:
            session = self.visitor.session_id if self.visitor else 0
            if await in_database(tokens.spent, session):
                await self.tell({"type": "bye", "reason": "signed out"})
                await self.close(code=4401)
            return
        if message["text"] == ANOTHER_WAY:  # ours alone: what he may see of it is his standing
            await self._watch.look()
            return
        await super().push(message)
        if message["text"].startswith('{"type":"state"'):
            await self._watch.look()

    async def ping(self, frame: dict[str, Any]) -> None:
        await self.reply({"type": "pong"})

    async def beat(self) -> None:
        """The newest seq each 25 s: a lost push is found within half a minute."""
        visitor = self._known()
        frame, self._last = await pulses.ask(sessions.Beat(visitor, self._last))
        await self.tell({"type": "heartbeat", **frame})
        self._watch.told(visitor, frame["service"])

    def release(self) -> None:
        if hasattr(self, "_watch"):
            self._watch.stop()
        super().release()

    async def disconnect(self, code: int) -> None:
        if self.joined is not None:
            await self.leave(groups.visitor(self.joined))

    handlers = {
        "hello": hello,
        "identify": identify,
        "sign_out": sign_out,
        "send": said,
        "read": seen,
        "got": seen,
        "typing": typing,
        "ping": ping,
        **dict.fromkeys(verbs.ASKING, asked),
    }
