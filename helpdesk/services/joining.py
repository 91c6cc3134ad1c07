"""How somebody becomes one of us: the first administrator once, everybody else by invitation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.models import Act, Agent, Invitation, Role, Team, TeamMembership
from helpdesk.permissions import Action, can
from helpdesk.services import notices
from helpdesk.services.profiles import LENGTHS
from helpdesk.services.text import clean_line

LASTS = timedelta(hours=72)
_SET_UP_LOCK = 7_201_030


class RefusedError(ValueError):
    """Why nobody can join this way; the text is for who asked. `field`: "" for the whole."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def invite(email: str, role: str, teams: Iterable[int], *, by: Agent) -> tuple[Invitation, str]:
    """Invite a colleague by mail; a newer invitation replaces an older one. Raises RefusedError.

    Gives the link, too: it is shown once, for where no mail comes through.
    """
    email = _checked_address(email)
    if role not in Role.values:
        raise RefusedError(_("Choose one of the list."), "role")
    if Agent.objects.filter(email__iexact=email).exists():
        raise RefusedError(_("Somebody with this address is here already."), "email")
    now = datetime.now(UTC)
    _open(email).update(withdrawn_at=now)
    token = secrets.token_urlsafe(32)
    link = settings.PUBLIC_BASE_URL + reverse("join", args=[token])
    facts = {"email": email, "role": role, "by": by, "made_at": now, "until": now + LASTS}
    try:
        with transaction.atomic():
            made = Invitation.objects.create(**facts, token_sha256=_hash(token))
    except IntegrityError:  # two invited the same person at once
        raise RefusedError(_("Somebody has just invited this address."), "email") from None
    made.teams.set(Team.objects.filter(pk__in=list(teams)))
    audit.record(Act.ADDED, made, by=by, changes={"role": [None, role]})
    made.notice = notices.post(email, *_letter(by, link))
    made.save(update_fields=["notice"])
    return made, link


def _letter(by: Agent, link: str) -> tuple[str, str]:
    with translation.override(by.language):
        subject = _("%(name)s invites you to Parley") % {"name": by.display_name}
        lines = (
            _("Hello,"),
            _("%(name)s would like to answer customers together with you in Parley.")
            % {"name": by.display_name},
            _("This link opens your account. It works once, for three days:"),
            link,
            _("If you did not expect this, nothing happens: without the link there is no account."),
        )
    return clean_line(subject, 150), "\n\n".join(lines) + "\n"


def found(token: str) -> Invitation | None:
    """The open invitation of this link, from somebody who may still invite."""
    now = datetime.now(UTC)
    still = {"used_at__isnull": True, "withdrawn_at__isnull": True, "until__gt": now}
    rows = Invitation.objects.filter(token_sha256=_hash(token), **still).select_related("by")
    one = rows.first()
    return one if one is not None and can(one.by, Action.EDIT_AGENTS) else None


@transaction.atomic
def accept(token: str, *, first_name: str, last_name: str, password: str) -> Agent:
    """Make the account of an invitation, once. Raises RefusedError."""
    invitation = found(token)
    if invitation is None:
        raise RefusedError(_("This invitation is no longer open. Ask for a new one."))
    return _joined(invitation, first_name, last_name, password)


@transaction.atomic
def accept_verified(email: str, *, first_name: str, last_name: str) -> Agent | None:
    """Make the account of an invitation to an address that a trusted sign-in has verified."""
    open_still = _open(email).filter(until__gt=datetime.now(UTC)).first()
    if open_still is None or not can(open_still.by, Action.EDIT_AGENTS):
        return None
    return _joined(open_still, first_name or email.partition("@")[0], last_name, None)


