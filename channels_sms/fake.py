"""A fake Twilio: its documented API, signed receipts and texts from made-up customers.

Twilio's own magic test numbers work as recipients (`+15005550001` is invalid …); the rest
is scripted by faults. Standard library only (helpdesk.sandbox).
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from channels_sms.providers.twilio_signature import signature
from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, Fault, HttpFake, Reply, json_reply

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_MESSAGES = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages\.json\Z")
_MESSAGE = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages/([^/]+)\.json\Z")
_MEDIA_LIST = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages/([^/]+)/Media\.json\Z")
_MEDIA = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages/[^/]+/Media/([^/]+)\Z")
_MAGIC = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_SAID = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21211: "Invalid 'To' Phone Number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}
_PACE = (0.15, 0.5, 1.0)


class TwilioFake(HttpFake):
    """Account sid and auth token are whatever the caller uses: both sides are ours."""

    name = "twilio"
    prefixes = ("/2010-04-01/",)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._lock = threading.Lock()
        self._received: list[dict[str, Any]] = []
        self._media: dict[str, tuple[str, bytes]] = {}
        self._of: dict[str, str] = {}

    def handle(self, call: Call) -> Reply:
        """Messages (send, list, one) and media."""
        patterns = (_MESSAGES, _MESSAGE, _MEDIA_LIST, _MEDIA)
        found = next(filter(None, (each.match(call.path) for each in patterns)), None)
        if not found:
            return self.refusal(404, 20404, 0)
        token = _token_of(call, found[1])
        if not token:
            return self.refusal(401, 20003, 0)
        if found.re in (_MEDIA, _MEDIA_LIST):
            return self._file(found)
        if found.re is _MESSAGE:
            known = [each for each in self._all(found[1]) if each["sid"] == found[2]]
            return json_reply(200, known[0]) if known else self.refusal(404, 20404, 0)
        if call.method == "POST":
            return self._send(found[1], token, call)
        return self._list(found[1], call)

    def _file(self, found: re.Match[str]) -> Reply:
        """A picture of a customer's, or the list of a message's."""
        if found.re is _MEDIA_LIST:
            return json_reply(200, {"media_list": self._listed_media(found[1], found[2])})
        kind, data = self._media.get(found[2], ("", b""))
        return Reply(200, data, kind) if kind else self.refusal(404, 20404, 0)

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """Twilio's error document; a 20003 is always a 401, a 429 always 20429."""
        code = code or {429: 20429, 503: 20503}.get(status, 21211)
        status = {20003: 401, 20429: 429}.get(code, status)
        headers = {"Retry_After": f"{seconds:.0f}"} if status == 429 else {}
        document = {
            "code": code,
            "message": _SAID.get(code, f"Error {code}"),
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        return json_reply(status, document, **headers)

    def forget(self) -> None:
        """Reset, with what customers wrote."""
        super().forget()
        with self._lock:
            self._received.clear()
            self._media.clear()

    def _send(self, account: str, token: str, call: Call) -> Reply:
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True)
        form = {"Body": "", **dict(pairs)}
        form["media"] = " ".join(value for name, value in pairs if name == "MediaUrl")
        code = _fault_of(form)
        if code:
            return self.refusal(400, code, 0)
        return self.send(lambda fault: self._accept(account, token, form, fault))

    def _accept(
        self, account: str, token: str, form: Mapping[str, str], fault: Fault | None
    ) -> Reply:
        sid = _new("SM")
        service = form.get("MessagingServiceSid", "")
        callback = form.get("StatusCallback", "")
        self.ledger.add(
            provider_id=sid,
            delivery=parse_qs(urlsplit(callback).query).get("delivery", [""])[0],
            account=account,
            to=form["To"],
            sender=form.get("From", "") or service,
            body=form["Body"],
            validity=form.get("ValidityPeriod", ""),
            media=form["media"].split(),
        )
        first = "accepted" if service else "queued"
        if callback:
            states = [*(["queued"] if service else []), "sent", "delivered"]
            facts = {"MessageSid": sid, "AccountSid": account, **form}
            self._receipts(token, facts, states, fault)
        return json_reply(201, _resource(sid, account, form, first, "outbound-api"))

    def _receipts(
        self, token: str, facts: Mapping[str, str], states: list[str], fault: Fault | None
    ) -> None:
        kind = fault.kind if fault else ""
        if kind == "undelivered":
            states[-1] = "undelivered"
        if kind == "reorder":
            states.reverse()
        for delay, state in zip(_PACE, states, strict=False):
            params = {
                "AccountSid": facts["AccountSid"],
                "ApiVersion": "2010-04-01",
                "From": facts.get("From", ""),
                "To": facts["To"],
                "MessageSid": facts["MessageSid"],
                "SmsSid": facts["MessageSid"],
                "MessageStatus": state,
                "SmsStatus": state,
            }
            if state == "undelivered":
                params["ErrorCode"] = str((fault.code if fault else 0) or 30003)
            hook = _signed(facts["StatusCallback"], token, params, delay=delay, tries=3)
            for _ in range(2 if kind == "duplicate" else 1):
                self.caller.later(hook)

    def _list(self, account: str, call: Call) -> Reply:
        """GET Messages.json with To and From; newest first, one page."""
        query = {name: values[0] for name, values in parse_qs(call.query).items()}
        messages = [
            each
            for each in reversed(self._all(account))
            if each["to"] == query.get("To", each["to"])
            and each["from"] == query.get("From", each["from"])
        ]
        page = messages[: int(query.get("PageSize", "50"))]
        return json_reply(200, {"messages": page, "page": 0, "next_page_uri": None})

    def _all(self, account: str) -> list[dict[str, Any]]:
        sent = [
            _resource(
                entry["provider_id"],
                account,
                {"To": entry["to"], "From": entry["sender"], "Body": entry["body"]},
                "delivered",
                "outbound-api",
                at=entry["at"],
            )
            for entry in self.ledger.entries()
            if entry.get("account") == account
        ]
        with self._lock:
            return sent + [each for each in self._received if each["account_sid"] == account]

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """Also needs `account_sid`, `auth_token`, `to` (our number).

        files: `{"content_type", "data"}` with data in base64. signed_url: the hook as the
        product spells it (PUBLIC_BASE_URL), when that is not the address to post to.
        """
        sid = _new("SM")
        params = {
            "ToCountry": "US",
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": str(order["account_sid"]),
            "ApiVersion": "2010-04-01",
            "From": str(order["from"]),
            "To": str(order["to"]),
            "Body": str(order["text"]),
            "NumSegments": "1",
            "SmsStatus": "received",
        }
        files = order.get("files") or []
        params["NumMedia"] = str(len(files))
        for index, file in enumerate(files):
            params[f"MediaUrl{index}"] = self._keep(params["AccountSid"], sid, file)
            params[f"MediaContentType{index}"] = str(file["content_type"])
        resource = _resource(sid, params["AccountSid"], params, "received", "inbound")
        with self._lock:
            self._received.append(resource)
        signed_url = str(order.get("signed_url") or order["hook"])
        hook = _signed(signed_url, str(order["auth_token"]), params, url=str(order["hook"]))
        return [hook]

    def _listed_media(self, account: str, sid: str) -> list[dict[str, str]]:
        there = f"/2010-04-01/Accounts/{account}/Messages/{sid}/Media"
        with self._lock:
            mine = [media for media, of in self._of.items() if of == sid]
            kinds = {media: self._media[media][0] for media in mine}
        return [
            {"sid": media, "content_type": kind, "uri": f"{there}/{media}.json"}
            for media, kind in kinds.items()
        ]

    def _keep(self, account: str, sid: str, file: Mapping[str, str]) -> str:
        media = _new("ME")
        with self._lock:
            self._of[media] = sid
            self._media[media] = (file["content_type"], base64.b64decode(file["data"]))
        return f"{self.base_url}/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{media}"


