"""Files of templates: kept with the template, and given to answers by reference.

An answer's file is a row of its own on the stored content of the template's, so no byte is copied
and nothing that happens to the template later takes a file from a message (docs/adr/0021).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from helpdesk import audit
from helpdesk.adapters import Capabilities
from helpdesk.models import (
    Act,
    Agent,
    Attachment,
    Template,
    TemplateFile,
    TemplateVariant,
)
from helpdesk.selectors import templates as reads
from helpdesk.services import attachments
from helpdesk.services.attachments import TooLargeError

MOST_FILES = 10  # of a template, whichever variants they go with


class TooManyFilesError(ValueError):
    """A template has MOST_FILES already."""


class Taken(NamedTuple):
    """What an answer gets of a template's files, and the names of what its channel refuses."""

    files: list[Attachment]
    refused: list[str]


@transaction.atomic
def add(
    template: Template, name: str, data: bytes, *, by: Agent, variant: TemplateVariant | None = None
) -> TemplateFile:
    """Keep a file with a template. Raises TooLargeError and TooManyFilesError."""
    Template.objects.select_for_update().get(pk=template.pk)
    if TemplateFile.objects.filter(template=template).count() >= MOST_FILES:
        raise TooManyFilesError
    stored = attachments.upload(name, data, by=by)
    audit.record(Act.CHANGED, template, by=by, changes={"files": None})
    return TemplateFile.objects.create(template=template, variant=variant, attachment=stored)


@transaction.atomic
def add_all(template: Template, files: Sequence[tuple[str, bytes]], *, by: Agent) -> None:
    """Keep several files, all or none. Raises TooLargeError and TooManyFilesError."""
    if any(len(data) > settings.MAX_ATTACHMENT_BYTES for _name, data in files):
        raise TooLargeError
    for name, data in files:
        add(template, name, data, by=by)


@transaction.atomic
def take(
    template: Template, variant_id: int | None, can_carry: Capabilities, *, by: Agent
) -> Taken:
    """The files for an answer with this variant, as uploads of the agent who writes it.

    A file that the channel cannot carry stays out and is named in `refused`.
    """
    fitting: list[Attachment] = []
    refused: list[str] = []
    for one in reads.files_of(template, variant_id):
        if one.size <= can_carry.max_attachment_bytes and one.file:
            fitting.append(_same(one, by))
        else:
            refused.append(one.name)
    Attachment.objects.bulk_create(fitting)
    return Taken(fitting, refused)


def _same(kept: Attachment, by: Agent) -> Attachment:
    """A row of its own on the same content."""
    facts = ("name", "content_type", "size", "sha256", "file")
    return Attachment(uploaded_by=by, **{name: getattr(kept, name) for name in facts})


@transaction.atomic
def move(proposal: Template, target: Template, variants: dict[int, TemplateVariant]) -> None:
    """Files of a proposal that was taken over; `variants` by the id of the proposal's own.

    A file of all the proposal's words goes with the one variant that they became.
    """
    only = next(iter(variants.values()), None)
    free = MOST_FILES - TemplateFile.objects.filter(template=target).count()
    for one in list(proposal.files.all())[: max(0, free)]:
        one.template = target
        one.variant = variants.get(one.variant_id or 0, only)
        one.save(update_fields=["template", "variant"])
