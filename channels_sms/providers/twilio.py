"""Twilio Programmable Messaging: SMS and MMS in, SMS out, delivery receipts.

Our delivery id travels in the query of the StatusCallback, which the signature covers, so
every receipt names its delivery even when the answer to the send was lost (PRV-7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from channels_sms.adapter import SmsAdapter, check_sendable, e164
from channels_sms.params import FORM, is_form, pairs
from channels_sms.providers import known_names, twilio_content, twilio_find, twilio_pull
from channels_sms.providers.twilio_errors import OPTED_OUT, error_of, text_of
from channels_sms.providers.twilio_media import MAX_PICTURE, fetch_media, media_urls
from channels_sms.providers.twilio_signature import body_matches, is_signed
from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    Ignored,
    InboundMessage,
    Outgoing,
    Parsed,
    Person,
    Raw,
    Receipt,
    RefusedError,
    Sent,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Delivery, Inbox

API_BASE = "https://api.twilio.com"
VALIDITY_SECONDS = 600
_INBOUND = frozenset({"", "received", "receiving"})
_OPTS = {"STOP": "out", "START": "in", "HELP": "help"}
_STATES = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


class TwilioAdapter(SmsAdapter):
    """One Twilio number.

    inbox.address: our number (E.164). inbox.settings: `account_sid`, optionally
    `messaging_service_sid` and `api_base`. inbox.secrets: `auth_token`.
    """

    provider = "twilio"
    label = "Twilio"
    known_names = known_names.TWILIO
    parser_version = 2
    # Twilio fetches every file from us, so all of them go as links that expire.
    capabilities = replace(SmsAdapter.capabilities, max_attachment_bytes=MAX_PICTURE, links_over=1)
    max_body_bytes = 64 * 1024
    prefix = ""

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what Twilio did not sign, and what is signed but for another account."""
        if request.method != "POST":
            raise RefusedError("not a POST")
        try:
            params = pairs(request.content_type, request.body)
        except ValueError:
            raise RefusedError("the body cannot be read") from None
        if not is_form(request.content_type) and not body_matches(request.url, request.body):
            raise RefusedError("bodySHA256 does not match")
        signed = params if is_form(request.content_type) else []
        given = request.headers.get("x-twilio-signature", "")
        if not is_signed(inbox.secrets.get("auth_token", ""), request.url, signed, given):
            raise RefusedError("bad signature")
        self._check_account(inbox, dict(params))

    def _check_account(self, inbox: Inbox, params: dict[str, str]) -> None:
        sid = inbox.settings.get("account_sid", "")
        if not sid or params.get("AccountSid") != sid:
            raise RefusedError("another account")
        service = inbox.settings.get("messaging_service_sid", "")
        ours = params.get("From" if _status(params) else "To", "")
        if inbox.address and not service and ours and _bare(ours) != _bare(inbox.address):
            raise RefusedError("another number")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """One call carries one event: a message by its sid, a receipt by sid and state."""
        headers = {"content-type": request.content_type, "query": urlsplit(request.url).query}
        return [Raw(_dedupe_key(request), request.body, headers)]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Empty TwiML: nothing is sent back by this way."""
        return b"<Response/>", "text/xml"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """A message or a receipt. UnreadableError if it is neither."""
        try:
            params = dict(pairs(raw.headers.get("content-type", FORM), raw.body))
        except ValueError as error:
            raise UnreadableError(f"not a form: {error}") from None
        sid = params.get("MessageSid") or params.get("SmsSid") or ""
        if not sid:
            raise UnreadableError("no MessageSid")
        if _status(params):
            return [_receipt(sid, params, raw.headers.get("query", ""))]
        return [_message(inbox, sid, params)]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """POST one message; every failure is one of the errors of `SendError`."""
        if not outgoing.approved:
            check_sendable(outgoing, files=True)
        with outbound_http.as_send_errors():
            answer = outbound_http.post(
                _messages_url(inbox), form=_form(inbox, self._there(outgoing)), auth=auth_of(inbox)
            )
        if not answer.ok:
            raise error_of(answer)
        sid = answer.json().get("sid")
        if not isinstance(sid, str) or not sid:
            raise AmbiguousError("Twilio took the message but its answer cannot be read.")
        return Sent(sid)

    def find(self, inbox: Inbox, outgoing: Outgoing) -> Sent | None:
        """Settle an uncertain send by Twilio's list; None means it surely never arrived.

        Raises LookupError or OutboundError when the list cannot tell.
        """

        def known(sids: list[str]) -> set[str]:
            rows = Delivery.objects.filter(inbox=inbox, provider_id__in=sids)
            others = rows.exclude(pk=outgoing.delivery_id)
            return set(others.values_list("provider_id", flat=True))

        there = self._there(outgoing)
        return twilio_find.find(_messages_url(inbox), auth_of(inbox), there, known)

    def pull(self, inbox: Inbox) -> int:
        """Store what came to the number and not to us; how many (PRV-6)."""
        return twilio_pull.pull(inbox, _base(inbox), auth_of(inbox))

    def _there(self, outgoing: Outgoing) -> Outgoing:
        return replace(outgoing, to=f"{self.prefix}{outgoing.to}")


def _bare(address: str) -> str:
    """A number without the name of the network before it."""
    return e164(address.removeprefix("whatsapp:"))


def auth_of(inbox: Inbox) -> tuple[str, str]:
    """The account and its token, as Twilio wants to be called."""
    return str(inbox.settings.get("account_sid", "")), str(inbox.secrets.get("auth_token", ""))


def _base(inbox: Inbox) -> str:
    return str(inbox.settings.get("api_base") or API_BASE).rstrip("/")


def _messages_url(inbox: Inbox) -> str:
    return f"{_base(inbox)}/2010-04-01/Accounts/{quote(auth_of(inbox)[0], safe='')}/Messages.json"


def _form(inbox: Inbox, outgoing: Outgoing) -> dict[str, str | Sequence[str]]:
    form: dict[str, str | Sequence[str]] = {
        "To": outgoing.to,
        "Body": outgoing.body,
        "ValidityPeriod": str(VALIDITY_SECONDS),
    }
    if outgoing.approved:
        del form["Body"]
        form |= twilio_content.form(outgoing.approved)
    if outgoing.links:
        form["MediaUrl"] = media_urls(outgoing.links)
    service = inbox.settings.get("messaging_service_sid")
    form["MessagingServiceSid" if service else "From"] = str(service or inbox.address)
    if outgoing.callback_url:
        joint = "&" if urlsplit(outgoing.callback_url).query else "?"
        form["StatusCallback"] = f"{outgoing.callback_url}{joint}delivery={outgoing.delivery_id}"
    return form


def _status(params: dict[str, str]) -> str:
    """The state a receipt reports; "" for an inbound message (its SmsStatus is `received`)."""
    status = (params.get("MessageStatus") or params.get("SmsStatus") or "").lower()
    return "" if status in _INBOUND else status


def _dedupe_key(request: WebhookRequest) -> str:
    try:
        params = dict(pairs(request.content_type, request.body))
    except ValueError:
        params = {}
    sid = params.get("MessageSid") or params.get("SmsSid") or ""
    status = _status(params)
    key = f"{sid}:{status}" if status else sid
    if not sid or len(key) > 120 or "\x00" in key:
        return f"sha256:{hashlib.sha256(request.body).hexdigest()}"
    return key


def _receipt(sid: str, params: dict[str, str], query: str) -> Receipt | Ignored:
    state = _STATES.get(_status(params))
    if state is None:
        return Ignored(f"unknown status {_status(params)[:60]}")
    delivery = parse_qs(query).get("delivery", [""])[0]
    code = params.get("ErrorCode", "") if state == "failed" else ""
    failed_text = text_of(code, params.get("ErrorMessage", "")[:300])
    return Receipt(
        state=state,
        provider_id=sid,
        delivery_id=int(delivery) if delivery.isascii() and delivery.isdigit() else None,
        error_code=code[:60],
        error=failed_text if state == "failed" else "",
        opted_out=code == OPTED_OUT,
    )


def _message(inbox: Inbox, sid: str, params: dict[str, str]) -> InboundMessage:
    sender = _bare(params.get("From", "")) or _wa_number(params)
    if not sender:
        raise UnreadableError("no From")
    # Twilio has answered this word itself (Advanced Opt-Out), so we only heed it.
    opt = _OPTS.get(params.get("OptOutType", "").upper(), "")
    files = fetch_media(params, base=_base(inbox), auth=auth_of(inbox))
    return InboundMessage(
        sender=Person("phone", sender, params.get("ProfileName", ""), verified=True, label=sender),
        body=params.get("Body", "") or _place(params),
        references=tuple(filter(None, [params.get("OriginalRepliedMessageSid")])),
        external_id=sid,
        files=files,
        opt=opt,
        meta={"opt_told": True} if opt else {},
    )


def _wa_number(params: dict[str, str]) -> str:
    """WhatsApp's own spelling of the number, which has no plus."""
    return e164(f"+{params['WaId']}") if params.get("WaId") else ""


def _place(params: dict[str, str]) -> str:
    """A location that was sent instead of words, in words; "" if there is none."""
    if not (params.get("Latitude") and params.get("Longitude")):
        return ""
    names = [params.get("Label", ""), params.get("Address", "")]
    return "\n".join(filter(None, [*names, f"{params['Latitude']}, {params['Longitude']}"]))
