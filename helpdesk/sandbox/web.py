"""The demo's pages: a shop with the widget, and a customer's devices side by side.

They speak HTTP and SMTP to the product like the outside world does. Routed only under
settings.DEMO, and each view checks it once more.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime
from email import message_from_string, policy
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from helpdesk.sandbox.control import Control, SandboxError
from helpdesk.sandbox.personas import (
    BY_KEY,
    DEVICES,
    MAX_TEXT,
    PERSONAS,
    Persona,
    inbox_of,
    write,
)
from helpdesk.services.orders import Bill

REMEMBERED = 60
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
View = Callable[[HttpRequest], HttpResponse]


def demo_only(view: View) -> View:
    """404 unless this is a demo, whatever the urls say."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request)

    return guarded


@demo_only
@require_safe
def shop(request: HttpRequest) -> HttpResponse:
    """A shop's product page that carries the widget by its one line."""
    language = request.GET.get("language", "")
    chat = inbox_of("chat")
    return render(
        request,
        "sandbox/shop.html",
        {
            "key": chat.key if chat else "",
            "base": settings.PUBLIC_BASE_URL,
            "language": language if language in LANGUAGES else "",
        },
    )


@demo_only
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """The shop's server: signs an order for the widget, as docs/widget.md tells shops to."""
    chat = inbox_of("chat")
    bill = Bill(
        number=f"BL-{secrets.token_hex(4)}",
        value=request.POST.get("value", ""),
        currency="EUR",
        visitor=request.POST.get("visitor", ""),
    )
    secret = str(chat.secrets.get("order_secret", "")) if chat else ""
    signature = bill.signed(secret) if secret else ""
    return JsonResponse(
        {
            "id": bill.number,
            "value": bill.value,
            "currency": bill.currency,
            "visitor": bill.visitor,
            "signature": signature,
        }
    )


@demo_only
@require_safe
@ensure_csrf_cookie
def sandbox(request: HttpRequest) -> HttpResponse:
    """A customer's phone, Telegram and mailbox, side by side."""
    found = {device: inbox_of(device) for device in DEVICES}
    addresses = {device: inbox.address if inbox else "" for device, inbox in found.items()}
    names = {device: inbox.name if inbox else "" for device, inbox in found.items()}
    return render(
        request,
        "sandbox/sandbox.html",
        {
            "personas": PERSONAS,
            "person": _persona(request.GET.get("as", "")),
            "addresses": addresses,
            "names": names,
            "words": _words(),
        },
    )


@demo_only
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """The customer writes on one of his devices."""
    persona = _persona(request.POST.get("as", ""))
    device = request.POST.get("device", "")
    text = request.POST.get("text", "").strip()[:MAX_TEXT]
    if device not in DEVICES or not text:
        return JsonResponse({"detail": _("Write something first.")}, status=400)
    thread = {
        name: request.POST.get(name, "")[:900]
        for name in ("subject", "answering", "references", "to")
    }
    thread["to"] = thread["to"].strip() if "\n" not in thread["to"] else ""
    try:
        facts = write(persona, device, text, thread)
    except SandboxError as error:
        return JsonResponse({"detail": str(error)}, status=502)
    _remember(request, persona, device, {"text": text, "at": time.time(), "mine": True, **facts})
    return JsonResponse({"ok": True}, status=201)


@demo_only
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What stands on the customer's devices now: his words and our answers, oldest first."""
    persona = _persona(request.GET.get("as", ""))
    mine = request.session.get("sandbox", {}).get(persona.key, {})
    try:
        answers = {
            "sms": _phone("twilio", persona.phone),
            "telegram": _phone("telegram", persona.telegram),
            "email": _mailbox(persona.email),
        }
    except SandboxError as error:
        return JsonResponse({"detail": str(error)}, status=502)
    body = {
        device: sorted([*mine.get(device, []), *answers[device]], key=lambda one: one["at"])[
            -REMEMBERED:
        ]
        for device in DEVICES
    }
    response = JsonResponse(body)
    response["Cache-Control"] = "no-store"
    return response


def _persona(key: str) -> Persona:
    return BY_KEY.get(key, PERSONAS[0])


def _remember(request: HttpRequest, persona: Persona, device: str, line: dict[str, Any]) -> None:
    """A device keeps what its owner wrote; here the browser's session does."""
    kept = request.session.get("sandbox", {})
    lines = kept.setdefault(persona.key, {}).setdefault(device, [])
    lines.append(line)
    del lines[:-REMEMBERED]
    request.session["sandbox"] = kept


def _phone(fake: str, address: str) -> list[dict[str, Any]]:
    sends = Control(settings.FAKE_PORT, fake).sends()
    return [
        {"text": each["body"] or each.get("file", ""), "at": each["at"], "mine": False}
        for each in sends
        if each["to"] == address
    ]


def _mailbox(address: str) -> list[dict[str, Any]]:
    kept = Control(settings.FAKE_PORT, "mailbox").sends()
    return [_letter(each) for each in kept if address in each["rcpt"]]


def _letter(kept: dict[str, Any]) -> dict[str, Any]:
    head = message_from_string(kept["raw"], policy=policy.default)
    return {
        "text": kept["text"],
        "subject": kept["subject"],
        "at": datetime.fromisoformat(kept["received_at"]).timestamp(),
        "mine": False,
        "from": str(head.get("From", "")),
        "to": str(head.get("Reply-To") or head.get("From", "")),
        "id": str(head.get("Message-ID", "")),
        "references": str(head.get("References", "")),
    }


def _words() -> dict[str, str]:
    return {
        "empty": _("Nothing yet. Write as the customer; answer in the workspace."),
        "down": _("The fake providers do not answer. Start everything with “make up”."),
        "failed": _("Not sent:"),
        "sent": _("Sent"),
        "newMail": _("New mail"),
        "replyTo": _("Reply to: {subject}"),
    }
