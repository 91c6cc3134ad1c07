"""Reads of templates: what the composer offers, and how templates are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Avg, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from helpdesk.models import (
    AddressForm,
    Agent,
    Attachment,
    Band,
    Conversation,
    Message,
    Template,
    TemplateFile,
    TemplateState,
    TemplateUse,
    TemplateVariant,
)
from helpdesk.permissions import Action, can, visible
from helpdesk.phrasing import choosing, texts
from helpdesk.phrasing.choosing import Choice, Form, Wanted
from helpdesk.realtime import payloads

SHOWN = 30
RECENT = 1000  # of an inbox's uses: what is used here most now
AIM = 0.60  # the share of uses that are to be more than the template's own words
BROKEN = 0.80  # a template that is rewritten more often than this needs repair
ENOUGH = 5  # uses before a template is judged
TWICE = 2


@dataclass(frozen=True)
class Place:
    """What a conversation asks of a template, and what it knows."""

    wanted: Wanted
    facts: dict[str, str]
    inbox_id: int
    said_here: Counter[int] = field(default_factory=Counter)
    said_before: frozenset[int] = frozenset()


def facts(conversation: Conversation, agent: Agent) -> dict[str, str]:
    """The facts that a template may ask for (phrasing.texts.FIELDS)."""
    customer = conversation.customer
    return {
        "customer.name": customer.name,
        "customer.first_name": customer.name.split(" ")[0],
        "customer.company": customer.company.name if customer.company else "",
        "agent.name": agent.signed_name,
        "agent.first_name": agent.called,
        "conversation.id": str(conversation.pk),
        "conversation.subject": conversation.subject,
        "inbox.name": conversation.inbox.name,
    }


def wanted(conversation: Conversation) -> Wanted:
    """Language, form of address and channel of the next answer; one query."""
    customer, inbox = conversation.customer, conversation.inbox
    language = conversation.language or customer.language or inbox.language
    rules = dict(AddressForm.objects.filter(inbox=inbox).values_list("language", "register"))
    return Wanted(
        language=language,
        register=choosing.register(customer.register, rules, language),
        channel=conversation.answered_by.channel,
        default=inbox.language,
    )


def offered(agent: Agent, query: str, conversation: Conversation | None) -> list[dict[str, Any]]:
    """Active templates that match, best first: own language, most used here, most used."""
    found = visible(agent, Template).filter(state=TemplateState.ACTIVE)
    if query:
        said = TemplateVariant.objects.filter(template=OuterRef("pk"), text__icontains=query)
        found = found.filter(
            Q(shortcut__istartswith=query) | Q(name__icontains=query) | Exists(said)
        )
    place = _place(conversation, agent) if conversation else None
    joined = ("variants", "files__attachment")
    page = _ordered(found, place).prefetch_related(*joined)[:SHOWN]
    return [_offer(one, place) for one in page]


def _place(conversation: Conversation, agent: Agent) -> Place:
    before = TemplateUse.objects.filter(
        message__conversation__customer=conversation.customer_id, template__isnull=False
    ).values_list("template_id", "band", "message__conversation_id")
    pairs = list(before.order_by("-at")[:RECENT])
    return Place(
        wanted(conversation),
        facts(conversation, agent),
        conversation.inbox_id,
        Counter(
            pk
            for pk, band, where in pairs
            if pk and where == conversation.pk and band == Band.VERBATIM
        ),
        frozenset(pk for pk, _band, _where in pairs if pk),
    )


def _ordered(found: QuerySet[Template], place: Place | None) -> QuerySet[Template]:
    if place is None:
        return found.order_by("-uses", "name", "pk")
    language = place.wanted.language
    own = TemplateVariant.objects.filter(template=OuterRef("pk"))
    # Sent from here lately, the most used first; bounded, whatever the age of the desk.
    lately = TemplateUse.objects.filter(inbox=place.inbox_id, template__isnull=False)
    counted = Counter(lately.order_by("-at").values_list("template_id", flat=True)[:RECENT])
    ranks = [When(pk=pk, then=Value(-many)) for pk, many in counted.most_common(SHOWN) if pk]
    return found.annotate(
        nearness=Case(
            When(Exists(own.filter(language__in=(language, choosing.base(language)))), Value(0)),
            When(Exists(own.filter(language="")), Value(1)),
            default=Value(2),
        ),
        here=Case(*ranks, default=Value(0)),
    ).order_by("nearness", "here", "-uses", "name", "pk")


def _offer(template: Template, place: Place | None) -> dict[str, Any]:
    variants = list(template.variants.all())
    chosen = _chosen(variants, place)
    files = list(template.files.all())
    shown = [
        {**_variant(one, place), "files": [payloads.attachment(a) for a in _with(files, one.pk)]}
        for one in variants
    ]
    at = chosen.at if chosen else 0
    first = shown[at] if shown else {"language": "", "register": "", "channel": "", "text": ""}
    return {
        "id": template.pk,
        "name": template.name,
        "shortcut": template.shortcut,
        "category": template.category,
        "language": first["language"],
        "register": first["register"],
        "text": first["text"],
        "warning": chosen.warning if chosen else "",
        "chosen": at,
        "variants": shown,
        "sent_before": bool(place and template.pk in place.said_before),
        "verbatim_here": bool(place and place.said_here[template.pk] >= TWICE),
    }


def _chosen(variants: list[TemplateVariant], place: Place | None) -> Choice | None:
    if not variants:
        return None
    forms = [Form(one.language, one.register, one.channel) for one in variants]
    found = choosing.choose(forms, place.wanted if place else Wanted("", default=""))
    # An agent who looks for it by name may still take what is in no language of this inbox.
    return found or Choice(0, choosing.OTHER_LANGUAGE if place else "")


def _variant(variant: TemplateVariant, place: Place | None) -> dict[str, Any]:
    filled = texts.fill(variant.text, place.facts) if place else texts.Filled(variant.text)
    return {
        "id": variant.pk,
        "language": variant.language,
        "register": variant.register,
        "channel": variant.channel,
        "text": filled.text,
        "filled": filled.spans,
    }


def files_of(template: Template, variant_id: int | None) -> list[Attachment]:
    """The files that go with a variant: those of every variant, then its own; one query."""
    return _with(list(template.files.select_related("attachment")), variant_id)


def _with(files: list[TemplateFile], variant_id: int | None) -> list[Attachment]:
    fitting = [one for one in files if one.variant_id in {None, variant_id}]
    fitting.sort(key=lambda one: (one.variant_id is not None, one.pk))
    return [one.attachment for one in fitting]


def file_for(agent: Agent, pk: Any) -> Attachment | None:
    """A file of a template, for who uses templates."""
    if not can(agent, Action.USE_TEMPLATES):
        return None
    known = TemplateFile.objects.filter(template__in=visible(agent, Template))
    return Attachment.objects.filter(pk=pk, template_file__in=known).first()


def variant_of(
    template: Template, text: str, message: Message, agent: Agent
) -> TemplateVariant | None:
    """Which variant gave these words in this conversation; None if it was changed since."""
    known = facts(message.conversation, agent)
    for variant in template.variants.all():
        if texts.fill(variant.text, known).text == text:
            return variant
    return None


@dataclass(frozen=True)
class Usage:
    """How often something was sent, and in which band; shares are 0 to 1."""

    sent: int = 0
    verbatim: int = 0
    personalised: int = 0
    rewritten: int = 0
    edit: float = 0.0

    def share(self, band: str) -> float:
        """The part of the uses in a band."""
        return float(getattr(self, band)) / self.sent if self.sent else 0.0

    @property
    def needs_repair(self) -> bool:
        """Whether agents write nearly everything anew."""
        return self.sent >= ENOUGH and self.share(Band.REWRITTEN) > BROKEN

    @property
    def personal(self) -> float:
        """The part that was more than the template's own words; the aim is AIM."""
        return 1.0 - self.share(Band.VERBATIM) if self.sent else 0.0


