"""Templates: counting and measuring their use, and writing many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from helpdesk import audit
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    Act,
    Agent,
    Message,
    Register,
    Template,
    TemplateUse,
    TemplateVariant,
)
from helpdesk.phrasing import edits
from helpdesk.selectors import templates as reads
from helpdesk.services.several import said_whole

Row = Mapping[str, Any]


def used(template_id: int) -> None:
    """Count one insertion into a message, sent or not."""
    Template.objects.filter(pk=template_id).update(uses=F("uses") + 1)


def measure_soon(message: Message, taken: Sequence[Mapping[str, Any]], *, by: Agent) -> None:
    """After commit, write down how far a sent message is from the templates it came from.

    taken: {"id", "text"} of each, the text as it was put into the message. A fault here is
    logged and never costs the message.
    """

    def go() -> None:  # a named function: what Django logs of a fault asks for its name
        measure(message, taken, by=by)

    if taken:
        after_commit(go)


@transaction.atomic
def measure(message: Message, taken: Iterable[Mapping[str, Any]], *, by: Agent) -> None:
    """One TemplateUse for each template of a sent message; a repeat changes nothing.

    A message may be made of several: then all their words together are compared with it.
    """
    texts_by_id: dict[int, str] = {}
    for one in taken:
        texts_by_id.setdefault(one["id"], one["text"])
    known = Template.objects.filter(pk__in=texts_by_id).prefetch_related("variants")
    share = edits.edit(" ".join(texts_by_id.values()), said_whole(message))
    TemplateUse.objects.bulk_create(
        [
            TemplateUse(
                template=template,
                variant=reads.variant_of(template, texts_by_id[template.pk], message, by),
                message=message,
                agent=by,
                inbox_id=message.inbox_id,
                edit=share,
                band=edits.band(share),
                at=message.created_at,
            )
            for template in known
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def write_rows(rows: Iterable[Row], *, by: Agent) -> tuple[int, int]:
    """Write checked rows (admin.template_csv) into templates and variants, all or nothing.

    A row finds its template by the shortcut and its variant by language, register and channel.
    Returns how many variants were made and how many changed.
    """
    made = changed = 0
    templates: dict[str, Template] = {}
    for row in rows:
        shortcut = row["shortcut"]
        if shortcut not in templates:
            fields = {key: row[key] for key in ("name", "category", "exempt")}
            templates[shortcut], _new = Template.objects.update_or_create(
                shortcut=shortcut, defaults={**fields, "updated_by": by}
            )
        _variant, new = TemplateVariant.objects.update_or_create(
            template=templates[shortcut],
            language=row["language"],
            register=row["register"] or Register.NEUTRAL,
            channel=row["channel"],
            defaults={"text": row["text"]},
        )
        made, changed = made + new, changed + (not new)
    told = {"templates": (0, len(templates)), "made": (0, made), "changed": (0, changed)}
    audit.record(Act.IMPORTED, by=by, changes=told)
    return made, changed
