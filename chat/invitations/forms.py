"""The editor of a trigger: rows of conditions and texts instead of JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.dates import WEEKDAYS
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from chat.invitations import conditions
from chat.invitations.conditions import FIELDS, OPERATORS, OPERATORS_OF, WITHOUT_VALUE
from chat.invitations.models import ANY_LANGUAGE, SILENT, Act, Trigger
from helpdesk.admin.scoped import ModelForm

MAX_TEXT, MAX_BUTTON = 300, 40
_SPARE_ROWS = 1
_ROW = ("field", "key", "op", "value")
_MOST_ROWS = 2 * conditions.MAX_CONDITIONS
_LINK = re.compile(r"(?:https?://[^\s/]|/(?![/\\]))[^\s\\]*")


class _Rendered(forms.Widget):
    """A widget whose template lies with the project's."""

    template = ""
    use_fieldset = True

    def id_for_label(self, id_: str | None, index: str = "0") -> str:
        """Its boxes have labels of their own."""
        del id_, index
        return ""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The template with this widget's context."""
        del renderer
        return render_to_string(self.template, self.get_context(name, value, attrs))


class ConditionRows(_Rendered):
    """Two groups of rows: what, how, with what. Spare rows are there without a script too."""

    template = "admin/invitations/conditions.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Rows as they were typed, also wrong ones, and a spare row each."""
        given = value if isinstance(value, Mapping) else {}
        blank = dict.fromkeys(_ROW, "")
        titles = (("all", _("All of these")), ("any", _("At least one of these")))
        groups = []
        for group, title in titles:
            typed = given.get(group)
            rows = [one for one in typed if isinstance(one, Mapping)] if typed else []
            shown = [{**blank, **one} for one in rows] + [blank] * _SPARE_ROWS
            groups.append({"name": f"{name}-{group}", "title": title, "rows": shown})
        return {
            "groups": groups,
            "fields": _fields_by_group(),
            "operators": [
                {
                    "name": op,
                    "label": label,
                    "kinds": " ".join(kind for kind, ops in OPERATORS_OF.items() if op in ops),
                    "bare": op in WITHOUT_VALUE,
                }
                for op, label in OPERATORS.items()
            ],
            "most": conditions.MAX_CONDITIONS,
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        """The rows that say something; an empty one is no mistake."""
        del files
        return {group: _typed_rows(data, f"{name}-{group}") for group in ("all", "any")}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never: no rows are also an answer."""
        del data, files, name
        return False


def _typed_rows(data: Any, prefix: str) -> list[dict[str, str]]:
    columns = [data.getlist(f"{prefix}-{column}")[:_MOST_ROWS] for column in _ROW]
    rows = (dict(zip(_ROW, cells, strict=True)) for cells in zip(*columns, strict=False))
    return [row for row in rows if row["field"] or row["value"].strip()]


def _fields_by_group() -> list[tuple[Any, list[conditions.Field]]]:
    found: dict[str, tuple[Any, list[conditions.Field]]] = {}
    for field in FIELDS.values():
        found.setdefault(str(field.group), (field.group, []))[1].append(field)
    return list(found.values())


class ConditionsField(forms.Field):
    """Conditions as JSON, checked against the allow-list."""

    widget = ConditionRows

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def clean(self, value: Any) -> dict[str, Any]:
        """What is stored; every mistake names its row."""
        try:
            return conditions.parse(value or {}).as_json()
        except conditions.InvalidConditionsError as error:
            raise forms.ValidationError(error.problems) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as they are stored."""
        try:
            return conditions.parse(initial or {}) != conditions.parse(data or {})
        except conditions.InvalidConditionsError:
            return True


class TextRows(_Rendered):
    """A text and a button's words for each language, each with its bubble beside it."""

    template = "admin/invitations/texts.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """One row for each language of the product, those of others that have a text, and "*"."""
        given = value if isinstance(value, Mapping) else {}
        codes = [code for code, _name in settings.LANGUAGES]
        others = sorted(set(given) - {*codes, ANY_LANGUAGE})
        rows = []
        for code in (*codes, *others, ANY_LANGUAGE):
            words = given.get(code)
            words = words if isinstance(words, Mapping) else {}
            rows.append(
                {
                    "code": code,
                    "label": _language_name(code),
                    "rtl": code in settings.LANGUAGES_BIDI,
                    "text": words.get("text", ""),
                    "button": words.get("button", ""),
                }
            )
        return {"name": name, "rows": rows, "max_text": MAX_TEXT, "max_button": MAX_BUTTON}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        """Languages that have a text or a button."""
        del files
        found = {}
        for code in data.getlist(f"{name}-language")[:40]:
            text = " ".join(data.get(f"{name}-{code}-text", "").split())
            button = " ".join(data.get(f"{name}-{code}-button", "").split())
            if text or button:
                found[code] = {"text": text, "button": button}
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never: no texts are also an answer."""
        del data, files, name
        return False


def _language_name(code: str) -> Any:
    if code == ANY_LANGUAGE:
        return _("All other languages")
    try:
        return get_language_info(code)["name_local"]
    except KeyError:
        return code


class TextsField(forms.Field):
    """Texts per language as JSON."""

    widget = TextRows

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def clean(self, value: Any) -> dict[str, Any]:
        """What is stored; raises ValidationError for what is too long or half."""
        problems = []
        for code, words in (value or {}).items():
            place = {"language": _language_name(code), "max": MAX_TEXT}
            if not re.fullmatch(r"[a-z]{2,3}|\*", code):
                problems.append(_("“%(language)s” is no language.") % place)
            if not words["text"]:
                problems.append(_("%(language)s: a button without a text.") % place)
            if len(words["text"]) > MAX_TEXT or len(words["button"]) > MAX_BUTTON:
                problems.append(_("%(language)s: at most %(max)d characters.") % place)
        if problems:
            raise forms.ValidationError(problems)
        return value or {}


class TriggerForm(ModelForm[Trigger]):
    """One trigger, as its author thinks of it."""

    conditions = ConditionsField(
        label=_("Conditions"),
        help_text=_(
            "Without conditions everybody is meant. What is not known of a visitor never "
            "holds, not even “is not”. A pattern may contain * for anything; regular "
            "expressions are not offered."
        ),
    )
    texts = TextsField(
        label=_("Texts"),
        help_text=_(
            "Visitors are only invited in their own language. What you write under “All other "
            "languages” goes to everybody else."
        ),
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=list(range(7)),
        error_messages={"required": _("Choose at least one day.")},
    )

    class Meta:
        model = Trigger
        fields = (
            "name", "inbox", "active", "priority", "event", "conditions", "action", "texts",
            "link", "tag", "show_agent", "begins", "ends", "goal", "horizon_days",
        )  # fmt: skip
        help_texts = {
            "name": _("For you. The site's own statistics may see it, visitors do not."),
        }
        widgets = {
            "begins": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "link": forms.TextInput(attrs={"size": 60, "dir": "ltr"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if inbox := self.fields.get("inbox"):
            # Widgets have an editor of their own.
            for way in ("add", "change", "view"):
                setattr(inbox.widget, f"can_{way}_related", False)
        if "days" in self.fields:
            bits = self.instance.weekdays
            self.initial["days"] = [day for day in range(7) if bits >> day & 1]

    def clean_link(self) -> str:
        """An address that a card may lead to; never one that runs a script."""
        link: str = self.cleaned_data["link"].strip()
        if link and not _LINK.fullmatch(link):
            raise forms.ValidationError(_("Begin with https:// or with /."))
        return link

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        action, begins, ends = cleaned.get("action"), cleaned.get("begins"), cleaned.get("ends")
        needs_text = action not in SILENT and action != Act.OPEN
        if needs_text and "texts" in cleaned and not cleaned["texts"]:
            self.add_error("texts", _("Write a text in at least one language."))
        if action == Act.CARD and "link" in cleaned and not cleaned["link"]:
            self.add_error("link", _("A card needs a link."))
        if action == Act.TAG and not cleaned.get("tag"):
            self.add_error("tag", _("Name the mark."))
        if begins is not None and begins == ends:
            self.add_error("ends", _("The span is empty."))
        if "days" in cleaned:
            self.instance.weekdays = sum(1 << day for day in cleaned["days"])
        return cleaned
