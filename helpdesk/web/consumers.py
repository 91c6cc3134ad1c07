"""The agents' socket: everything that happens in their inboxes, typing and presence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from django.contrib.sessions.models import Session
from django.db.models import Exists

from helpdesk import typing_out
from helpdesk.models import Agent, Conversation
from helpdesk.permissions import Action, can, inbox_ids, visible
from helpdesk.realtime import company, groups, payloads, publish
from helpdesk.realtime.hub import Socket, in_database
from helpdesk.realtime.origins import same_origin
from helpdesk.services import presence
from helpdesk.web.sessions import UNPROTECTED

CACHE_LIMIT = 500
BEAT = 15.0  # seconds; an agent who is not heard of for three beats is offered nothing


def _may_connect(agent_id: int | None, session: str) -> tuple[Agent, list[int]] | None:
    """The agent as he is now and the inboxes he may see; None if he may not, or no longer.

    His session must still be there: it is gone where he was signed out (SEC-24).
    """
    alive = Session.objects.filter(session_key=session, expire_date__gt=datetime.now(UTC))
    agent = Agent.objects.filter(Exists(alive), pk=agent_id or 0, is_active=True).first()
    if agent is None:
        return None
    presence.seen(agent.pk)
    return agent, inbox_ids(agent)


def _inbox_of(agent: Agent, conversation_id: int) -> int | None:
    found = visible(agent, Conversation).filter(pk=conversation_id)
    return found.values_list("inbox_id", flat=True).first()


class AgentConsumer(Socket):
    """One browser tab of an agent. Joins a group per inbox; rights are checked again on every
    heartbeat and at once when they change.
    """

    agent: Agent
    at: int | None = None  # the conversation that the tab shows
    silent = False  # whether its reader is not to be seen by the others
    told: list[payloads.Payload] | None = None  # whom the tab was last told of

    async def connect(self) -> None:
        user: Any = self.scope["user"]
        unguarded = self.scope["session"].get(UNPROTECTED)  # nothing opens before it is mended
        known = user.pk is not None and same_origin(self.scope) and not unguarded
        if known:  # subscribe first, then read: no change of presence falls between (DEL-13)
            await self.join(groups.agent(user.pk))
            await self.join(groups.team())
        self.session: str = self.scope["session"].session_key or ""
        found = await in_database(_may_connect, user.pk, self.session) if known else None
        if found is None:
            await self._leave_all()
            await self.close(code=4401)
            return
        self.agent, inboxes = found
        self.inboxes: set[int] = set()
        self.known: set[int] = set()
        await self._follow(set(inboxes))
        await self.accept()
        await self.reply(
            {
                "type": "welcome",
                "agent": {**payloads.agent(self.agent), "presence": self.agent.presence},
                "server_time": payloads.stamp(datetime.now(UTC)),
            }
        )
        self.start_heartbeat(self.beat, every=BEAT)

    async def _follow(self, inboxes: set[int]) -> None:
        for left in self.inboxes - inboxes:
            await self.leave(groups.inbox(left))
        for new in inboxes - self.inboxes:
            await self.join(groups.inbox(new))
        changed = inboxes != self.inboxes
        self.inboxes = inboxes
        self.known.clear()
        if changed and self.at is not None and await self._sees({"conversation": self.at}) is None:
            await self._look_away()

    async def check_rights(self) -> None:
        """Close the socket of an agent who was deactivated; follow a change of teams."""
        found = await in_database(_may_connect, self.agent.pk, self.session)
        if found is None:
            await self.tell({"type": "bye", "reason": "signed out"})
            await self.close(code=4401)
            return
        self.agent = found[0]
        await self._follow(set(found[1]))

    async def beat(self) -> None:
        await self.check_rights()
        if self.at is not None:
            await self._stay(self.at)
        await self.tell({"type": "heartbeat", "server_time": payloads.stamp(datetime.now(UTC))})

    async def _leave_all(self) -> None:
        for followed in self._followed:
            await self.leave(followed)

    async def disconnect(self, code: int) -> None:
        await self._look_away()
        await self._leave_all()

    async def push(self, message: dict[str, Any]) -> None:
        if message["text"] == '{"type":"rights"}':
            await self.check_rights()
            return
        await super().push(message)

    async def _sees(self, frame: dict[str, Any]) -> int | None:
        """The conversation that a frame names, if this agent may see it."""
        pk = frame.get("conversation")
        if not isinstance(pk, int) or isinstance(pk, bool) or not 0 < pk < 2**63:
            return None
        if pk not in self.known:
            inbox = await in_database(_inbox_of, self.agent, pk)
            if inbox is None:
                return None
            if len(self.known) > CACHE_LIMIT:
                self.known.clear()
            self.known.add(pk)
        return pk

    async def typing(self, frame: dict[str, Any]) -> None:
        """The customer sees "… is typing"; nothing is stored."""
        pk = await self._sees(frame)
        if pk is not None:
            await publish.send_async(
                groups.visitor(pk),
                {
                    "type": "typing",
                    "name": self.agent.called,
                    "on": bool(frame.get("on")),
                },
            )
            if frame.get("on"):
                await in_database(typing_out.typed, pk)

    async def viewing(self, frame: dict[str, Any]) -> None:
        """The tab shows this conversation now, or (null) none. A supervisor may look silently."""
        pk = await self._sees(frame)
        silent = frame.get("silent") is True and can(self.agent, Action.STEER)
        if (pk, silent) == (self.at, self.silent):
            return
        await self._look_away()
        if pk is None:
            return
        self.at, self.silent = pk, silent
        await self.join(groups.company(pk))
        if silent:
            await self._told(pk, await in_database(company.here, pk))
        else:
            face = payloads.agent(self.agent)
            here = await in_database(company.enter, pk, self.channel_name, face)
            await self._published(pk, here)

    async def _stay(self, pk: int) -> None:
        """Renew the tab's place, and mend what a lost push left untold."""
        if self.silent:
            here = await in_database(company.here, pk)
        else:
            face = payloads.agent(self.agent)
            here = await in_database(company.enter, pk, self.channel_name, face)
        if here is not None and here != self.told:
            await self._told(pk, here)

    async def _look_away(self) -> None:
        pk, self.at, self.told = self.at, None, None
        if pk is None:
            return
        await self.leave(groups.company(pk))
        if not self.silent:
            await self._published(pk, await in_database(company.leave, pk, self.channel_name))

    async def _published(self, pk: int, here: list[payloads.Payload] | None) -> None:
        """Once, for all who look: the whole list, so that a lost push does no lasting harm."""
        if here is not None:
            frame = {"type": "viewing", "conversation": pk, "here": here}
            await publish.send_async(groups.company(pk), frame)
            self.told = here

    async def _told(self, pk: int, here: list[payloads.Payload] | None) -> None:
        if here is not None:
            await self.tell({"type": "viewing", "conversation": pk, "here": here})
            self.told = here

    async def writing(self, frame: dict[str, Any]) -> None:
        """Colleagues who look at it see that an answer is being written; nothing is stored."""
        pk = await self._sees(frame)
        if pk is not None and pk == self.at and not self.silent:
            said = {"type": "typing", "conversation": pk, "from": "agent"}
            face = payloads.agent(self.agent)
            told = {**said, "agent": face, "on": bool(frame.get("on"))}
            await publish.send_async(groups.company(pk), told)

    async def ping(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=orjson.dumps({"type": "pong"}).decode())

    handlers = {"typing": typing, "viewing": viewing, "writing": writing, "ping": ping}