def _signed(
    signed_url: str,
    token: str,
    params: Mapping[str, str],
    *,
    url: str = "",
    delay: float = 0.0,
    tries: int = 1,
) -> Webhook:
    headers = {**_FORM, "X-Twilio-Signature": signature(token, signed_url, params.items())}
    key = f"{params['MessageSid']}:{params['SmsStatus']}"
    body = urlencode(params).encode()
    return Webhook(key, url or signed_url, body, headers, delay=delay, tries=tries)


def _resource(
    sid: str, account: str, form: Mapping[str, str], status: str, direction: str, *, at: float = 0.0
) -> dict[str, Any]:
    return {
        "sid": sid,
        "account_sid": account,
        "to": form["To"],
        "from": form.get("From") or None,
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "body": form["Body"],
        "status": status,
        "direction": direction,
        "num_segments": "1",
        "num_media": form.get("NumMedia", "0"),
        "date_created": formatdate(at or None),
        "date_sent": formatdate(at or None),
        "error_code": None,
        "error_message": None,
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
    }


def _token_of(call: Call, account: str) -> str:
    """The password of a Basic header whose user is the account of the path, else ""."""
    kind, _, value = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        user, _, token = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return ""
    return token if user == account else ""


def _fault_of(form: Mapping[str, str]) -> int:
    """The error code of a request that Twilio would refuse, or 0."""
    if not form.get("To"):
        return 21604
    if not (form.get("From") or form.get("MessagingServiceSid")):
        return 21603
    if not form.get("Body") and not form["media"]:
        return 21602
    if len(form["media"].split()) > 10:
        return 21623
    if len(form["Body"]) > 1600:
        return 21617
    return _MAGIC.get(form["To"], 0)


def _new(prefix: str) -> str:
    return prefix + secrets.token_hex(16)
