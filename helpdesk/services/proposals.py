"""Proposed templates: anybody's good words, which editors accept or refuse."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from helpdesk import audit
from helpdesk.models import (
    Act,
    Agent,
    Register,
    Template,
    TemplateState,
    TemplateVariant,
)
from helpdesk.phrasing import texts
from helpdesk.services import template_files
from helpdesk.services.text import clean, clean_line


class ProposalError(ValueError):
    """A proposal that nobody could use: without a name, without words, or with a gap left."""


@transaction.atomic
def propose(
    *,
    by: Agent,
    name: str,
    text: str,
    language: str = "",
    register: str = Register.NEUTRAL,
    channel: str = "",
    target: Template | None = None,
    gaps: bool = False,
    files: Sequence[tuple[str, bytes]] = (),
) -> Template:
    """Somebody's good words for everybody; editors accept or refuse them.

    target: the template of which this is to be a new variant. gaps: whether open gaps
    `[[number]]` are meant (they are, where phrasing.impersonal made them). files: (name, data).
    Raises ProposalError, attachments.TooLargeError and template_files.TooManyFilesError.
    """
    name, text = clean_line(name, 120), clean(text, texts.MOST).strip()
    if not name or not text:
        msg = "A proposal needs a name and words."
        raise ProposalError(msg)
    # What looks like the language of templates was written by a person, for a person.
    if texts.fault(text) or ("[[" in text and not gaps):
        msg = "Take the gaps and braces out of the words first."
        raise ProposalError(msg)
    form = {"language": language, "register": register, "channel": channel}
    if target and target.variants.filter(**form).exists():
        msg = "This template has words for this language, form of address and channel already."
        raise ProposalError(msg)
    made = Template.objects.create(
        name=name,
        shortcut=f"proposal-{uuid.uuid4().hex[:12]}",
        state=TemplateState.PROPOSED,
        proposed_by=by,
        proposed_for=target,
        updated_by=by,
    )
    TemplateVariant.objects.create(template=made, text=text, **form)
    template_files.add_all(made, files, by=by)
    return made


@transaction.atomic
def decide(
    template_ids: Iterable[int], state: TemplateState, *, by: Agent, reason: str = ""
) -> int:
    """Accept or refuse proposals; returns how many were decided.

    reason: why they are refused, for their authors.

    A proposed variant whose place was taken meanwhile goes on waiting.
    """
    waiting = Template.objects.filter(pk__in=[*template_ids], state=TemplateState.PROPOSED)
    decided = 0
    for one in waiting.select_for_update(of=("self",)).order_by("pk"):
        if one.proposed_for_id is not None and state == TemplateState.ACTIVE:
            if not _taken_over(one):
                continue
            one.state = TemplateState.TAKEN
        else:
            one.state = state
        if state == TemplateState.REFUSED:
            one.refusal = clean_line(reason, 300)
        one.updated_by = by
        one.save(update_fields=["state", "refusal", "updated_by", "updated_at"])
        told = {"state": (TemplateState.PROPOSED, one.state)}
        audit.record(Act.CHANGED, one, by=by, changes=told, reason=one.refusal)
        decided += 1
    return decided


def _taken_over(proposal: Template) -> bool:
    """Move the proposal's words and files to the template they are for."""
    target = Template.objects.select_for_update().get(proposals=proposal)
    forms = ("language", "register", "channel")
    known = set(target.variants.values_list(*forms))
    own = list(proposal.variants.all())
    if any(tuple(getattr(one, name) for name in forms) in known for one in own):
        return False
    for one in own:
        one.template = target
        one.save(update_fields=["template"])
    template_files.move(proposal, target, {one.pk: one for one in own})
    return True
