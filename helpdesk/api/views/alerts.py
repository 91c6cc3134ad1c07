"""How the signed-in agent is called: choices, browsers, a test. Everybody has only their own."""

from __future__ import annotations

from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import web_push
from helpdesk.api.base import APIView
from helpdesk.api.serializers.strict import Strict
from helpdesk.api.views.conversations import actor
from helpdesk.services import alerts, sign_ins


class BrowserSerializer(Strict):
    endpoint = serializers.URLField(max_length=1000)
    p256dh = serializers.CharField(max_length=200)
    auth = serializers.CharField(max_length=60)
    device = serializers.CharField(max_length=200, allow_blank=True, default="")


class EndpointSerializer(Strict):
    endpoint = serializers.URLField(max_length=1000)


class Alerts(APIView):
    """What is worth a call, and the key with which a browser subscribes."""

    def get(self, request: Request) -> Response:
        key = web_push.public(alerts.own_key())
        return Response({"choices": alerts.choices(actor(request)), "key": key})

    def patch(self, request: Request) -> Response:
        wanted = request.data if isinstance(request.data, dict) else {}
        try:
            return Response({"choices": alerts.choose(actor(request), wanted)})
        except alerts.ChoiceError as error:
            raise ValidationError({error.field: [str(error)]}) from None


class Browsers(APIView):
    """A browser that may be called while Parley is closed in it, as long as it is signed in."""

    def post(self, request: Request) -> Response:
        form = BrowserSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            known = alerts.subscribe(actor(request), **form.validated_data)
        except web_push.BadKeyError:
            raise ValidationError({"p256dh": ["These are not the keys of a browser."]}) from None
        request._request.session[sign_ins.CALLED] = known  # noqa: SLF001  DRF has no other
        return Response(status=status.HTTP_204_NO_CONTENT)

    def delete(self, request: Request) -> Response:
        form = EndpointSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        alerts.unsubscribe(actor(request), endpoint=form.validated_data["endpoint"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class TryOut(APIView):
    """Call the agent's own browsers now."""

    def post(self, request: Request) -> Response:
        return Response({"reached": alerts.try_out(actor(request))})
