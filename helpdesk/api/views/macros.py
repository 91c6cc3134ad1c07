"""Macros and the dry run of rules over REST."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers import RuleTrialSerializer
from helpdesk.api.views.conversations import actor
from helpdesk.models import Macro
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.ruling import conditions
from helpdesk.selectors import thread
from helpdesk.services import acts, macros, rule_trial, rules
from helpdesk.services.rule_trial import Trial
from helpdesk.web import rule_words

MOST = 200


class MacroList(APIView):
    """For the picker: own ones first, then everybody's, each with what it does."""

    def get(self, request: Request) -> Response:
        found = visible(request.user, Macro).order_by("owner", "position", "pk")[:MOST]
        kept = list(found)
        told = acts.sentences(*(one.actions for one in kept))
        rows = [
            {"id": one.pk, "name": one.name, "own": one.owner_id is not None, "acts": said}
            for one, said in zip(kept, told, strict=True)
        ]
        return Response({"results": rows})


class MacroRun(APIView):
    """All of it or nothing. 409 says which act was not possible, and that nothing was done."""

    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, pk: int, macro: int) -> Response:
        by = actor(request)
        thread.find(by, pk)
        found = visible(by, Macro).get(pk=macro)
        try:
            ran = macros.run(pk, found, by=by)
        except macros.NotAllowedError:
            raise PermissionDenied from None
        except acts.StoppedError as error:
            (told,) = acts.sentences(found.actions)
            text = f"{told[error.number]}: {error}"
            return Response({"detail": text, "act": error.number}, status=409)
        return Response(
            {
                "row": payloads.row(ran.conversation),
                "acts": [{"text": text, "changed": changed} for text, changed in ran.done],
                "undo": ran.undo,
            }
        )


class RuleTrial(APIView):
    """What a rule says, and with `trial` what it would have done lately. Changes nothing."""

    permission_classes = (Acting.to(Action.EDIT_RULES),)

    def post(self, request: Request) -> Response:
        by = actor(request)
        form = RuleTrialSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        wanted = fields.pop("trial")
        draft = rules.Draft(**fields)
        known = rule_words.choices(by)
        try:
            kept = rules.checked(rules.Draft(**{**fields, "name": fields["name"] or "-"}), by=by)
            (done,) = acts.sentences(kept.actions)
            said, errors = rule_words.sentence(kept, known, done), {}
        except rules.InvalidRuleError as error:
            said, errors = "", error.errors
        trials = None
        if wanted:
            try:
                found = rule_trial.run(draft, by=by)
            except rules.InvalidRuleError as error:
                raise ValidationError({at: [text] for at, text in error.errors.items()}) from None
            rows = _by_path(draft.conditions, known)
            trials = [_trial(one, rows) for one in found]
        return Response({"sentence": said, "errors": errors, "trials": trials})


def _by_path(given: Any, known: rule_words.Choices) -> dict[tuple[int, ...], str]:
    return {path: rule_words.condition(row, known) for path, row in conditions.rows(given)}


def _trial(one: Trial, rows: dict[tuple[int, ...], str]) -> dict[str, Any]:
    conversation = one.event.conversation
    return {
        "conversation": conversation.pk,
        "customer": str(conversation.customer),
        "preview": conversation.subject or conversation.last_preview,
        "at": payloads.stamp(one.event.created_at),
        "fires": one.holds,
        "failed": [rows[path] for path in one.failed],
        "by_rule": one.by_rule,
    }
