"""One act on many conversations, and tags on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from helpdesk.api.base import APIView
from helpdesk.api.errors import explained
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers import (
    AssignSerializer,
    BulkSerializer,
    StateSerializer,
    TagSerializer,
)
from helpdesk.api.serializers.strict import Strict
from helpdesk.api.views.conversations import OfVersions, actor
from helpdesk.models import Agent, Conversation, State
from helpdesk.permissions import Action, can, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import thread
from helpdesk.services import assignments, conversations, tags

Facts = Mapping[str, Any]
# What a single act does, for a conversation that the agent may see.
Verb = Callable[[Conversation, Agent, Facts], Any]


def _assign(one: Conversation, by: Agent, facts: Facts) -> Any:
    return assignments.assign(one.pk, facts["to"], by=by, why=facts["reason"], force=facts["force"])


def _state(one: Conversation, by: Agent, facts: Facts) -> Any:
    to = State(facts["state"])
    return conversations.change_state(
        one.pk, to, by=by, reason=facts["reason"], due_at=facts["due_at"]
    )


def _tag(one: Conversation, by: Agent, facts: Facts) -> Any:
    return tags.tag(one.pk, by=by, add=facts["add"], remove=facts["remove"])


def _read(one: Conversation, _by: Agent, _facts: Facts) -> Any:
    return conversations.mark_read(one.pk, one.last_seq)


class _Nothing(Strict):
    """No facts."""


ACTS: dict[str, tuple[Action | None, type[Serializer[Any]], Verb]] = {
    "assign": (Action.ASSIGN, AssignSerializer, _assign),
    "state": (Action.CHANGE_STATE, StateSerializer, _state),
    "tag": (Action.TAG, TagSerializer, _tag),
    "read": (None, _Nothing, _read),
}


class Bulk(APIView):
    """Each conversation is a transaction of its own; the answer says of each what happened."""

    def post(self, request: Request) -> Response:
        form = BulkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        action, serializer, verb = ACTS[form.validated_data["action"]]
        by = actor(request)
        if action is not None and not can(by, action):
            raise PermissionDenied
        facts = self._facts(serializer(data=form.validated_data["facts"]))
        ids = list(dict.fromkeys(form.validated_data["ids"]))
        found = visible(by, Conversation).in_bulk(ids)
        results = [self._one(found.get(pk), pk, by, verb, facts) for pk in ids]
        after = visible(by, Conversation).select_related("customer", "inbox", "assignee")
        rows = after.filter(pk__in=[one["id"] for one in results if one["done"]])
        return Response({"results": results, "rows": [payloads.row(one) for one in rows]})

    @staticmethod
    def _facts(form: Serializer[Any]) -> Facts:
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        if facts.get("agent"):
            facts["to"] = Agent.objects.filter(pk=facts["agent"], is_active=True).first()
            if facts["to"] is None:
                raise ValidationError({"agent": ["There is no such agent."]})
        return {"to": None, **facts}

    @staticmethod
    def _one(
        one: Conversation | None, pk: int, by: Agent, verb: Verb, facts: Facts
    ) -> dict[str, Any]:
        try:
            if one is None:
                raise Conversation.DoesNotExist
            verb(one, by, facts)
        except Exception as error:
            why = explained(error)
            if why is None:
                raise
            return {"id": pk, "done": False, "why": why}
        return {"id": pk, "done": True, "why": ""}


class ConversationTags(OfVersions):
    permission_classes = (Acting.to(Action.TAG),)

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = TagSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(payloads.row(tags.tag(pk, by=actor(request), **form.validated_data)))
