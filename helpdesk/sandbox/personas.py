"""The customers a newcomer may play, and how each of their devices reaches us."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info

from helpdesk.adapters import hook_url
from helpdesk.models import Inbox
from helpdesk.realtime.payloads import initials
from helpdesk.sandbox.control import Control, SandboxError

DEVICES = ("sms", "telegram", "email")
MAX_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up customer; phone numbers are of the ranges kept for fiction where there is one."""

    key: str
    name: str
    language: str
    phone: str
    telegram: str
    email: str

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def language_name(self) -> str:
        return str(get_language_info(self.language)["name_local"])


PERSONAS = (
    Persona("tom", "Tom Ashworth", "en", "+447700900412", "700900412", "tom@ashworth.example"),
    Persona("noa", "נועה לוי", "he", "+972555501234", "555501234", "noa@levi.example"),
    Persona("anna", "Anna Kowalska", "pl", "+48600100200", "600100200", "anna@kowalska.example"),
)
BY_KEY = {persona.key: persona for persona in PERSONAS}


def inbox_of(device: str) -> Inbox | None:
    """The first account that a device can write to; None when there is none."""
    wanted = {
        "sms": {"channel": "sms", "provider": "twilio"},
        "telegram": {"provider": "telegram"},
        "email": {"channel": "email"},
        "chat": {"channel": "chat"},
    }[device]
    return Inbox.objects.filter(enabled=True, **wanted).order_by("pk").first()


def write(persona: Persona, device: str, text: str, thread: dict[str, str]) -> dict[str, Any]:
    """Send what the customer wrote; what his device remembers of it. Raises SandboxError.

    thread: of a mail, `subject` and `answering` (the Message-ID of the mail it answers).
    """
    inbox = inbox_of(device)
    if inbox is None:
        raise SandboxError(f"There is no {device} account in this desk. Load the demo data.")
    if device == "email":
        return _mail(persona, inbox, text, thread)
    _PHONES[device](persona, inbox, text)
    return {}


def _sms(persona: Persona, inbox: Inbox, text: str) -> None:
    Control(settings.FAKE_PORT, "twilio").incoming(
        hook=hook_url(inbox),
        account_sid=inbox.settings.get("account_sid", ""),
        auth_token=inbox.secrets.get("auth_token", ""),
        to=inbox.address,
        text=text,
        **{"from": persona.phone},
    )


def _telegram(persona: Persona, inbox: Inbox, text: str) -> None:
    Control(settings.FAKE_PORT, "telegram").incoming(
        hook=hook_url(inbox),
        secret=inbox.secrets.get("webhook_secret", ""),
        name=persona.name,
        language=persona.language,
        text=text,
        **{"from": persona.telegram},
    )


_PHONES = {"sms": _sms, "telegram": _telegram}


def _mail(persona: Persona, inbox: Inbox, text: str, thread: dict[str, str]) -> dict[str, Any]:
    mail = EmailMessage()
    mail["From"] = formataddr((persona.name, persona.email))
    mail["To"] = thread.get("to") or inbox.address
    mail["Subject"] = " ".join((thread.get("subject") or text[:60]).split())[:200]
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=persona.email.partition("@")[2])
    mail["Content-Language"] = persona.language
    if thread.get("answering"):
        mail["In-Reply-To"] = thread["answering"]
        mail["References"] = f"{thread.get('references', '')} {thread['answering']}".strip()
    mail.set_content(text)
    try:
        with smtplib.SMTP(settings.SMTP_HOST, settings.SMTP_PORT, timeout=10) as server:
            server.send_message(mail, persona.email, [parseaddr(mail["To"])[1]])
    except (OSError, smtplib.SMTPException) as error:
        raise SandboxError(f"Our mail server did not take it: {error}") from error
    return {"subject": mail["Subject"], "id": mail["Message-ID"]}
