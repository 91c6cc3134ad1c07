"""Keeping a widget's settings: nobody's change is overwritten unseen, every change is recorded."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from chat.appearance import Widget
from chat.settings import reading
from helpdesk import audit, inbound
from helpdesk.adapters import InboundFile
from helpdesk.files import INLINE
from helpdesk.models import Agent, Attachment, Inbox

NAMES = tuple(one.name for one in fields(Widget) if one.name not in ("name", "language"))
SECRET = "identity_secret"  # noqa: S105  its name, not its value
MAX_LOGO_BYTES = 1024 * 1024
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)


class LogoError(ValueError):
    """The picture cannot be a logo; the text says why, to its owner."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody saved since the form was opened.

    draft: ours with what only they changed; taken: those names; both: names that both changed,
    with their value; current: what a next save is compared with.
    """

    draft: reading.Draft
    current: dict[str, Any]
    taken: list[str]
    both: dict[str, Any]
    who: str


def save(
    inbox_id: int, *, base: object, draft: reading.Draft, settings: dict[str, Any], by: Agent
) -> Conflict | None:
    """Save clean settings if the stored ones are still `base`; else tell what changed."""
    with transaction.atomic():
        inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
        if inbox.settings != base:
            return _conflict(inbox, base, draft, settings)
        before = reading.normal(inbox, inbox.settings)
        changed = [name for name in NAMES if before.get(name) != settings.get(name)]
        foreign = {name: one for name, one in inbox.settings.items() if name not in NAMES}
        inbox.settings = foreign | settings
        inbox.save(update_fields=["settings"])
        if changed:
            _log(inbox, by, changed)
    return None


def _conflict(
    inbox: Inbox, base: object, draft: reading.Draft, settings: dict[str, Any]
) -> Conflict:
    before, theirs = reading.normal(inbox, base), reading.normal(inbox, inbox.settings)
    changed = [name for name in NAMES if before.get(name) != theirs.get(name)]
    ours = {name for name in changed if settings.get(name) != before.get(name)}
    taken = [name for name in changed if name not in ours]
    shown = reading.stored(inbox, inbox.settings)
    entry = LogEntry.objects.filter(object_id=str(inbox.pk), content_type__model="inbox").first()
    return Conflict(
        draft=draft | {name: shown[name] for name in taken},
        current=inbox.settings,
        taken=taken,
        both={
            one: shown[one]
            for one in changed
            if one in ours and theirs.get(one) != settings.get(one)
        },
        who=str(entry.user) if entry else "",
    )


def _log(inbox: Inbox, by: Agent, changed: list[str]) -> None:
    audit.log(by, [inbox], CHANGE, [{"changed": {"fields": changed}}])


def rotate_secret(inbox_id: int, *, by: Agent) -> str:
    """Make a new secret for signed identities; the old one is worth nothing from now on.

    This return value is the only time that anybody sees it.
    """
    made = secrets.token_urlsafe(32)
    with transaction.atomic():
        inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
        inbox.secrets = {**inbox.secrets, SECRET: made}
        inbox.save(update_fields=["secrets"])
        _log(inbox, by, [SECRET])
    return made


def raster(data: bytes) -> str:
    """png, jpeg, gif or webp by the first bytes; empty for everything else (SVG is a program)."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _SIGNATURES if data.startswith(start)), "")


def keep_logo(data: bytes, *, by: Agent) -> Attachment:
    """Keep a picture that may become a logo. Raises LogoError."""
    kind = raster(data)
    if len(data) > MAX_LOGO_BYTES:
        raise LogoError(_("The picture is larger than 1 MB."))
    if not kind:
        raise LogoError(_("Use a PNG, JPEG, WebP or GIF picture."))
    kept = inbound.keep_file(InboundFile(f"logo.{kind}", data, f"image/{kind}", len(data)))
    kept.content_type = f"image/{kind}"
    kept.uploaded_by = by
    kept.save(update_fields=["content_type", "uploaded_by"])
    return kept


def may_use_logo(inbox: Inbox, logo: str, *, by: Agent) -> bool:
    """Only what this user uploaded as a picture, or what is the logo already."""
    if logo == Widget.of(inbox).logo:
        return True
    own = Attachment.objects.filter(pk=logo, uploaded_by=by, message=None)
    return own.filter(content_type__in=INLINE).exists()
