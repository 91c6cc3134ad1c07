"""Values of acts as they come from outside: each kind checked, and cleaned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.models import Agent, Priority, Queue, Tag
from helpdesk.permissions import inboxes
from helpdesk.phrasing import texts
from helpdesk.selectors.work import colleagues
from helpdesk.services import conversations
from helpdesk.services.text import clean

MOST_HOURS = 720
LONGEST_TEXT = 5000

# Kinds of values: what comes from outside, cleaned. Each raises ValueError with words.
Check = Callable[[Any, Agent], Any]


def _one_agent(value: Any, by: Agent) -> int:
    found = _pk(value) and colleagues(by).filter(pk=value).exists()
    if not found:
        raise ValueError(_("There is no such agent."))
    return int(value)


def _one_queue(value: Any, by: Agent) -> int:
    if not (_pk(value) and queues(by).filter(pk=value).exists()):
        raise ValueError(_("There is no such queue."))
    return int(value)


def queues(by: Agent) -> QuerySet[Queue]:
    """The queues of the inboxes that this agent sees."""
    return Queue.objects.filter(inboxes__in=inboxes(by)).distinct()


def _pk(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _hours(value: Any, _by: Agent) -> int:
    if not (_pk(value) and value <= MOST_HOURS):
        raise ValueError(_("From 1 to %(n)d hours.") % {"n": MOST_HOURS})
    return int(value)


def _reason(value: Any, _by: Agent) -> str:
    if value not in conversations.REASONS:
        raise ValueError(_("There is no such reason."))
    return str(value)


def _urgency(value: Any, _by: Agent) -> int:
    if isinstance(value, bool) or value not in Priority.values:
        raise ValueError(_("There is no such priority."))
    return int(value)


def _one_tag(value: Any, _by: Agent) -> str:
    name = value if isinstance(value, str) else ""
    found = Tag.objects.filter(name__iexact=name.replace("\x00", "")).first()
    if found is None:
        raise ValueError(_("There is no such tag."))
    return found.name


def _words(value: Any, _by: Agent) -> str:
    text = clean(value, LONGEST_TEXT + 1).strip() if isinstance(value, str) else ""
    if not text:
        raise ValueError(_("Write the text."))
    if len(text) > LONGEST_TEXT:
        raise ValueError(_("At most %(n)d characters.") % {"n": LONGEST_TEXT})
    fault = texts.fault(text)
    if fault and fault.kind == "fact":
        raise ValueError(_("There is no placeholder called %(names)s.") % {"names": fault.what})
    if fault:
        raise ValueError(_("A placeholder is broken: it has to look like {{ customer.name }}."))
    return text


def _nothing(value: Any, _by: Agent) -> None:
    if value not in {None, ""}:
        raise ValueError(_("This needs no value."))


VALUES: dict[str, Check] = {
    "agent": _one_agent,
    "queue": _one_queue,
    "hours": _hours,
    "reason": _reason,
    "priority": _urgency,
    "tag": _one_tag,
    "text": _words,
    "": _nothing,
}
