"""What a form of the set-up says, checked: each mistake with the field that it is in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from channels_email.addresses import normal
from channels_email.providers import named
from channels_email.providers.base import Provider
from channels_email.providers.proofs import public_key, public_keys
from helpdesk.phrasing import texts

SECURITIES: Final = ("none", "starttls", "tls")
SIGNATURE: Final = 1000
SECRETS: Final = frozenset(("password", "api_key", "api_secret", "hook_keys"))
MOST_ADDRESSES: Final = 50
_ADDRESS: Final = re.compile(r"[!-;=?A-~]{1,64}@[a-z0-9.-]{1,253}\Z")
_HOST: Final = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,253}\Z")


@dataclass
class Sent:
    """settings: what to change; None takes a key away. secrets: only those that were typed.

    needs: secrets that must be there afterwards, typed now or before.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)


def read(part: str, form: QueryDict) -> Sent:
    """One part of the page; KeyError for a part that is none."""
    sent = Sent()
    PARTS[part](form, sent)
    return sent


def address(text: str) -> str:
    """The address as it is kept, or "" if it is none."""
    found = normal(text.strip())
    return found if _ADDRESS.match(found) else ""


def _names(form: QueryDict, sent: Sent) -> None:
    name = " ".join(form.get("name", "").split())[:120]
    own = address(form.get("address", ""))
    if not name:
        sent.errors["name"] = _("A mailbox needs a name.")
    if not own:
        sent.errors["address"] = _("This is no e-mail address.")
    sent.columns = {"name": name, "address": own}
    for key in ("aliases", "groups"):
        given = form.get(key, "").split()
        found = [address(one) for one in given]
        if "" in found:
            wrong = given[found.index("")][:80]
            sent.errors[key] = _("“%(address)s” is no e-mail address.") % {"address": wrong}
        if len(found) > MOST_ADDRESSES:
            sent.errors[key] = _("At most %(n)d addresses.") % {"n": MOST_ADDRESSES}
        sent.settings[key] = list(dict.fromkeys(found)) or None


def _coming(form: QueryDict, sent: Sent) -> None:
    sent.settings["authserv_id"] = _host(form, "authserv_id", sent, needed=False)


def _going(form: QueryDict, sent: Sent) -> None:
    """By the installation's server (""), by one of its own ("smtp"), or by a provider."""
    way = form.get("way", "")
    provider = named(way)
    if way not in {"", "smtp"} and provider is None:
        sent.errors["way"] = _("Choose one of the list.")
    sent.columns = {"provider": provider.slug if provider else ""}
    if way == "smtp" or (provider and not provider.backend):
        _server(form, sent)
    else:
        sent.settings |= dict.fromkeys(("host", "port", "security", "username"))
    if provider:
        _provider(form, sent, provider)
    sent.settings["per_minute"] = _number(form, "per_minute", sent, 1, 100_000)
    folder = form.get("sent_folder", "").strip()[:200]
    sent.settings["sent_folder"] = folder or None


def _provider(form: QueryDict, sent: Sent, provider: Provider) -> None:
    """What its API and its calls need; an empty secret stays what it is."""
    for name in ("api_key", "api_secret", "hook_keys"):
        if text := form.get(name, "").strip():
            sent.secrets[name] = text[:5000]
    keys = sent.secrets.get("hook_keys", "")
    readable = all(public_key(one) for one in public_keys(keys))
    if provider.public_keys and not readable:
        sent.errors["hook_keys"] = _("This is no public key.")
    for name in ("provider_domain", "message_stream"):
        sent.settings[name] = form.get(name, "").strip()[:253] or None
    base = form.get("api_base", "").strip()[:500]
    if base and not base.startswith(("https://", "http://")):
        sent.errors["api_base"] = _("An address that begins with https://.")
    elif not base and provider.backend and not provider.api_base:
        sent.errors["api_base"] = _("Where is its server? Its address begins with https://.")
    sent.settings["api_base"] = base or None
    sent.settings["opened_is_read"] = True if form.get("opened_is_read") == "1" else None
    sent.needs = {"hook_keys"} if provider.signs else set()
    sent.needs |= {"api_key"} if provider.backend else set()
    sent.needs |= {"api_secret"} & set(provider.asks)


def _server(form: QueryDict, sent: Sent) -> None:
    """Host, port, security, user and password of a server; an empty password stays what it is."""
    sent.settings["host"] = _host(form, "host", sent, needed=True)
    sent.settings["port"] = _number(form, "port", sent, 1, 65535)
    if not form.get("port", "").strip():
        sent.errors["port"] = _("Which port? See the provider's help.")
    security = form.get("security", "")
    if security not in SECURITIES:
        sent.errors["security"] = _("Choose one of the list.")
    sent.settings["security"] = security
    sent.settings["username"] = form.get("username", "").strip()[:320]
    if password := form.get("password", ""):
        sent.secrets["password"] = password[:1000]


def _answers(form: QueryDict, sent: Sent) -> None:
    signature = form.get("signature", "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(signature) > SIGNATURE:
        sent.errors["signature"] = _("At most %(n)d characters.") % {"n": SIGNATURE}
    elif fault := texts.fault(signature):
        sent.errors["signature"] = _("This cannot be filled in: %(what)s") % {"what": fault.what}
    sent.settings["signature"] = signature or None
    for key in ("quote_history", "plus_addressing"):  # on, unless somebody said otherwise
        sent.settings[key] = None if form.get(key) == "1" else False
    for key in ("subject_mark", "company_joins", "trust_reply_to"):
        sent.settings[key] = True if form.get(key) == "1" else None
    sent.settings["reopen_days"] = _number(form, "reopen_days", sent, 0, 365)


def _host(form: QueryDict, key: str, sent: Sent, *, needed: bool) -> str | None:
    text = form.get(key, "").strip()
    if (needed and not text) or (text and not _HOST.match(text)):
        sent.errors[key] = _("The name of a server, such as mail.example.com.")
    return text or None


def _number(form: QueryDict, key: str, sent: Sent, least: int, most: int) -> int | None:
    text = form.get(key, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18 or not least <= int(text) <= most:
        facts = {"least": least, "most": most}
        sent.errors[key] = _("A number from %(least)d to %(most)d.") % facts
        return None
    return int(text)


PARTS: Final[Mapping[str, Callable[[QueryDict, Sent], None]]] = {
    "names": _names,
    "coming": _coming,
    "going": _going,
    "answers": _answers,
}