_COUNTS: dict[str, Any] = {
    "sent": Count("pk"),
    **{one: Count("pk", filter=Q(band=one)) for one in Band.values},
    "mean": Avg("edit"),
}


def _usage(row: Mapping[str, Any]) -> Usage:
    return Usage(
        **{key: row[key] for key in ("sent", *Band.values)}, edit=float(row["mean"] or 0.0)
    )


def usage(template_ids: Iterable[int], *, days: int = 90) -> dict[int, Usage]:
    """By template: its uses of the last days; one query."""
    since = datetime.now(UTC) - timedelta(days=days)
    rows = TemplateUse.objects.filter(template__in=[*template_ids], at__gte=since)
    return {
        row["template_id"]: _usage(row) for row in rows.values("template_id").annotate(**_COUNTS)
    }


def own_figures(agent: Agent, *, days: int = 30) -> tuple[Usage, list[tuple[Template, Usage]]]:
    """An agent's own uses: those that count towards the aim, and each template; three queries."""
    since = datetime.now(UTC) - timedelta(days=days)
    mine = TemplateUse.objects.filter(agent=agent, at__gte=since, template__isnull=False)
    total = mine.filter(template__exempt=False).aggregate(**_COUNTS)
    pairs = [
        (row["template_id"], _usage(row)) for row in mine.values("template_id").annotate(**_COUNTS)
    ]
    figures = dict(sorted(pairs, key=lambda pair: -pair[1].sent)[:50])
    known = Template.objects.in_bulk([*figures])
    return _usage(total), [(known[pk], found) for pk, found in figures.items() if pk in known]
