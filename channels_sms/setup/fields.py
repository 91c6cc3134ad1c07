"""What each gateway wants to know, field by field; the forms are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_sms.providers.gateway import AUTHS
from channels_sms.providers.vonage_signature import METHODS

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to know. kind: text, number, words, secret, choice, tick, or json (an object).

    A name with a dot is one of an object's: `opt_texts.out`. octets: the protocol has room for so
    many, of Latin-1; 0: for any.
    """

    name: str
    label: Words
    kind: str = "text"
    help: Words = ""
    needed: bool = False
    choices: tuple[str, ...] = ()
    octets: int = 0


@dataclass(frozen=True, slots=True)
class Gateway:
    """A way to connect. hooks: what to do with our address; retries: it understands `#rc=`.

    hooked: it calls us.
    """

    channel: str
    provider: str
    label: str
    fields: tuple[Field, ...]
    hooks: tuple[Words, ...]
    retries: bool = False
    sends: bool = True
    hooked: bool = True


_SID = Field("account_sid", _("Account SID"), needed=True)
_SERVICE = Field(
    "messaging_service_sid",
    _("Messaging Service SID"),
    help=_("Only if you send by a messaging service. Then all its numbers are this inbox."),
)
_TOKEN = Field("auth_token", _("Auth token"), "secret", needed=True)
_OPT_OUT = Field(
    "opt_out_by_provider",
    _("The gateway itself answers STOP, START and HELP"),
    "tick",
    help=_("Then we only heed these words and answer nothing."),
)
_OPT_TEXTS = tuple(
    Field(f"opt_texts.{said}", label, "words", help=_("Empty: our own words, in their language."))
    for said, label in (
        ("out", _("Answer to STOP")),
        ("in", _("Answer to START")),
        ("help", _("Answer to HELP")),
    )
)
_PER_MINUTE = Field(
    "per_minute",
    _("Texts a minute"),
    "number",
    help=_("As fast as the gateway lets this number send. Empty: no limit; the rest waits."),
)
_TWILIO_HOOKS = (
    _("In the number's settings, choose “Webhook” and POST for “A message comes in”."),
    _("Paste the first address there. What follows “#” asks Twilio to try again when we are away."),
    _("If you run a second desk server, its address with the same path is the fallback URL."),
    _("Receipts need no address: each message brings its own."),
)
_TWILIO = (_SID, _SERVICE, _TOKEN, _PER_MINUTE, _OPT_OUT, *_OPT_TEXTS)

GATEWAYS: tuple[Gateway, ...] = (
    Gateway("sms", "twilio", "Twilio SMS", _TWILIO, _TWILIO_HOOKS, retries=True),
    Gateway("social", "twilio_whatsapp", "Twilio WhatsApp", _TWILIO, _TWILIO_HOOKS, retries=True),
    Gateway(
        "sms",
        "vonage",
        "Vonage SMS",
        (
            Field("api_key", _("API key"), needed=True),
            Field("api_secret", _("API secret"), "secret", needed=True),
            Field("signature_method", _("Signature method"), "choice", choices=METHODS),
            Field("signature_secret", _("Signature secret"), "secret", needed=True),
            _PER_MINUTE,
            _OPT_OUT,
            *_OPT_TEXTS,
        ),
        (
            _("In the API settings, paste the address as inbound webhook and as receipt webhook."),
            _("Turn on signed webhooks there: what is not signed is refused."),
        ),
    ),
    Gateway(
        "sms",
        "gateway",
        "HTTP",
        (
            Field("send", _("How a text is sent"), "json", needed=True),
            Field("hear", _("What the gateway calls things"), "json"),
            Field("send_secret", _("Secret for sending"), "secret", help="{secret}"),
            Field("auth", _("How the gateway proves itself"), "choice", choices=AUTHS),
            Field("webhook_secret", _("Secret of the gateway's calls"), "secret", needed=True),
            _PER_MINUTE,
            _OPT_OUT,
            *_OPT_TEXTS,
        ),
        (
            _("Let the gateway call the address for each text and each receipt, by GET or POST."),
            _("A box in your own network is only called if OUTBOUND_ALLOWED_HOSTS names it."),
        ),
    ),
    Gateway(
        "sms",
        "smpp",
        "SMPP",
        (
            Field("host", _("Host of the message centre"), needed=True),
            Field("port", _("Port"), "number", help="2775"),
            Field("system_id", "system_id", needed=True, octets=15),
            Field(
                "password",
                _("Password"),
                "secret",
                needed=True,
                help=_("At most 8 signs: SMPP has room for no more."),
                octets=8,
            ),
            Field("system_type", "system_type", octets=12),
            Field("tls", "TLS", "tick"),
            _PER_MINUTE,
            _OPT_OUT,
            *_OPT_TEXTS,
        ),
        (_("Nothing calls us: the desk itself holds the line to the message centre."),),
        hooked=False,
    ),
    Gateway(
        "voice",
        "twilio_voice",
        "Twilio Voice",
        (_SID, _TOKEN),
        (
            _("In the number's settings, paste the address under “Call status changes”."),
            _("If calls are recorded, it is the recording status callback, too."),
            _(
                "Where your call flow makes phones ring (<Dial>), give the same address to each of"
                " them as statusCallback, for initiated, ringing, answered and completed: only so"
                " a call that nobody picked up is known from one that somebody did."
            ),
        ),
        sends=False,
    ),
    Gateway(
        "voice",
        "cti",
        "CTI",
        (
            Field(
                "webhook_secret", _("Secret of the telephone system's calls"), "secret", needed=True
            ),
        ),
        (
            _("Let the telephone system post a JSON document to the address when a call changes."),
            _("It signs with X-Timestamp and X-Signature, as the HTTP gateway does."),
        ),
        sends=False,
    ),
)


def gateway(provider: str) -> Gateway:
    """By its provider. Raises LookupError."""
    for one in GATEWAYS:
        if one.provider == provider:
            return one
    raise LookupError(provider)
