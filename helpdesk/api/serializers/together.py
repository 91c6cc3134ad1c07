"""What the API accepts of papers, tasks and supervisors."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from helpdesk.api.serializers.strict import Strict
from helpdesk.services import papers
from helpdesk.services.papers import Paper


class PaperFields(serializers.Serializer[Any]):
    """Of an internal message: which paper, and whom it is for."""

    paper = serializers.ChoiceField(choices=papers.KINDS, default=papers.NOTE)
    to = serializers.ListField(
        child=serializers.IntegerField(min_value=1), default=list, max_length=papers.MOST
    )
    mentions = serializers.ListField(
        child=serializers.IntegerField(min_value=1), default=list, max_length=papers.MOST
    )
    re = serializers.UUIDField(required=False, allow_null=True, default=None)
    help = serializers.BooleanField(default=False)


def paper_of(fields: dict[str, Any]) -> Paper:
    """Take the paper's own fields out of the validated ones."""
    return Paper(
        kind=fields.pop("paper"),
        to=fields.pop("to"),
        mentions=fields.pop("mentions"),
        re=fields.pop("re"),
        help=fields.pop("help"),
    )


class TakeOverSerializer(Strict):
    reason = serializers.CharField(max_length=200)


class WatchSerializer(Strict):
    on = serializers.BooleanField()


class TaskSerializer(Strict):
    text = serializers.CharField(allow_blank=True, max_length=300)
    due_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    assignee = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)


class TaskChangeSerializer(Strict):
    """Only what is given changes."""

    text = serializers.CharField(allow_blank=True, max_length=300, required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    assignee = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    done = serializers.BooleanField(required=False)
