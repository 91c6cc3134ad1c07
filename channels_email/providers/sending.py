"""One mail through a provider's API: anymail makes the request, our own client sends it.

The keys are the inbox's own; no global setting is looked at. What a failure means for the outbox
is decided here (DEL-9): a request that may have arrived is never simply repeated, since providers
do not know a mail again.
"""

from __future__ import annotations

from typing import Any, Final

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from channels_email import composing
from channels_email.composing import ComposeError, Draft
from channels_email.providers.base import METADATA, Provider
from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    Outgoing,
    PermanentError,
    SendError,
    Sent,
    TransientError,
)
from helpdesk.models import Inbox

_REFUSED: Final = frozenset(("invalid", "rejected", "failed"))
_ACCOUNT: Final = frozenset((401, 402, 403, 404))
_LATER: Final = frozenset((408, 425, 429))


def send(provider: Provider, inbox: Inbox, outgoing: Outgoing) -> Sent:
    """Send one mail to all who get it, in one call. Raises a SendError when it did not go."""
    try:
        draft = composing.drafted(inbox, outgoing)
        message = _message(provider, draft, outgoing)
    except ComposeError as error:
        raise PermanentError(str(error), "invalid") from None
    message.metadata = {METADATA: str(outgoing.delivery_id)} if provider.echoes else {}
    status = hand_over(provider, inbox, message)
    people = (draft.recipient, *draft.cc, *draft.hidden)
    answers = {address.lower(): one for address, one in status.recipients.items()}
    refused = [one for one in people if (said := answers.get(one)) and said.status in _REFUSED]
    done = [one for one in people if one not in refused]
    why = f"{provider.label} refuses to send to this address"
    if draft.recipient in refused:
        refusal = PermanentError(why, "refused")
        refusal.done = tuple(done)
        raise refusal
    ids = {one.message_id for one in answers.values() if one.message_id}
    mine = answers.get(draft.recipient)
    provider_id = str((mine and mine.message_id) or next(iter(ids), "")).strip("<> ")
    theirs = provider_id if not provider.keeps_id and "@" in provider_id else draft.message_id
    return Sent(
        provider_id=provider_id or draft.message_id,
        external_id=theirs,
        done=tuple(dict.fromkeys([*outgoing.done, *done])),
        refused=tuple((one, why) for one in refused),
    )


def hand_over(provider: Provider, inbox: Inbox, message: Any) -> Any:
    """Send a finished message; anymail's status of it. Raises SendError."""
    if not inbox.secrets.get("api_key"):
        raise ChannelBrokenError(f"there is no key for {provider.label}", "config")
    try:
        backend = import_string(provider.backend)(**provider.credentials(inbox))
        backend.session = outbound_http.Lent()
        with outbound_http.as_send_errors():
            backend.send_messages([message])
    except AnymailRecipientsRefused as error:
        raise PermanentError(*_told(provider, error.response)) from None
    except AnymailError as error:
        raise _meaning(provider, error) from None
    if not _answer(message.anymail_status.esp_response).ok:
        raise PermanentError(*_told(provider, message.anymail_status.esp_response))
    return message.anymail_status


def _message(provider: Provider, draft: Draft, outgoing: Outgoing) -> Any:
    """The draft in Django's clothes; who has it already from an earlier attempt is left out."""
    has = frozenset(outgoing.done)
    to = [] if draft.recipient in has else [composing.quoted(draft.name, draft.recipient)]
    headers = dict(draft.headers)
    if provider.keeps_id:
        headers = {"Message-ID": f"<{draft.message_id}>", **headers, **provider.extra_headers}
    if provider.headers is not None:
        headers = {name: value for name, value in headers.items() if name in provider.headers}
    message = EmailMultiAlternatives(
        subject=draft.subject,
        body=draft.text,
        from_email=composing.quoted(draft.author, draft.sender),
        to=to,
        cc=[one for one in draft.cc if one not in has],
        bcc=[one for one in draft.hidden if one not in has],
        reply_to=[composing.quoted(draft.author, draft.reply_to)],
        headers=headers,
    )
    message.attach_alternative(draft.html, "text/html")
    for file in outgoing.files:
        if provider.shows_inline and composing.is_shown(draft, file):
            message.attach(composing.attached(file))
        else:
            kind = file.content_type or "application/octet-stream"
            message.attach(composing.header_safe(file.name) or "attachment", file.data, kind)
    return message


def _answer(response: Any) -> outbound_http.Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return outbound_http.Answer(response.status_code, headers, response.content)


def _told(provider: Provider, response: Any) -> tuple[str, str]:
    """What the answer says, for an agent, and its code."""
    answer = _answer(response)
    document = answer.json()
    told = document.get("message") or document.get("Message") or document.get("errors") or ""
    code = str(document.get("ErrorCode") or document.get("code") or answer.status)
    return f"{provider.label} answers {answer.status}: {told}"[:400], code


def _meaning(provider: Provider, error: AnymailError) -> SendError:
    """By the status of the answer; without one the message never left."""
    response = getattr(error, "response", None)
    if response is None:
        return PermanentError(f"{provider.label} cannot carry this: {error.args[0]!s}"[:400])
    answer = _answer(response)
    words, code = _told(provider, response)
    if answer.ok:
        return AmbiguousError(f"{provider.label} took the mail, but its answer cannot be read.")
    if answer.status in _LATER or answer.status >= 500:
        return TransientError(words, code, answer.retry_after)
    if answer.status in _ACCOUNT or provider.is_account_error(code):
        return ChannelBrokenError(words, code)
    return PermanentError(words, code)
