"""The signed-in agent's own photo; everybody has only their own."""

from __future__ import annotations

import binascii
from base64 import b64decode

from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import pictures
from helpdesk.api.base import APIView
from helpdesk.api.serializers.strict import Strict
from helpdesk.api.views.conversations import actor
from helpdesk.realtime import payloads
from helpdesk.services import profiles


class PhotoSerializer(Strict):
    """png: the file in base64; 128 × 128 pixels, eight bits a channel, RGB or RGBA."""

    png = serializers.CharField(max_length=pictures.MOST_BYTES * 4 // 3 + 4)


class Photo(APIView):
    """PUT shows a photo instead of the letters, DELETE takes it away."""

    def put(self, request: Request) -> Response:
        form = PhotoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            data = b64decode(form.validated_data["png"], validate=True)
            agent = profiles.show(data, by=actor(request))
        except (binascii.Error, ValueError):
            raise ValidationError({"png": [_("This is no picture that can be shown.")]}) from None
        return Response({"photo": payloads.photo(agent)})

    def delete(self, request: Request) -> Response:
        profiles.hide(by=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
