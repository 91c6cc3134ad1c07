"""Objects for tests, made the way the product makes them: conversations come in by receive()."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from helpdesk import inbound
from helpdesk.adapters import InboundMessage, Person
from helpdesk.models import (
    Agent,
    Conversation,
    Customer,
    Inbox,
    Role,
    Team,
    Template,
    TemplateVariant,
)

PASSWORD = "correct horse battery staple"
numbered: Any = Sequence


class _AgentFactory(DjangoModelFactory[Agent]):
    class Meta:
        model = Agent

    email = numbered(lambda n: f"agent{n}@parley.example")
    first_name = numbered(lambda n: f"Agent{n}")
    role = Role.AGENT

    @classmethod
    def _create(cls, model_class: type[Agent], *args: Any, **kwargs: Any) -> Agent:
        return model_class.objects.create_user(password=PASSWORD, **kwargs)


class _TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = numbered(lambda n: f"Team {n}")


class _InboxFactory(DjangoModelFactory[Inbox]):
    class Meta:
        model = Inbox

    name = numbered(lambda n: f"Inbox {n}")
    channel = "chat"


class _CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    name = numbered(lambda n: f"Customer {n}")


def agent(*, teams: Iterable[Team] = (), **facts: Any) -> Agent:
    """An agent who signs in with PASSWORD; `teams=[…]` makes him an active member."""
    made = _AgentFactory.create(**facts)
    for one in teams:
        one.members.add(made)
    return made


def team(**facts: Any) -> Team:
    return _TeamFactory.create(**facts)


def inbox(*, teams: Iterable[Team] = (), **facts: Any) -> Inbox:
    """A chat widget unless told otherwise; `teams=[…]` may answer in it."""
    made = _InboxFactory.create(**facts)
    made.teams.set(teams)
    return made


def customer(**facts: Any) -> Customer:
    return _CustomerFactory.create(**facts)


def inbound_message(address: str = "", body: str = "Hello", **facts: Any) -> InboundMessage:
    """A customer's message; a fresh verified visitor unless `address` names one."""
    person = Person(
        facts.pop("kind", "visitor"),
        address or uuid.uuid4().hex,
        name=facts.pop("name", "Tom Reed"),
        language=facts.pop("language", ""),
        verified=facts.pop("verified", True),
    )
    return InboundMessage(person, body, **facts)


def conversation(
    inbox: Inbox, address: str = "", body: str = "Hello", **facts: Any
) -> Conversation:
    """A new conversation that a customer started in `inbox`."""
    message, _created = inbound.receive(inbox, inbound_message(address, body, **facts))
    return Conversation.objects.select_related("customer", "inbox", "assignee").get(
        pk=message.conversation_id
    )


def template(shortcut: str, text: str, **form: Any) -> Template:
    """A template with one variant; `form` is its language, register or channel."""
    made = Template.objects.create(name=shortcut.title(), shortcut=shortcut)
    TemplateVariant.objects.create(template=made, text=text, **form)
    return made
