"""Templates in the composer: offered, taken with their files, and proposed."""

from __future__ import annotations

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.adapters import adapter_for
from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.templates import (
    DraftedSerializer,
    ProposalSerializer,
    TakenSerializer,
)
from helpdesk.api.views.conversations import actor, number
from helpdesk.api.views.desk import searched
from helpdesk.models import Template, TemplateState
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import proposals as proposed
from helpdesk.selectors import templates as reads
from helpdesk.selectors import thread
from helpdesk.services import proposals, template_files, templates


class TemplateList(APIView):
    """Templates that match `q`, filled in for `conversation` if given; POST proposes one."""

    permission_classes = (Acting.to(Action.USE_TEMPLATES),)

    def get(self, request: Request) -> Response:
        pk = number(request, "conversation")
        conversation = thread.find(actor(request), pk) if pk else None
        return Response(reads.offered(actor(request), searched(request), conversation))

    def post(self, request: Request) -> Response:
        form = ProposalSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        pk = fields.pop("template")
        active = visible(request.user, Template).filter(state=TemplateState.ACTIVE)
        target = active.get(pk=pk) if pk else None
        try:
            made = proposals.propose(by=actor(request), target=target, **fields)
        except proposals.ProposalError as error:
            raise ValidationError({"text": [str(error)]}) from None
        return Response({"id": made.pk}, status=status.HTTP_201_CREATED)


class AsTemplate(APIView):
    """What the words of an answer would be as a template; nothing is kept."""

    permission_classes = (Acting.to(Action.USE_TEMPLATES),)

    def post(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        form = DraftedSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(proposed.drafted(actor(request), conversation, form.validated_data["text"]))


class TemplateUsed(APIView):
    """A template was put into an answer: counted, and its files given to the agent's message."""

    permission_classes = (Acting.to(Action.USE_TEMPLATES),)

    def post(self, request: Request, pk: int) -> Response:
        form = TakenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        template = visible(request.user, Template).get(pk=pk)
        where = form.validated_data["conversation"]
        conversation = thread.find(actor(request), where) if where else None
        templates.used(template.pk)
        if conversation is None:
            return Response({"files": [], "refused": []})
        taken = template_files.take(
            template,
            form.validated_data["variant"],
            adapter_for(conversation.answered_by).capabilities,
            by=actor(request),
        )
        files = [payloads.attachment(one) for one in taken.files]
        return Response({"files": files, "refused": taken.refused})
