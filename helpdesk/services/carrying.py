"""What a channel can carry: an agent's words and files as they may leave, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from helpdesk import windows
from helpdesk.adapters import Capabilities
from helpdesk.models import (
    Agent,
    ApprovedText,
    Attachment,
    Conversation,
    Inbox,
    Message,
    Visibility,
)
from helpdesk.portions import MOST, portions
from helpdesk.services import cards
from helpdesk.services.text import clean, clean_line, mask_cards

MAX_BODY = 5_000_000
MAX_VALUE = 1000
GAP = re.compile(r"\{\{\s*(\d{1,2})\s*\}\}")


class RejectedError(ValueError):
    """A message that the channel cannot carry: empty, too long, or with a foreign file."""


def checked(
    body: str,
    attachment_ids: Sequence[str],
    by: Agent,
    capabilities: Capabilities | None,
    meta: dict[str, Any],
) -> tuple[str, list[Attachment]]:
    """The text and files of an agent's message as they may leave. Raises RejectedError."""
    body = _with_card(mask_cards(clean(body, MAX_BODY).strip()), meta, capabilities)
    files = list(
        Attachment.objects.filter(pk__in=attachment_ids, uploaded_by=by, message__isnull=True)
    )
    if len(files) != len(set(attachment_ids)):
        msg = "An attachment is missing: upload it again."
        raise RejectedError(msg)
    if not body and not files and "card" not in meta:
        msg = "Write something first."
        raise RejectedError(msg)
    if capabilities is not None:
        _fits(body, capabilities)
        _fit(files, capabilities)
    return body, files


def _with_card(body: str, meta: dict[str, Any], capabilities: Capabilities | None) -> str:
    """The text that carries a card: none where browsers draw it, else the card in plain words."""
    if not {"card", "quick"} & meta.keys() or (capabilities and capabilities.live):
        return body
    return f"{body}\n\n{cards.as_text(meta)}".strip()


def _fits(body: str, can: Capabilities) -> None:
    if can.splits:
        n = len(portions(body, can.max_chars, can.max_bytes))
        if n > MOST:
            msg = _("%(n)d messages, but at most %(most)d go at once: send a file or a letter.")
            raise RejectedError(msg % {"n": n, "most": MOST})
        return
    if can.max_chars and len(body) > can.max_chars:
        msg = f"{len(body)} characters, but this channel carries {can.max_chars}."
        raise RejectedError(msg)
    size = len(body.encode())
    if can.max_bytes and size > can.max_bytes:
        msg = _("%(n)d bytes, but this channel carries %(most)d.")
        raise RejectedError(msg % {"n": size, "most": can.max_bytes})


def _fit(files: list[Attachment], can: Capabilities) -> None:
    if can.max_attachments and len(files) > can.max_attachments:
        msg = _("%(n)d files, but a message of this channel carries %(most)d.")
        raise RejectedError(msg % {"n": len(files), "most": can.max_attachments})
    if any(file.size > can.max_attachment_bytes for file in files):
        msg = "This channel cannot carry a file of that size."
        raise RejectedError(msg)
    for file in files if can.file_limits else ():
        kind = file.content_type.lower()
        most = next((limit for begin, limit in can.file_limits if kind.startswith(begin)), None)
        if most is None:
            raise RejectedError(_("This channel does not carry files like “%s”.") % file.name)
        if file.size > most:
            msg = _("“%(name)s” is too large: this channel carries %(most)d MB of its kind.")
            raise RejectedError(msg % {"name": file.name, "most": most // (1024 * 1024)})


def choice(meta: Mapping[str, Any]) -> dict[str, Any]:
    """What an agent chose to send after the window has closed, as it is kept with the message.

    approved: {"id", "values"} of an approved text. tagged: write all the same, where it is allowed.
    """
    kept: dict[str, Any] = {}
    if meta.get("approved"):
        kept["approved"] = dict(meta["approved"])
    if meta.get("tagged"):
        kept["tagged"] = True
    if meta.get("answering"):
        kept["answering"] = meta["answering"]
    return kept


def answered(
    conversation: Conversation, via: Inbox, can: Capabilities | None, meta: dict[str, Any]
) -> None:
    """Put the provider's name of the message that an agent chose to answer in place of ours.

    Raises RejectedError where the channel cannot say so, or the message came by another one.
    """
    chosen = meta.pop("answering", None)
    if chosen is None:
        return
    mine = Message.objects.filter(
        pk=chosen, conversation=conversation, inbox=via, visibility=Visibility.PUBLIC
    )
    name = mine.values_list("external_id", flat=True).first()
    if not name or can is None or not can.answers:
        raise RejectedError(_("That message cannot be answered by this way."))
    meta["answers"] = name


def in_window(
    conversation: Conversation, via: Inbox, can: Capabilities | None, meta: dict[str, Any]
) -> str:
    """The words of a chosen approved text, "" for the agent's own. Raises RejectedError.

    The message that is answered is named as the provider does. Own words are refused after the
    window, unless the agent chose so and the provider allows it.
    """
    answered(conversation, via, can, meta)
    if "approved" in meta:
        text, meta["approved"] = _approved(via, meta["approved"])
        return text
    if can is None or not can.window:
        meta.pop("tagged", None)
        return ""
    window = windows.of(conversation, via, can)
    now = datetime.now(UTC)
    if window is None or window.open_at(now):
        meta.pop("tagged", None)
        return ""
    if meta.get("tagged") and window.tag_open_at(now):
        return ""
    raise RejectedError(windows.closed(can))


def _approved(via: Inbox, chosen: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    found = ApprovedText.objects.filter(inbox=via, pk=chosen.get("id") or 0, approved=True).first()
    if found is None:
        raise RejectedError(_("The provider does not approve this template any more."))
    values = [clean_line(str(one), MAX_VALUE) for one in chosen.get("values") or ()]
    if len(values) != found.gaps or not all(values):
        raise RejectedError(_("Fill every gap of the template."))
    facts = {"name": found.name, "language": found.language, "values": values}
    return filled(found.body, values), facts


def filled(body: str, values: Sequence[str]) -> str:
    """An approved text with its gaps filled; a gap without a value stays as it is."""

    def value(gap: re.Match[str]) -> str:
        place = int(gap[1]) - 1
        return values[place] if 0 <= place < len(values) else gap[0]

    return GAP.sub(value, body)
