"""Mail written by machines: who must never get an automatic answer (G1, G3, RFC 3834)."""

from __future__ import annotations

import re
from typing import Final

from channels_email.headers import Headers

_DAEMON: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply|donotreply|bounces?)(?:[+._-]|\Z)"
)
_SUPPRESS: Final = re.compile(r"\b(?:all|oof|autoreply)\b", re.IGNORECASE)
_RECEIVED_LIMIT: Final = 50
_STRONG: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply-from",
    "x-mail-autoreply",
    "x-loop",
)
_WEAK: Final = ("list-id", "list-unsubscribe", "feedback-id")


def automated_by(
    headers: Headers, content_type: str, sender: str, mail_from: str | None, *, known_thread: bool
) -> str:
    """The mark that says a machine wrote this, or "" for a person's mail.

    mail_from: the envelope sender; None when unknown, "" for the null sender.
    known_thread: the mail answers a message of ours by a verified token. Then marks that
    people's mail also carries (lists, Exchange's suppress header) prove nothing (G3).
    """
    if mark := _strong(headers, content_type, mail_from):
        return mark
    local = sender.partition("@")[0]
    if _DAEMON.match(local):
        return "sender"
    return "" if known_thread else _weak(headers)


def _strong(headers: Headers, content_type: str, mail_from: str | None) -> str:
    submitted = headers.first("auto-submitted").lower()
    if submitted and submitted.partition(";")[0].partition("(")[0].strip() != "no":
        return "auto-submitted"
    if content_type in {"multipart/report", "message/delivery-status"}:
        return "report"
    if mail_from in ("", "<>") or headers.first("return-path").replace(" ", "") == "<>":
        return "null-sender"
    if headers.first("precedence").lower() in ("bulk", "junk", "auto_reply", "auto-reply"):
        return "precedence"
    if len(headers.all("received")) > _RECEIVED_LIMIT:
        return "received"
    return next((name for name in _STRONG if headers.first(name)), "")


def _weak(headers: Headers) -> str:
    if _SUPPRESS.search(headers.first("x-auto-response-suppress")):
        return "x-auto-response-suppress"
    if headers.first("precedence").lower() == "list":
        return "precedence"
    return next((name for name in _WEAK if headers.first(name)), "")
