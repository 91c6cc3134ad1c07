"""Ready-made triggers: a start that can be edited, above all for visitors in trouble (R32, R34)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from chat.invitations import conditions
from chat.invitations.models import Act, Event, Goal, Trigger
from helpdesk.models import Inbox

Label = str | Promise
_YES: Label = gettext_lazy("Yes, please")


@dataclass(frozen=True, slots=True)
class Example:
    """One suggestion. every, some: rows as conditions.parse() reads them."""

    key: str
    name: Label
    why: Label
    text: Label
    event: str = Event.BEAT
    every: tuple[tuple[str, str, str], ...] = ()
    some: tuple[tuple[str, str, str], ...] = ()
    button: Label = field(default=_YES)
    action: str = Act.BUBBLE
    goal: str = Goal.ORDER
    priority: int = 100


_CHECKOUT = (("path", "like", "*/checkout*"), ("path", "like", "*/cart*"), ("step", "like", "*"))
EXAMPLES = (
    Example(
        "no-results",
        gettext_lazy("Search without results"),
        gettext_lazy("Who finds nothing leaves, or asks, if somebody offers it."),
        gettext_lazy("Nothing found? Tell us what you are looking for, we know the shelves."),
        event=Event.SEARCH,
        every=(("search_results", "at_most", "0"),),
        button=gettext_lazy("Ask"),
        priority=20,
    ),
    Example(
        "rage-clicks",
        gettext_lazy("Angry clicks"),
        gettext_lazy("Three quick clicks on the same spot: something does not work."),
        gettext_lazy("Does something not work? Tell us, we look at it together."),
        event=Event.DISTRESS,
        every=(("rage", "at_least", "1"),),
        goal=Goal.CHAT,
        priority=10,
    ),
    # The page counts to three by itself before it tells.
    Example(
        "form-errors",
        gettext_lazy("Repeated mistakes in a form"),
        gettext_lazy("Pages report it from the third refusal on: that is where people give up."),
        gettext_lazy("Is the form being difficult? We can help you with it right away."),
        event=Event.DISTRESS,
        every=(("errors", "at_least", "1"),),
        goal=Goal.ORDER,
        priority=10,
    ),
    Example(
        "idle-checkout",
        gettext_lazy("Long pause in the checkout"),
        gettext_lazy("A minute without a move before paying: a question is in the way."),
        gettext_lazy("Any question before you order? Delivery, returns, sizes: just ask."),
        event=Event.IDLE,
        every=(("idle_seconds", "at_least", "60"), ("cart_items", "at_least", "1")),
        some=_CHECKOUT,
        button=gettext_lazy("Ask a question"),
        priority=30,
    ),
    Example(
        "full-cart",
        gettext_lazy("Full cart for ten minutes"),
        gettext_lazy("Agents are told of a visitor with a full cart who does not go on."),
        "",
        every=(("cart_items", "at_least", "3"), ("cart_age", "at_least", "600")),
        action=Act.NOTIFY,
        goal=Goal.NONE,
        button="",
        priority=200,
    ),
    Example(
        "help-page",
        gettext_lazy("Two minutes on a help page"),
        gettext_lazy("Reading on and not finding it: the answer is one question away."),
        gettext_lazy("Did you find what you needed? If not, ask us here."),
        every=(("page_seconds", "at_least", "120"),),
        some=(("path", "contains", "help"), ("path", "contains", "faq"),
              ("path", "contains", "contact")),
        button=gettext_lazy("Ask"),
        goal=Goal.CHAT,
        priority=50,
    ),
)  # fmt: skip


def create(example: Example, inbox: Inbox | None, *, active: bool = False) -> Trigger:
    """A trigger of one's own from an example, in every language of the product."""
    rows = {
        group: [{"field": name, "op": op, "value": value} for name, op, value in given]
        for group, given in (("all", example.every), ("any", example.some))
    }
    return Trigger.objects.create(
        inbox=inbox,
        name=str(example.name)[:120],
        active=active,
        priority=example.priority,
        event=example.event,
        conditions=conditions.parse(rows).as_json(),
        action=example.action,
        texts=_texts(example),
        tag=example.key if example.action in (Act.NOTIFY, Act.TAG) else "",
        goal=example.goal,
    )


def _texts(example: Example) -> dict[str, Any]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            if text := str(example.text):
                found[code] = {"text": text, "button": str(example.button)}
    return found
