"""The words of views, filters, tags and of what is done to many conversations at once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from helpdesk.models import Agent, Priority, State
from helpdesk.permissions import Action, can
from helpdesk.selectors import filters
from helpdesk.selectors.menu import Choice
from helpdesk.web.plurals import SAMPLES, Words
from helpdesk.web.work_words import named


def views() -> Words:
    """Every word that the scripts of this part show."""
    return {**_views(), **_tags(), **_many()}


def tabs(agent: Agent) -> list[dict[str, Any]]:
    """The fixed views in their order; the first four are tabs, the rest stand in the menu."""
    everything = (
        pgettext("conversations", "All") if can(agent, Action.SHARE_WITH_ALL) else _("Team")
    )
    labels = {
        "mine": _("Mine"),
        "all": everything,
        "unassigned": _("Unassigned"),
        "late": pgettext("view", "Late"),
        "live": pgettext("chats", "Live"),
        "snoozed": _("Snoozed"),
        "mentions": _("Mentions"),
        "resolved": _("Resolved"),
    }
    icons = {"live": "clock", "snoozed": "snooze", "mentions": "at", "resolved": "done"}
    return [
        {"name": name, "label": label, "icon": icons.get(name, ""), "tab": name not in icons}
        for name, label in labels.items()
    ]


def bulk_menus() -> list[tuple[str, str, str]]:
    """The menus of the bar of many: name, icon, label."""
    return [
        ("assign", "userplus", _("Assign")),
        ("snooze", "snooze", _("Snooze")),
        ("resolve", "done", _("Resolve")),
        ("tags", "tag", _("Tags")),
    ]


def _views() -> Words:
    return {
        "view.new": _("New view"),
        "view.edit": _("Change this view"),
        "view.more": _("More views"),
        "view.own": _("Your views"),
        "view.shared": _("Shared with you"),
        "view.by": _("by {name}"),
        "view.saved": _("The view is saved"),
        "view.deleted": _("The view is deleted"),
        "view.sure": _("Delete “{name}”? Nothing happens to its conversations."),
        "view.finds": {
            key: ngettext("{n} conversation", "{n} conversations", n) for key, n in SAMPLES.items()
        },
        "view.finds.many": _("More than {n} conversations"),
        "view.choose": _("Choose"),
        "view.remove": _("Remove this row"),
        "row.due": _("Answer by {time}"),
        "row.due.other": _("Due {time}"),
        "row.late": _("Late by {time}"),
    }


def _tags() -> Words:
    return {
        "tag.menu": _("Tags"),
        "tag.find": _("Find a tag"),
        "tag.make": _("Make the tag “{name}”"),
        "tag.none": _("No tag is called like that. Supervisors make new ones."),
        "tag.empty": _("There are no tags yet. Supervisors make them in Settings."),
        "line.tagged": _("{actor} added the tag {names}"),
        "line.untagged": _("{actor} took off the tag {names}"),
    }


def _many() -> Words:
    return {
        "many.n": {key: ngettext("{n} chosen", "{n} chosen", n) for key, n in SAMPLES.items()},
        "many.all": {
            key: ngettext("Choose the {n} shown", "Choose all {n} shown", n)
            for key, n in SAMPLES.items()
        },
        "many.done": {
            key: ngettext("{n} conversation changed", "{n} conversations changed", n)
            for key, n in SAMPLES.items()
        },
        "many.refused": {
            key: ngettext("{n} was refused: {why}", "{n} were refused: {why}", n)
            for key, n in SAMPLES.items()
        },
        "many.working": _("{n} of {all} …"),
        "row.choose": _("Choose {name}"),
    }


def named_fields(choices: dict[str, list[Choice]]) -> dict[str, Any]:
    """The fields of a filter with their words, operators and choices, for the builder."""
    labels, ops = _fields(), _operators()
    offered = {**choices, **_fixed_choices()}
    channels = [{"name": name, "label": name} for name, _label in choices["channel"]]
    offered["channel"] = [(one["name"], one["label"]) for one in named(channels)]
    offered["language"] = [(code, str(name)) for code, name in choices["language"]]
    offered["assignee"] = [*_fixed_choices()["assignee"], *choices["assignee"]]
    return {
        "fields": [
            {
                "name": name,
                "label": labels[name],
                "kind": field.kind,
                "ops": [{"name": op, "label": ops[_key(field.kind, op)]} for op in field.ops],
                "choices": [
                    {"value": value, "label": text} for value, text in offered.get(name, [])
                ],
            }
            for name, field in filters.FIELDS.items()
        ],
        "share": [{"value": value, "label": text} for value, text in choices["share"]],
        "everyone": bool(choices["everyone"]),
        "most": filters.MOST_ROWS,
    }


def _key(kind: str, op: str) -> str:
    return f"{kind}.{op}" if f"{kind}.{op}" in _operators() else op


def _fixed_choices() -> dict[str, list[Choice]]:
    return {
        "state": [(value, str(label)) for value, label in State.choices],
        "priority": [(value, str(label)) for value, label in Priority.choices],
        "assignee": [("me", _("Me")), ("nobody", _("Nobody")), ("anybody", _("Anybody"))],
        "vip": [(True, _("yes")), (False, _("no"))],
        "unread": [(True, _("yes")), (False, _("no"))],
    }


def _fields() -> dict[str, str]:
    return {
        "state": _("State"),
        "assignee": _("Assigned to"),
        "team": _("Team"),
        "inbox": _("Inbox"),
        "channel": _("Channel"),
        "tag": _("Tag"),
        "language": _("Language"),
        "vip": _("VIP"),
        "priority": _("Priority"),
        "waiting": _("Customer waits"),
        "last_message": _("Last message"),
        "created": pgettext("conversation", "Started"),
        "unread": _("Unread messages"),
        "subject": _("Subject"),
        "preview": _("Last words"),
    }


def _operators() -> dict[str, str]:
    return {
        "any": _("is one of"),
        "none": _("is none of"),
        "all": _("has all of"),
        "is": pgettext("operator", "is"),
        "is_not": pgettext("operator", "is not"),
        "flag.is": pgettext("operator", "is"),
        "minutes.longer": _("longer than (minutes)"),
        "days.within": _("in the last (days)"),
        "days.longer": _("longer ago than (days)"),
        "contains": _("contains"),
        "without": _("does not contain"),
    }
