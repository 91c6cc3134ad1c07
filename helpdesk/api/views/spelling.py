"""Spelling: what may be wrong in an answer that is being written, and the desk's own words."""

from __future__ import annotations

from dataclasses import asdict

from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import spelling
from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.strict import Strict
from helpdesk.api.views.conversations import actor
from helpdesk.models.spelling import WORD_LENGTH
from helpdesk.permissions import Action
from helpdesk.selectors import thread
from helpdesk.services import dictionary


class TextSerializer(Strict):
    text = serializers.CharField(max_length=spelling.MOST_TEXT, trim_whitespace=False)


class WordSerializer(Strict):
    word = serializers.CharField(max_length=WORD_LENGTH)


class ConversationSpelling(APIView):
    """POST a text of ours: what may be wrong in it. Empty where no service is or it is ill."""

    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        form = TextSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        text = form.validated_data["text"]
        found = dictionary.suggest(text, conversation, by=actor(request))
        return Response({"matches": [asdict(one) for one in found]})


class ConversationWords(APIView):
    """POST a word: it is right in the language of this conversation, for the whole desk."""

    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        form = WordSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        language = dictionary.language_of(conversation)
        try:
            dictionary.learn(form.validated_data["word"], language, by=actor(request))
        except dictionary.NoWordError as error:
            raise ValidationError({"word": [str(error)]}) from None
        return Response(status=status.HTTP_204_NO_CONTENT)
