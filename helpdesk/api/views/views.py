"""The tags' vocabulary, and the views that people make for themselves."""

from __future__ import annotations

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.serializers import OrderSerializer, PreviewSerializer, ViewSerializer
from helpdesk.api.views.conversations import actor
from helpdesk.selectors import inbox, menu
from helpdesk.services import views
from helpdesk.web.view_words import named_fields


class TagList(APIView):
    def get(self, request: Request) -> Response:
        return Response({"results": menu.tags()})


class ViewList(APIView):
    """The views of the agent's menu with how many each holds; a post makes one."""

    def get(self, request: Request) -> Response:
        agent = actor(request)
        listed = {"results": menu.views(agent), "counts": inbox.counts(agent, mine=True)}
        return Response(listed)

    def post(self, request: Request) -> Response:
        return _saved(request, None)


class ViewDetail(APIView):
    def get(self, request: Request, pk: int) -> Response:
        return Response(menu.view(inbox.saved(actor(request), f"v{pk}"), actor(request)))

    def post(self, request: Request, pk: int) -> Response:
        return _saved(request, inbox.saved(actor(request), f"v{pk}").pk)

    def delete(self, request: Request, pk: int) -> Response:
        views.delete(inbox.saved(actor(request), f"v{pk}").pk, by=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ViewFields(APIView):
    """What a filter may ask, in the agent's language, with everything there is to choose from."""

    def get(self, request: Request) -> Response:
        return Response(named_fields(menu.choices(actor(request))))


class ViewPreview(APIView):
    def post(self, request: Request) -> Response:
        form = PreviewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response({"count": inbox.preview(actor(request), form.validated_data["filters"])})


class ViewOrder(APIView):
    def post(self, request: Request) -> Response:
        form = OrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        views.order(form.validated_data["ids"], by=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _saved(request: Request, pk: int | None) -> Response:
    form = ViewSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    facts = form.validated_data
    try:
        view = views.save(
            pk,
            by=actor(request),
            name=facts["name"],
            rows=facts["filters"],
            shared=facts["shared"],
            team=facts["team"],
            order=facts["order"],
        )
    except views.InvalidViewError as error:
        raise ValidationError({error.field: [str(error)]}) from error
    code = status.HTTP_200_OK if pk else status.HTTP_201_CREATED
    return Response(menu.view(view, actor(request)), status=code)