def _joined(invitation: Invitation, first: str, last: str, password: str | None) -> Agent:
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    over = invitation.used_at or invitation.withdrawn_at
    if over or not can(invitation.by, Action.EDIT_AGENTS):
        raise RefusedError(_("This invitation is no longer open. Ask for a new one."))
    made = _made(invitation.email, first, last, password, invitation.role)
    for team in invitation.teams.all():
        TeamMembership.objects.create(team=team, agent=made)
    invitation.used_at = datetime.now(UTC)
    invitation.save(update_fields=["used_at"])
    return made


def _made(email: str, first: str, last: str, password: str | None, role: str) -> Agent:
    names = {"first_name": clean_line(first, LENGTHS["first_name"])}
    names["last_name"] = clean_line(last, LENGTHS["last_name"])
    if not names["first_name"]:
        raise RefusedError(_("Colleagues need a name to call you by."), "first_name")
    if password is not None:
        try:
            validate_password(password, Agent(email=email, **names))
        except ValidationError as error:
            raise RefusedError(" ".join(error.messages), "password") from None
    try:
        with transaction.atomic():
            language = translation.get_language() or "en"
            facts = {"role": role, "language": language, **names}
            made = Agent.objects.create_user(email, password, **facts)
            audit.record(Act.ADDED, made, by=None, changes={"role": [None, role]})
            return made
    except IntegrityError:
        told = _("Somebody with this address is here already.")
        raise RefusedError(told, "email") from None


@transaction.atomic
def withdraw(pk: int, *, by: Agent) -> None:
    """The link opens nothing any more."""
    found = Invitation.objects.filter(pk=pk, used_at__isnull=True, withdrawn_at__isnull=True)
    for one in found:
        audit.record(Act.DELETED, one, by=by)
    found.update(withdrawn_at=datetime.now(UTC))


@transaction.atomic
def withdraw_all_of(agent: Agent, *, by: Agent) -> None:
    """Whoever may invite no more has invited nobody: their links would open the desk to them."""
    mine = Invitation.objects.filter(by=agent, used_at__isnull=True, withdrawn_at__isnull=True)
    for pk in mine.values_list("pk", flat=True):
        withdraw(pk, by=by)


def is_new() -> bool:
    """True while nobody has an account: then, and never again, the first one is made (SEC-27).

    Accounts are switched off, never deleted, so this does not come back.
    """
    return not settings.DEMO and not Agent.objects.exists()


def set_up_code() -> str:
    """What the first account is asked for, so that no passer-by makes it: XXXX-XXXX-XXXX-XXXX.

    Whoever runs the machine reads it in the log or by `manage.py setup_code`. 80 bits that come
    from SECRET_KEY: every process knows the same, and nothing is stored (ADR 0039).
    """
    keyed = hmac.new(settings.SECRET_KEY.encode(), b"the first administrator", hashlib.sha256)
    code = base64.b32encode(keyed.digest()[:10]).decode()
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def _is_set_up_code(given: str) -> bool:
    plain = "".join(given.upper().split()).replace("-", "")
    return hmac.compare_digest(plain.encode(), set_up_code().replace("-", "").encode())


@transaction.atomic
def first_administrator(
    email: str, *, code: str, first_name: str, last_name: str, password: str
) -> Agent:
    """Make the first account. Raises RefusedError, also where another was quicker."""
    if not _is_set_up_code(code):
        told = _("This is not the code: it is in the log of the web server.")
        raise RefusedError(told, "code")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SET_UP_LOCK])
    if not is_new():
        raise RefusedError(_("Somebody else was quicker: ask them for an invitation."))
    return _made(_checked_address(email), first_name, last_name, password, Role.ADMIN)


def _checked_address(email: str) -> str:
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise RefusedError(_("This is no e-mail address."), "email") from None
    if len(email) > 254:
        raise RefusedError(_("This is no e-mail address."), "email")
    return email


def _open(email: str) -> QuerySet[Invitation]:
    still = {"used_at__isnull": True, "withdrawn_at__isnull": True}
    return Invitation.objects.select_for_update().filter(email__iexact=email, **still)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
