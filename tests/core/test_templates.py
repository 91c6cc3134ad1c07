"""Templates as the composer gets them, and what is written down of their use."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from helpdesk.models import (
    AddressForm,
    Conversation,
    Template,
    TemplateState,
    TemplateUse,
    TemplateVariant,
)
from helpdesk.phrasing import edits
from helpdesk.realtime import payloads
from helpdesk.selectors import templates as reads
from helpdesk.services import messages, proposals, templates
from tests import factories
from tests.core.conftest import Desk

HI = "Hi {{ customer.first_name }}, your order is on its way and will be with you soon."


@pytest.fixture
def conversation(desk: Desk) -> Conversation:
    made = factories.conversation(desk.inbox, name="Tom Ashworth")
    Conversation.objects.filter(pk=made.pk).update(language="pl")
    made.refresh_from_db()
    return made


@pytest.fixture
def greeting(desk: Desk) -> Template:
    made = factories.template("hi", HI, language="en")
    for register, text in (("formal", "Dzień dobry Państwu"), ("informal", "Cześć, co masz?")):
        TemplateVariant.objects.create(template=made, language="pl", register=register, text=text)
    return made


@pytest.fixture
def client(desk: Desk) -> Client:
    made = Client()
    made.force_login(desk.agent)
    return made


def offered(client: Client, conversation: Conversation, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/templates/?conversation={conversation.pk}&q={query}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    return found


def test_the_inbox_decides_the_form_of_address_and_the_customer_over_it(
    desk: Desk, client: Client, conversation: Conversation, greeting: Template
) -> None:
    def shown() -> tuple[str, str, str]:
        one = offered(client, conversation)[0]
        assert one["variants"][one["chosen"]]["text"] == one["text"]
        return one["language"], one["register"], one["warning"]

    assert shown() == ("pl", "formal", "register"), "neutral is wanted, and there is none"
    AddressForm.objects.create(inbox=desk.inbox, language="pl", register="informal")
    assert shown() == ("pl", "informal", "")
    conversation.customer.register = "formal"
    conversation.customer.save()
    assert shown() == ("pl", "formal", "")
    Conversation.objects.update(language="fi")
    assert shown() == ("en", "neutral", "language")


def test_an_inbox_switched_to_informal_switches_every_template(
    desk: Desk, client: Client, conversation: Conversation
) -> None:
    for number in range(4):
        made = factories.template(f"t{number}", "Pan", language="pl", register="formal")
        TemplateVariant.objects.create(
            template=made, language="pl", register="informal", text="ty {{ customer.first_name }}"
        )
    AddressForm.objects.create(inbox=desk.inbox, register="informal")
    assert {one["text"] for one in offered(client, conversation)} == {"ty Tom"}


def test_search_looks_into_names_shortcuts_and_words(
    client: Client, conversation: Conversation, greeting: Template
) -> None:
    factories.template("bye", "See you")
    for query, names in (("hi", ["Hi"]), ("pań", ["Hi"]), ("SEE", ["Bye"]), ("nothing", [])):
        assert [one["name"] for one in offered(client, conversation, query)] == names


def test_only_templates_in_use_are_offered(
    client: Client, conversation: Conversation, greeting: Template
) -> None:
    Template.objects.update(state=TemplateState.PROPOSED)
    assert offered(client, conversation) == []


def send(client: Client, conversation: Conversation, body: str, *taken: dict[str, Any]) -> int:
    answer = client.post(
        f"/api/v1/conversations/{conversation.pk}/messages/",
        {"body": body, "templates": list(taken), "client_id": str(uuid.uuid4())},
        content_type="application/json",
    )
    return answer.status_code


@pytest.mark.django_db(transaction=True)
def test_each_use_is_measured(
    desk: Desk, client: Client, conversation: Conversation, greeting: Template
) -> None:
    text = "Hi Tom, your order is on its way and will be with you soon."
    taken = {"id": greeting.pk, "text": text}
    assert send(client, conversation, text, taken) == 201
    assert send(client, conversation, "Good news! " + text, taken) == 201
    assert send(client, conversation, "Something else entirely", taken) == 201
    uses = list(TemplateUse.objects.order_by("pk"))
    assert [one.band for one in uses] == ["verbatim", "personalised", "rewritten"]
    assert uses[1].edit == pytest.approx(2 / 16)
    assert {(one.agent, one.template, one.inbox) for one in uses} == {
        (desk.agent, greeting, desk.inbox)
    }
    assert {one.variant.text for one in uses if one.variant} == {HI}
    shown = offered(client, conversation)[0]
    assert (shown["sent_before"], shown["verbatim_here"]) == (True, False)
    assert send(client, conversation, text, taken) == 201
    assert offered(client, conversation)[0]["verbatim_here"], "the third time is coming"
    mine, rows = reads.own_figures(desk.agent)
    assert (mine.sent, mine.verbatim, mine.personalised, mine.rewritten) == (4, 2, 1, 1)
    assert [(one, usage.sent) for one, usage in rows] == [(greeting, 4)]
    assert reads.own_figures(desk.supervisor) == (reads.Usage(), [])
    assert reads.usage([greeting.pk])[greeting.pk].personal == 0.5


@pytest.mark.django_db(transaction=True)
def test_an_exempt_template_counts_not_towards_the_aim(
    desk: Desk, client: Client, conversation: Conversation, greeting: Template
) -> None:
    Template.objects.update(exempt=True)
    send(client, conversation, "Hi", {"id": greeting.pk, "text": "Hi"})
    mine, rows = reads.own_figures(desk.agent)
    assert (mine.sent, len(rows)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_measuring_never_costs_a_message(
    client: Client, conversation: Conversation, greeting: Template, caplog: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert send(client, conversation, "Hi", {"id": 999_999, "text": "Hi"}) == 201
    Template.objects.all().delete()
    assert send(client, conversation, "Hi again", {"id": greeting.pk, "text": "Hi"}) == 201
    monkeypatch.setattr(edits, "band", lambda _share: "unheard of")
    kept = factories.template("kept", "Hi")
    assert send(client, conversation, "Hi more", {"id": kept.pk, "text": "Hi"}) == 201
    assert not TemplateUse.objects.exists()
    assert "Error calling" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_repeated_send_is_measured_once_and_a_note_never(
    desk: Desk, client: Client, conversation: Conversation, greeting: Template
) -> None:
    once = uuid.uuid4()
    taken = [{"id": greeting.pk, "text": "Hi"}, {"id": greeting.pk, "text": "Hi"}]
    for _time in range(2):
        messages.reply(conversation.pk, by=desk.agent, body="Hi", client_id=once, taken=taken)
    assert TemplateUse.objects.count() == 1
    note = {"body": "Hi", "internal": True, "templates": taken}
    url = f"/api/v1/conversations/{conversation.pk}/messages/"
    assert client.post(url, note, content_type="application/json").status_code == 201
    assert TemplateUse.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_customer_hears_nothing_of_templates(
    desk: Desk, conversation: Conversation, greeting: Template
) -> None:
    taken = [{"id": greeting.pk, "text": "Hi"}]
    message, _new = messages.reply(conversation.pk, by=desk.agent, body="Hi", taken=taken)
    assert TemplateUse.objects.exists()
    assert "template" not in str(payloads.visitor_message(payloads.message(message)))
    assert "templates" not in message.meta


def test_what_is_used_here_comes_first(
    desk: Desk, client: Client, conversation: Conversation
) -> None:
    made = [factories.template(name, name) for name in ("a", "b", "c")]
    Template.objects.filter(pk=made[0].pk).update(uses=9)
    here = factories.conversation(desk.inbox, "somebody-else")
    for template, where in ((made[2], here), (made[1], factories.conversation(desk.elsewhere))):
        message, _new = messages.reply(where.pk, by=desk.agent, body="x")
        templates.measure(message, [{"id": template.pk, "text": "x"}], by=desk.agent)
    assert [one["shortcut"] for one in offered(client, conversation)] == ["c", "a", "b"]
    assert not any(one["sent_before"] for one in offered(client, conversation))


def test_the_list_costs_the_same_for_one_and_for_many(
    client: Client, conversation: Conversation, django_assert_num_queries: Any
) -> None:
    factories.template("one", "one")
    offered(client, conversation)
    for many in (1, 25):
        for number in range(many):
            factories.template(f"t{many}-{number}", "words", language="pl", register="formal")
        # session, agent, conversation, inbox, uses of the customer, form of address, uses here,
        # templates, variants, files
        with django_assert_num_queries(9):
            assert len(offered(client, conversation)) == min(30, 1 + many + (many == 25))


@pytest.mark.parametrize("text", ["Hi {{ request }}", "Hi [[name]]", " ", "{% if"])
def test_a_proposal_needs_words_that_can_be_used(client: Client, text: str) -> None:
    body = {"name": "Good words", "text": text}
    answer = client.post("/api/v1/templates/", body, content_type="application/json")
    assert answer.status_code == 400
    assert not Template.objects.exists()


def test_a_proposal_waits_for_an_editor(desk: Desk, client: Client) -> None:
    body = {"name": "Good words", "text": "As soon as it is here.", "language": "en"}
    answer = client.post("/api/v1/templates/", body, content_type="application/json")
    made = Template.objects.get(pk=answer.json()["id"])
    assert (made.state, made.proposed_by) == ("proposed", desk.agent)
    assert client.get("/api/v1/templates/").json() == []
    assert proposals.decide([made.pk], TemplateState.ACTIVE, by=desk.supervisor) == 1
    assert proposals.decide([made.pk], TemplateState.REFUSED, by=desk.supervisor) == 0
    assert [one["name"] for one in client.get("/api/v1/templates/").json()] == ["Good words"]
