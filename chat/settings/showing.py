"""What the editor's templates show of a draft: fields with their values, errors and choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import get_language_info, gettext

from chat.appearance import DAYS, DEFAULT_COLOR, PREVIEW_KEY, logo_url
from chat.settings import rules
from chat.settings.reading import NEW_WEEK, Draft
from helpdesk.models import Inbox

# Grounds of the design's tokens on which white words can be read.
PRESETS = ("#0f6a65", "#215c99", "#2c6a2b", "#855000", "#b02a20", "#6b4a86", "#1f1b18")
Field = dict[str, Any]
_KEYS = ("identity_alg", "identity_jwks")


def editor(inbox: Inbox, draft: Draft, errors: rules.Errors) -> dict[str, Any]:
    """Context of templates/chat/settings/edit.html for one draft."""
    known = _Fields(errors)
    places = _places(errors)
    return {
        "inbox": inbox,
        "languages": languages(),
        "places": places,
        "texts": _texts(inbox, draft, known),
        "color": known.field("color", draft["color"]),
        "presets": [(one, rules.contrast(one)) for one in PRESETS],
        "default_color": DEFAULT_COLOR,
        "logo": known.field("logo", draft["logo"]) | {"url": logo(inbox, draft)},
        "choices": _choices(draft, known),
        "draft": draft,
        "questions": [_question(at, one, known) for at, one in enumerate(draft["questions"])],
        "questions_error": errors.get("questions", ""),
        "new_question": _question("NEW", _EMPTY_QUESTION, _Fields({})),
        "hours": _hours(draft["hours"], known),
        **{name: known.field(name, draft[name]) for name in ("search_url", "site", *_KEYS)},
        "origins": known.field("origins", "\n".join(draft["origins"])),
        "texts_per_minute": known.field("texts_per_minute", draft["texts_per_minute"]),
        "email_inbox": known.field("email_inbox", draft["email_inbox"]),
        "faults": sum(one["faults"] for one in places),
    }


_EMPTY_QUESTION: Draft = {
    "id": "",
    "kind": "text",
    "label": dict.fromkeys(rules.LANGUAGES, ""),
    "choices": [],
    "when": "waiting",
    "required": False,
}


class _Fields:
    """Fields by path; a path is also a field's name in the form."""

    def __init__(self, errors: rules.Errors) -> None:
        self.errors = errors

    def field(self, path: str, value: object) -> Field:
        name = path.replace(".", "-")
        return {"name": path, "id": f"f-{name}", "value": value, "error": self.errors.get(path, "")}

    def texts(self, path: str, values: dict[str, str]) -> list[Field]:
        """One field for each language."""
        return [
            self.field(f"{path}.{one['code']}", values.get(one["code"], "")) | {"lang": one}
            for one in languages()
        ]


def languages() -> list[dict[str, Any]]:
    """The languages of the product, each by its own name."""
    found = [get_language_info(code) for code in rules.LANGUAGES]
    return [
        {
            "code": one["code"],
            "name": one["name_local"][:1].upper() + one["name_local"][1:],
            "dir": "rtl" if one["bidi"] else "ltr",
        }
        for one in found
    ]


def labels() -> dict[str, str]:
    """What each setting is called on the screen, for lists of what changed."""
    return {
        "title": gettext("Title"),
        "greeting": gettext("Greeting"),
        "label": gettext("Words on the launcher"),
        "color": gettext("Colour"),
        "logo": gettext("Logo"),
        "position": gettext("Position"),
        "theme": gettext("Light or dark"),
        "hide_on_phones": gettext("Hide on phones"),
        "origins": gettext("Sites"),
        "texts_per_minute": gettext("Messages per minute"),
        "hours": gettext("Opening hours"),
        "questions": gettext("Questions"),
        "email_inbox": gettext("E-mail inbox"),
        "tracking": gettext("Visits"),
        "rating": gettext("Rating"),
        "transcript": gettext("Transcript"),
        "identity": gettext("Who the visitor is"),
        "identity_alg": gettext("Signature"),
        "identity_jwks": gettext("Address of the public keys"),
        "search_url": gettext("Search on your site"),
        "site": gettext("Name in the address"),
    }


def _places(errors: rules.Errors) -> list[dict[str, Any]]:
    """The sections and how many faults each has."""
    found = (
        ("look", gettext("Look"), ("color", "logo", "position", "theme", "hide_on_phones")),
        ("words", gettext("Words"), ("title", "greeting", "label")),
        ("questions", gettext("Questions"), ("questions",)),
        ("hours", gettext("Opening hours"), ("hours",)),
        ("service", gettext("Service"), ("email_inbox", "rating", "transcript", "search_url")),
        ("privacy", gettext("Privacy"), ("tracking", "identity", *_KEYS)),
        ("sites", gettext("Sites"), ("origins", "texts_per_minute")),
        ("install", gettext("Install"), ("site",)),
    )
    return [
        {"id": id_, "name": name, "faults": _count(errors, names)} for id_, name, names in found
    ]


