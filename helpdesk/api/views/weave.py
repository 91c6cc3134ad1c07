"""Merging, splitting and linking conversations. Who acts must see both sides."""

from __future__ import annotations

from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.weave import (
    LetterSerializer,
    LinkSerializer,
    MergeSerializer,
    SplitSerializer,
)
from helpdesk.api.views.conversations import actor
from helpdesk.models import Message
from helpdesk.permissions import Action, visible
from helpdesk.selectors import thread, weave
from helpdesk.services import linking, requesters, splitting, weaving


class _Replying(APIView):
    permission_classes = (Acting.to(Action.REPLY),)


class ConversationMerging(_Replying):
    """POST {"into"}: this one is closed and read in the other's thread from now on."""

    def post(self, request: Request, pk: int) -> Response:
        form = MergeSerializer(data=request.data)
        thread.find(actor(request), pk)
        form.is_valid(raise_exception=True)
        into = thread.find(actor(request), form.validated_data["into"]).pk
        row = weaving.merge(pk, into, by=actor(request))
        return Response({"merge": row.pk, "source": pk, "target": into})


class ConversationUnmerging(_Replying):
    def post(self, request: Request, pk: int) -> Response:
        source = thread.find(actor(request), pk)
        if source.merged_into_id is not None:
            thread.find(actor(request), source.merged_into_id)
        row = weaving.unmerge(pk, by=actor(request))
        return Response({"merge": row.pk, "source": pk, "target": row.target_id})


class ConversationSplitting(_Replying):
    """POST {"message", "following"}: the number of the new conversation."""

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = SplitSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        message = visible(request.user, Message).get(
            pk=form.validated_data["message"], conversation=pk
        )
        made = splitting.split(
            message.pk, by=actor(request), following=form.validated_data["following"]
        )
        return Response({"conversation": made.pk}, status=status.HTTP_201_CREATED)


class ConversationRequester(_Replying):
    """POST {"message"}: whom that letter was forwarded from is the customer now. DELETE: undo."""

    def post(self, request: Request, pk: int) -> Response:
        conversation = requesters.hand_over(self._letter(request, pk), by=actor(request))
        return Response({"customer": conversation.customer_id})

    def delete(self, request: Request, pk: int) -> Response:
        conversation = requesters.take_back(self._letter(request, pk), by=actor(request))
        return Response({"customer": conversation.customer_id})

    def _letter(self, request: Request, pk: int) -> UUID:
        thread.find(actor(request), pk)
        form = LetterSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        known = visible(request.user, Message)
        return known.get(pk=form.validated_data["message"], conversation=pk).pk


class ConversationLinks(_Replying):
    def get(self, request: Request, pk: int) -> Response:
        return self._related(request, pk)

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = LinkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        other = thread.find(actor(request), form.validated_data["other"])
        linking.link(pk, other.pk, by=actor(request))
        return self._related(request, pk)

    def _related(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        return Response({"related": weave.related(actor(request), weave.family(conversation))})


class ConversationLinkDetail(ConversationLinks):
    http_method_names = ("delete",)

    def delete(self, request: Request, pk: int, other: int) -> Response:
        thread.find(actor(request), pk)
        linking.unlink(pk, thread.find(actor(request), other).pk, by=actor(request))
        return self._related(request, pk)


class ConversationNear(_Replying):
    """What this one could be merged or linked with: the customer's own, or what `q` finds."""

    def get(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        text = request.query_params.get("q", "").strip()[:200]
        return Response({"results": weave.near(actor(request), conversation, text)})
