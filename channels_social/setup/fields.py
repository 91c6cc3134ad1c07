"""What each network needs to know of an account, and where it is found there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SECRET, SETTING, ADDRESS = "secret", "setting", "address"
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is typed. where: the inbox's column; secrets are never shown again."""

    name: str
    where: str
    label: Words
    help: Words = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """A network: its fields, and what is to be done on its own pages (in this order).

    verify: it asks for a token when it first tries our address. connects: we tell it our address
    ourselves.
    """

    label: str
    fields: tuple[Field, ...]
    steps: tuple[Words, ...]
    verify: bool = False
    connects: bool = True


_TOKEN = Field("access_token", SECRET, gettext_lazy("Access token"))
_META = (
    Field("app_id", SETTING, gettext_lazy("App ID"), needed=False),
    Field(
        "app_secret",
        SECRET,
        gettext_lazy("App secret"),
        gettext_lazy("In the app's basic settings. It proves that a call is Meta's."),
    ),
    Field(
        "access_token",
        SECRET,
        gettext_lazy("Access token"),
        gettext_lazy("Of a system user: it does not expire."),
    ),
)
_META_STEPS = (
    gettext_lazy("Make an app on developers.facebook.com and add the product."),
    gettext_lazy("Fill in the fields above and save."),
    gettext_lazy("Enter the address and the verify token below as the app's webhook."),
    gettext_lazy("Press “Connect”, then write to the account from your own phone."),
)
_STEPS = (
    gettext_lazy("Fill in the fields above and save."),
    gettext_lazy("Press “Connect”, then write to the account from your own phone."),
)

NETWORKS: dict[str, Network] = {
    "whatsapp": Network(
        "WhatsApp",
        (
            Field("address", ADDRESS, gettext_lazy("Phone number")),
            Field("phone_number_id", SETTING, gettext_lazy("Phone number ID")),
            Field("waba_id", SETTING, gettext_lazy("WhatsApp Business account ID")),
            *_META,
        ),
        _META_STEPS,
        verify=True,
    ),
    "messenger": Network(
        "Messenger",
        (
            Field("address", ADDRESS, gettext_lazy("Name of the page")),
            Field("page_id", SETTING, gettext_lazy("Page ID")),
            *_META,
        ),
        _META_STEPS,
        verify=True,
    ),
    "instagram": Network(
        "Instagram",
        (
            Field("address", ADDRESS, gettext_lazy("Account name")),
            Field("account_id", SETTING, gettext_lazy("Instagram account ID")),
            *_META,
        ),
        _META_STEPS,
        verify=True,
    ),
    "telegram": Network(
        "Telegram",
        (
            Field("address", ADDRESS, gettext_lazy("Name of the bot")),
            Field(
                "bot_token",
                SECRET,
                gettext_lazy("Bot token"),
                gettext_lazy("@BotFather tells it when the bot is made."),
            ),
        ),
        _STEPS,
    ),
    "line": Network(
        "LINE",
        (
            Field("address", ADDRESS, gettext_lazy("Account name")),
            Field("bot_user_id", SETTING, gettext_lazy("Your user ID"), needed=False),
            Field("channel_secret", SECRET, gettext_lazy("Channel secret")),
            _TOKEN,
        ),
        (
            gettext_lazy("Fill in the fields above and save."),
            gettext_lazy("Enter the address below as the webhook and turn “Use webhook” on."),
            gettext_lazy("Write to the account from your own phone."),
        ),
        connects=False,
    ),
    "viber": Network(
        "Viber",
        (
            Field("address", ADDRESS, gettext_lazy("Name of the bot")),
            Field("auth_token", SECRET, gettext_lazy("Access token")),
        ),
        _STEPS,
    ),
}
MOST = 2000


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form says. secrets: only those that were typed."""

    name: str
    address: str
    settings: dict[str, str]
    secrets: dict[str, str]
    errors: dict[str, str]


def read(network: Network, form: QueryDict, *, known: dict[str, Any]) -> Sent:
    """The form, checked; `known` are the secrets that are kept already."""
    sent = Sent(" ".join(form.get("name", "").split())[:120], "", {}, {}, {})
    address = ""
    for field in network.fields:
        text = form.get(field.name, "").strip()[:MOST]
        plain = text.isprintable() and (field.where == ADDRESS or " " not in text)
        if text and not plain:
            sent.errors[field.name] = _("There is a blank or an odd character in it.")
        elif not text and field.needed and not (field.where == SECRET and known.get(field.name)):
            sent.errors[field.name] = _("This is needed.")
        elif field.where == SECRET and text:
            sent.secrets[field.name] = text
        elif field.where == SETTING:
            sent.settings[field.name] = text
        elif field.where == ADDRESS:
            address = text[:320]
    if not sent.name:
        sent.errors["name"] = _("An inbox needs a name.")
    return Sent(sent.name, address, sent.settings, sent.secrets, sent.errors)
