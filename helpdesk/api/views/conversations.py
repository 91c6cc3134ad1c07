"""Conversations over REST: thin, over the same services and selectors as the screens."""

from __future__ import annotations

import uuid
from typing import Any, cast

from rest_framework import status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api import listing
from helpdesk.api.base import APIView, token_of
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers import (
    AssignSerializer,
    ReadSerializer,
    SendSerializer,
    StateSerializer,
)
from helpdesk.api.serializers.together import paper_of
from helpdesk.models import Agent, Conversation, Message, State
from helpdesk.permissions import Action, may_read_notes, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import inbox, stream, thread
from helpdesk.selectors.recipients import suggested
from helpdesk.selectors.signatures import of as signature_of
from helpdesk.services import (
    assignments,
    conversations,
    mentions,
    messages,
    preferences,
    records,
    returned,
)
from helpdesk.services.addressing import Addressed
from helpdesk.whole_numbers import whole_number

META = ("card", "quick", "approved", "tagged", "answering")


def actor(request: Request) -> Agent:
    """The signed-in agent."""
    return cast("Agent", request.user)


def number(request: Request, name: str) -> int | None:
    """A whole number from the query string, or None; 400 for anything else."""
    text = request.query_params.get(name)
    if text is None:
        return None
    found = whole_number(text)
    if found is None:
        raise ValidationError({name: ["A whole number, please."]})
    return found


def _message_id(request: Request, name: str) -> uuid.UUID | None:
    """The id of a message from the query string, or None; 400 for anything else."""
    text = request.query_params.get(name)
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise ValidationError({name: ["The id of a message, please."]}) from None


FOR_PROGRAMS = ("row", "messages", "more", "customer", "language", "states", "agents")


class OfVersions(APIView):
    """Of a conversation: its seq counts whatever happens to it."""

    def version(self, agent: Agent, pk: int) -> str:
        thread.find(agent, pk)
        rows = visible(agent, Conversation).select_for_update(of=("self",))
        return f'"{rows.get(pk=pk).last_seq}"'


def _readable(request: Request, shown: list[payloads.Payload]) -> list[payloads.Payload]:
    """Without what colleagues write to each other, for who may not read it."""
    if may_read_notes(actor(request)):
        return shown
    return [one for one in shown if not one["internal"]]


class ConversationList(APIView):
    """A view of the inbox (`view`, the agent's own if nothing is asked), or what filters find."""

    def get(self, request: Request) -> Response:
        asked = listing.read(request)
        if asked is not None:
            rows, following = inbox.listed(actor(request), *asked[:3], size=asked.size)
            return Response({"results": rows, "next": following})
        view = request.query_params.get("view", "mine")
        rows, following = inbox.rows(actor(request), view, request.query_params.get("cursor", ""))
        return Response({"results": rows, "next": following})


class Counts(APIView):
    def get(self, request: Request) -> Response:
        return Response(inbox.counts(actor(request)))


class ConversationDetail(APIView):
    def get(self, request: Request, pk: int) -> Response:
        found = thread.detail(actor(request), pk)
        records.opened(found, by=actor(request))
        if token_of(request) is None:
            return Response(found)
        shown = {name: found[name] for name in FOR_PROGRAMS}
        shown["messages"] = _readable(request, found["messages"])
        return Response(shown, headers={"ETag": f'"{found["row"]["seq"]}"'})


class ConversationEvents(APIView):
    def get(self, request: Request, pk: int) -> Response:
        found = thread.since(actor(request), pk, number(request, "after") or 0)
        records.opened(found["row"], by=actor(request))
        found["messages"] = _readable(request, found["messages"])
        if not may_read_notes(actor(request)):
            among = stream.AMONG_COLLEAGUES
            found["events"] = [one for one in found["events"] if one["kind"] not in among]
        return Response(found)


class ConversationMessages(APIView):
    permission_classes = (Acting.to(Action.REPLY),)

    def get(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        before, to = number(request, "before"), number(request, "to")
        past = _message_id(request, "past")
        of = number(request, "of")
        shown, more = thread.messages(conversation, before=before, to=to, of=of, past=past)
        records.opened(
            {"customer": payloads.customer_brief(conversation.customer)}, by=actor(request)
        )
        return Response({"messages": _readable(request, shown), "more": more})

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = SendSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(form.validated_data)
        internal = fields.pop("internal")
        if internal and not may_read_notes(actor(request)):
            raise PermissionDenied("This token lacks the scope notes:read.")
        meta = {name: fields.pop(name) for name in META}
        taken, letter = fields.pop("templates"), fields.pop("letter")
        fields["attachments"] = [str(one) for one in fields["attachments"]]
        seen_seq, paper = fields.pop("seen_seq"), paper_of(fields)
        if internal:
            del fields["then"], fields["force"]
            message, created = messages.note(pk, by=actor(request), paper=paper, **fields)
        else:
            fields["seen_seq"] = None if fields.pop("force") else seen_seq
            fields["addressed"] = Addressed(**letter) if letter else None
            fields["hold"] = preferences.of(actor(request))["undo_seconds"]
            message, created = messages.reply(
                pk, by=actor(request), meta=meta, taken=taken, **fields
            )
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(thread.message(actor(request), message.pk), status=code)


class ConversationLetter(APIView):
    """To whom an answer by mail would go, and what is signed below it."""

    permission_classes = (Acting.to(Action.REPLY),)

    def get(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        via = conversation.answered_by
        found = suggested(conversation, via)
        return Response(
            {
                "to": conversation.reply_address or found.to,
                "cc": [] if conversation.reply_address else found.cc,
                "reply_to_elsewhere": found.reply_to_elsewhere,
                "signature": signature_of(conversation, via, actor(request)),
            }
        )


class ConversationAssign(OfVersions):
    permission_classes = (Acting.to(Action.ASSIGN),)

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = AssignSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        chosen = form.validated_data["agent"]
        to = Agent.objects.filter(pk=chosen, is_active=True).first() if chosen else None
        if chosen and to is None:
            raise ValidationError({"agent": ["There is no such agent."]})
        fields = form.validated_data
        conversation = assignments.assign(
            pk, to, by=actor(request), why=fields["reason"], force=fields["force"]
        )
        return Response(payloads.row(conversation))


class ConversationState(OfVersions):
    permission_classes = (Acting.to(Action.CHANGE_STATE),)

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = StateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        conversation = conversations.change_state(
            pk,
            State(fields["state"]),
            by=actor(request),
            reason=fields["reason"],
            due_at=fields["due_at"],
        )
        return Response(payloads.row(conversation))


class ConversationRead(APIView):
    def post(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        form = ReadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        conversations.mark_read(pk, min(form.validated_data["seq"], conversation.last_seq))
        mentions.read(pk, by=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MessageRetry(APIView):
    permission_classes = (Acting.to(Action.REPLY),)
    verb = staticmethod(messages.retry)

    def post(self, request: Request, pk: str) -> Response:
        message = visible(request.user, Message).filter(delivery__isnull=False).get(pk=pk)
        self.verb(message, by=actor(request))
        return Response(thread.message(actor(request), pk))


class MessageAnyway(MessageRetry):
    verb = staticmethod(returned.send_anyway)


class MessageCancel(MessageRetry):
    verb = staticmethod(messages.cancel)