def _count(errors: Iterable[str], names: tuple[str, ...]) -> int:
    return sum(path.partition(".")[0] in names for path in errors)


def _texts(inbox: Inbox, draft: Draft, known: _Fields) -> dict[str, list[Field]]:
    found = {}
    for name, most in rules.LENGTHS.items():
        fields = known.texts(name, draft[name])
        for field in fields:
            with translation.override(field["lang"]["code"]):
                field |= {"most": most, "placeholder": _built_in(inbox, name)}
        found[name] = fields
    return found


def _built_in(inbox: Inbox, name: str) -> str:
    """What stands where nothing is written, in the active language."""
    if name == "title":
        return inbox.name
    return gettext("Hello! How can we help?") if name == "greeting" else gettext("Chat with us")


def logo(inbox: Inbox, draft: Draft) -> str:
    """Where the editor sees the draft's logo; empty without one."""
    shown = Inbox(pk=inbox.pk, key=PREVIEW_KEY, settings={"logo": draft["logo"]})
    return logo_url(shown)


def _choices(draft: Draft, known: _Fields) -> list[Field]:
    """The settings that are one of a few, each choice in words."""
    found = (
        (
            "position",
            (
                ("end", gettext("Right"), gettext("In Hebrew on the left.")),
                ("start", gettext("Left"), gettext("In Hebrew on the right.")),
            ),
        ),
        (
            "theme",
            (
                ("", gettext("As the visitor's device"), ""),
                ("light", gettext("Always light"), ""),
                ("dark", gettext("Always dark"), ""),
            ),
        ),
        ("tracking", _tracking()),
        ("identity", _identity()),
    )
    return [known.field(name, draft[name]) | {"options": options} for name, options in found]


def _question(at: int | str, question: Draft, known: _Fields) -> Field:
    path = f"questions.{at}"
    choices = {
        code: "\n".join(one.get(code, "") for one in question["choices"]).rstrip()
        for code in rules.LANGUAGES
    }
    label = known.texts(f"{path}.label", question["label"])
    return {
        "key": at,
        "path": path,
        "id": known.field(f"{path}.id", question["id"]),
        "kind": known.field(f"{path}.kind", question["kind"]),
        "when": known.field(f"{path}.when", question["when"]),
        "required": question["required"],
        "label": label,
        "label_error": known.errors.get(f"{path}.label", ""),
        "choices": known.texts(f"{path}.choices", choices),
        "choices_error": known.errors.get(f"{path}.choices", ""),
    }


def _hours(hours: Draft | None, known: _Fields) -> dict[str, Any]:
    shown = hours or {"tz": "", "week": NEW_WEEK, "closed": []}
    names = dict(zip(DAYS, _days(), strict=True))
    return {
        "set": hours is not None,
        "error": known.errors.get("hours", ""),
        "tz": known.field("hours.tz", shown["tz"]),
        "zones": rules.zones(),
        "days": [
            known.field(f"hours.week.{day}", _shown_spans(shown["week"].get(day)))
            | {"label": names[day]}
            for day in DAYS
        ],
        "closed": known.field("hours.closed", [*shown["closed"], ""]),
    }


def _shown_spans(spans: list[list[str]] | None) -> list[list[str]]:
    """Time fields know no 24:00; a day without hours has one empty row."""
    return [[start, "00:00" if end == "24:00" else end] for start, end in spans or [["", ""]]]


def _days() -> tuple[str, ...]:
    return (
        gettext("Monday"),
        gettext("Tuesday"),
        gettext("Wednesday"),
        gettext("Thursday"),
        gettext("Friday"),
        gettext("Saturday"),
        gettext("Sunday"),
    )


def _tracking() -> tuple[tuple[str, str, str], ...]:
    return (
        (
            "off",
            gettext("Off"),
            gettext("Nothing is kept of visitors who do not write. No invitations."),
        ),
        (
            "session",
            gettext("This visit"),
            gettext("Agents see who is on the site now. Nobody is known again at the next visit."),
        ),
        (
            "consented",
            gettext("Visits, with consent"),
            gettext(
                "Visitors who agreed on your site are known again. Until they agree, this visit "
                "only."
            ),
        ),
    )


def _identity() -> tuple[tuple[str, str, str], ...]:
    return (
        (
            "open",
            gettext("Anybody may write"),
            gettext("A signed identity from your site is used where there is one."),
        ),
        (
            "enforced",
            gettext("Only people signed in to your site"),
            gettext("Without a valid signed identity the chat does not begin."),
        ),
    )


def brief(value: object) -> str:
    """A setting in a few words, where two of them are compared; empty if it takes more."""
    if isinstance(value, dict):
        texts = [one for one in value.values() if isinstance(one, str) and one]
        return " · ".join(dict.fromkeys(texts))[:200]
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(one for one in value if isinstance(one, str))[:200]
    return "" if value is None else str(value)
