"""What the API accepts. Unknown fields are refused, so that nothing is assigned by accident."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from helpdesk.api.serializers.strict import Strict
from helpdesk.api.serializers.together import PaperFields
from helpdesk.models import (
    MOST_MORE,
    DraftMode,
    LeadStatus,
    Presence,
    Priority,
    ReliefKind,
    Shared,
    State,
    ViewOrder,
)

# The rest are the router's to set: wrap-up, and not responding.
OWN_PRESENCES = [
    one for one in Presence.choices if one[0] not in {Presence.WRAP_UP, Presence.NOT_RESPONDING}
]


class TakenSerializer(Strict):
    """A template that a message came from, and its words as they were put in."""

    id = serializers.IntegerField(min_value=1)
    text = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=50_000)


class LetterSerializer(Strict):
    """To whom an answer by mail goes, and whether it is signed; to: "" is where they asked."""

    to = serializers.CharField(allow_blank=True, max_length=320, default="")
    cc = serializers.ListField(child=serializers.CharField(max_length=320), default=list)
    bcc = serializers.ListField(child=serializers.CharField(max_length=320), default=list)
    signed = serializers.BooleanField(default=True)


class WordsSerializer(Strict):
    """What is said, and what goes with it."""

    client_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    body = serializers.CharField(
        allow_blank=True, trim_whitespace=False, max_length=5_000_000, default=""
    )
    internal = serializers.BooleanField(default=False)
    attachments = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)
    then = serializers.ChoiceField(choices=["", "pending", "resolved"], default="")
    card = serializers.DictField(required=False, allow_null=True, default=None)
    quick = serializers.ListField(required=False, allow_null=True, default=None)
    letter = LetterSerializer(required=False, allow_null=True, default=None)


class ApprovedSerializer(Strict):
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    values = serializers.ListField(
        child=serializers.CharField(max_length=1000, allow_blank=True), default=list, max_length=20
    )


class SendSerializer(WordsSerializer, PaperFields):
    seen_seq = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)
    force = serializers.BooleanField(default=False)
    templates = serializers.ListField(child=TakenSerializer(), default=list, max_length=10)
    approved = ApprovedSerializer(required=False, allow_null=True, default=None)
    tagged = serializers.BooleanField(default=False)
    answering = serializers.UUIDField(required=False, allow_null=True, default=None)


class DraftSerializer(Strict):
    mode = serializers.ChoiceField(choices=DraftMode.choices)
    text = serializers.CharField(
        allow_blank=True, trim_whitespace=False, max_length=200_000, default=""
    )
    base = serializers.IntegerField(min_value=0, max_value=2**52)
    files = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)
    to = serializers.ListField(
        child=serializers.IntegerField(min_value=1), default=list, max_length=50
    )


class ScheduleSerializer(WordsSerializer):
    """A reply with the time at which it is to leave."""

    due_at = serializers.DateTimeField()
    cancel_if_customer_writes = serializers.BooleanField(default=False)


class WaySerializer(Strict):
    inbox = serializers.IntegerField(min_value=1)
    address = serializers.CharField(allow_blank=True, max_length=320)
    sure = serializers.BooleanField(default=False)


class AssignSerializer(Strict):
    agent = serializers.IntegerField(allow_null=True)
    force = serializers.BooleanField(default=False)
    reason = serializers.CharField(allow_blank=True, max_length=200, default="")


class StateSerializer(Strict):
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField(allow_blank=True, max_length=120, default="")
    due_at = serializers.DateTimeField(allow_null=True, default=None)


class ReadSerializer(Strict):
    seq = serializers.IntegerField(min_value=0)


class TagSerializer(Strict):
    add = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, max_length=20
    )
    remove = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, max_length=20
    )


class BulkSerializer(Strict):
    """Some conversations and one act on each of them; `facts` are those of the single act."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=100,
    )
    action = serializers.ChoiceField(choices=["assign", "state", "tag", "read"])
    facts = serializers.DictField(default=dict)


class ViewSerializer(Strict):
    """A saved view; what the filter means is for helpdesk.selectors.filters to judge."""

    name = serializers.CharField(max_length=60)
    filters = serializers.ListField(child=serializers.DictField())
    shared = serializers.ChoiceField(choices=Shared.choices, default=Shared.NOBODY)
    team = serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, default=None)
    order = serializers.ChoiceField(choices=ViewOrder.choices, default=ViewOrder.NEWEST)


class PreviewSerializer(Strict):
    filters = serializers.ListField(child=serializers.DictField())


class OrderSerializer(Strict):
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=100)


class PresenceSerializer(Strict):
    presence = serializers.ChoiceField(choices=OWN_PRESENCES, required=False)
    channels_off = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, max_length=20
    )
    hand_back = serializers.BooleanField(default=False)


class DeclineSerializer(Strict):
    reason = serializers.CharField(allow_blank=True, max_length=120, default="")


class SteerSerializer(Strict):
    """One act on a waiting item: exactly one of the three."""

    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    relax = serializers.BooleanField(default=False)
    agent = serializers.IntegerField(min_value=1, required=False)
    force = serializers.BooleanField(default=False)
    reason = serializers.CharField(allow_blank=True, max_length=200, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("priority" in attrs) + attrs["relax"] + ("agent" in attrs) != 1:
            raise serializers.ValidationError("One of priority, relax or agent, please.")
        return attrs


class AgentSteerSerializer(Strict):
    profile = serializers.IntegerField(min_value=1, required=False)
    flex = serializers.CharField(max_length=20, default="")
    back = serializers.BooleanField(default=False)


class ReliefSerializer(Strict):
    """What to ease, for one agent or (null) for everybody; minutes null: for good."""

    kind = serializers.ChoiceField(choices=ReliefKind.choices)
    agent = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    minutes = serializers.IntegerField(min_value=1, max_value=10_000, allow_null=True)
    reason = serializers.CharField(max_length=200)
    channel = serializers.CharField(allow_blank=True, max_length=20, default="")
    more = serializers.IntegerField(min_value=1, max_value=MOST_MORE, default=1)
    skill = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    level = serializers.IntegerField(min_value=1, max_value=5, default=3)
    emergency = serializers.BooleanField(default=False)


class LeadSerializer(Strict):
    conversation = serializers.IntegerField(min_value=1)
    name = serializers.CharField(allow_blank=True, max_length=200, default="")
    email = serializers.CharField(allow_blank=True, max_length=320, default="")
    phone = serializers.CharField(allow_blank=True, max_length=64, default="")
    need = serializers.CharField(allow_blank=True, max_length=4000, default="")
    budget = serializers.CharField(allow_blank=True, max_length=80, default="")
    consent = serializers.CharField(max_length=200)


class LeadChangeSerializer(Strict):
    status = serializers.ChoiceField(choices=LeadStatus.choices, required=False)
    owner = serializers.IntegerField(min_value=1, allow_null=True, required=False)
    value = serializers.DecimalField(max_digits=14, decimal_places=2, required=False)
    currency = serializers.CharField(allow_blank=True, max_length=3, required=False)


class RuleTrialSerializer(Strict):
    """A rule as it stands in its form; what is wrong with its parts is the service's to say."""

    name = serializers.CharField(allow_blank=True, max_length=200, default="")
    kind = serializers.CharField(allow_blank=True, max_length=60, default="")
    conditions = serializers.JSONField()
    actions = serializers.JSONField()
    enabled = serializers.BooleanField(default=False)
    stop_after = serializers.BooleanField(default=False)
    inboxes = serializers.ListField(
        child=serializers.IntegerField(min_value=1), default=list, max_length=500
    )
    trial = serializers.BooleanField(default=False)
