"""Drafts of a widget's settings: from the stored ones, and from a form that was sent.

A draft has the shape of the settings, with one text for each language everywhere, so that a
screen can show every field. rules.clean() turns it into settings again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import time
from itertools import zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.text import slugify

from chat.appearance import DAYS, Hours, Question, Text, Widget
from chat.settings.rules import LANGUAGES, LENGTHS, clean
from helpdesk.models import Inbox

Draft = dict[str, Any]
SIMPLE = (
    *("color", "logo", "position", "theme", "tracking", "search_url", "site"),
    *("identity", "identity_alg", "identity_jwks"),
)
FLAGS = ("hide_on_phones", "rating", "transcript")
NEW_WEEK = {day: [["09:00", "17:00"]] for day in DAYS[:5]}


def stored(inbox: Inbox, settings: object) -> Draft:
    """The draft of settings as they are, or once were."""
    widget = Widget.read(settings, name=inbox.name, language=inbox.language)
    return {
        **{name: getattr(widget, name) for name in (*SIMPLE, *FLAGS)},
        **{name: _spread(getattr(widget, name)) for name in LENGTHS},
        "origins": list(widget.origins),
        "texts_per_minute": widget.texts_per_minute,
        "email_inbox": widget.email_inbox,
        "hours": widget.hours and _hours(widget.hours),
        "questions": [_question(one) for one in widget.questions],
    }


def normal(inbox: Inbox, settings: object) -> dict[str, Any]:
    """Settings as saving them unchanged would write them: what two of them are compared by."""
    return clean(stored(inbox, settings))[0]


def _spread(text: Text) -> dict[str, str]:
    if isinstance(text, str):
        return dict.fromkeys(LANGUAGES, text)
    return {code: text.get(code, "") for code in LANGUAGES}


def _hours(hours: Hours) -> Draft:
    week = {day: [list(span) for span in spans] for day, spans in hours.week.items()}
    return {"tz": hours.tz, "week": week, "closed": list(hours.closed)}


def _question(question: Question) -> Draft:
    return {
        "id": question.id,
        "kind": question.kind,
        "label": _spread(question.label),
        "choices": [_spread(one) for one in question.choices],
        "when": question.when,
        "required": question.required,
    }


def sent(post: QueryDict) -> Draft:
    """The draft that a form carries. Never raises: what is wrong stays as it was typed."""
    return {
        **{name: post.get(name, "") for name in SIMPLE},
        **{name: name in post for name in FLAGS},
        **{name: _texts(post, name) for name in LENGTHS},
        "origins": post.get("origins", "").split(),
        "texts_per_minute": _number(post.get("texts_per_minute", "")),
        "email_inbox": _number(post.get("email_inbox", "")) or None,
        "hours": _sent_hours(post) if post.get("hours") == "set" else None,
        "questions": _sent_questions(post),
    }


def _texts(post: Mapping[str, Any], name: str) -> dict[str, str]:
    return {code: str(post.get(f"{name}.{code}", "")) for code in LANGUAGES}


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text


def _sent_hours(post: QueryDict) -> Draft:
    week = {
        day: [
            [_clock(start), "24:00" if (end := _clock(late)) == "00:00" else end]
            for start, late in zip_longest(
                post.getlist(f"hours.week.{day}.from"),
                post.getlist(f"hours.week.{day}.to"),
                fillvalue="",
            )
            if start or late
        ]
        for day in DAYS
    }
    closed = [day for day in post.getlist("hours.closed") if day]
    return {"tz": post.get("hours.tz", ""), "week": week, "closed": closed}


def _clock(text: str) -> str:
    """HH:MM of what a time field sends, which may have seconds."""
    with suppress(ValueError):
        return time.fromisoformat(text).strftime("%H:%M")
    return text


def _sent_questions(post: QueryDict) -> list[Draft]:
    """In the order of the rows on the screen; each row's key names its fields."""
    found: list[Draft] = []
    for key in post.getlist("question"):
        path = f"questions.{key}"
        label = _texts(post, f"{path}.label")
        taken = {one["id"] for one in found} | set(post.getlist(f"{path}.id"))
        found.append(
            {
                "id": post.get(f"{path}.id", "").strip() or _short_name(label, taken),
                "kind": post.get(f"{path}.kind", ""),
                "label": label,
                "choices": _sent_choices(post, path),
                "when": post.get(f"{path}.when", ""),
                "required": f"{path}.required" in post,
            }
        )
    return found


def _short_name(label: dict[str, str], taken: set[str]) -> str:
    """A name for a new question: the answers are kept under it for ever."""
    words = slugify(label["en"]) or next(filter(None, map(slugify, label.values())), "")
    start = words[:24].strip("-_") or "question"
    names = (start, *(f"{start}-{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)


def _sent_choices(post: QueryDict, path: str) -> list[dict[str, str]]:
    """One choice on each line; the same line of each language is the same choice."""
    columns = [
        [line.strip() for line in post.get(f"{path}.choices.{code}", "").splitlines()]
        for code in LANGUAGES
    ]
    rows = zip_longest(*columns, fillvalue="")
    return [dict(zip(LANGUAGES, row, strict=True)) for row in rows if any(row)]
