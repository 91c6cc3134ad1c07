"""Templates in the admin: variants, tone, figures, files in and out, proposals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from helpdesk.admin import template_csv
from helpdesk.models import Conversation, Template, TemplateUse, TemplateVariant
from helpdesk.services import messages
from tests import factories
from tests.admin.desk import Desk
from tests.admin.test_people import rows

ADD = "admin:helpdesk_template_add"
LIST = "admin:helpdesk_template_changelist"
IMPORT = "admin:helpdesk_template_import"


def form(text: str, **variant: Any) -> dict[str, Any]:
    fields = {"language": "", "register": "neutral", "channel": "", "text": text, **variant}
    head = {"name": "New", "shortcut": "new", "state": "active"}
    return head | rows("variants", fields) | rows("files")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {{ customer.shoe_size }}", "Line 1, column 10: Unknown placeholder: customer.shoe"),
        ("Hello\n{{ Customer.Name }}", "Line 2, column 4: Unknown placeholder: Customer.Name"),
        ("Hello {{ customer.name", "Line 1, column 7: This cannot be read"),
        ("{{ agent.name }} {{ request.user.password }}", "request.user.password"),
        ("{{ customer.name|upper }}", "Unknown filter: upper"),
    ],
)
def test_what_cannot_be_filled_is_refused(desk: Desk, text: str, said: str) -> None:
    answer = desk.browser("supervisor").post(reverse(ADD), form(text))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Template.objects.filter(shortcut="new").exists()


def test_a_good_template_is_kept_with_its_author(desk: Desk) -> None:
    client = desk.browser("supervisor")
    assert "{{ conversation.subject" in client.get(reverse(ADD)).content.decode()
    text = '<b>שלום</b> {{ customer.first_name | default: "there" }}, {{agent.name}}'
    assert client.post(reverse(ADD), form(text)).status_code == 302
    made = Template.objects.get(shortcut="new")
    assert (made.variants.get().text, made.updated_by) == (text, desk.supervisor)
    listed = client.get(reverse(LIST)).content.decode()
    assert '<span dir="auto">&lt;b&gt;שלום&lt;/b&gt; there, …</span>' in listed


def test_the_same_variant_twice_and_none_at_all(desk: Desk) -> None:
    client = desk.browser("supervisor")
    one = {"language": "pl", "register": "formal", "channel": "", "text": "Hi"}
    head = {"name": "New", "shortcut": "new", "state": "active", **rows("files")}
    assert client.post(reverse(ADD), head | rows("variants", one, one)).status_code == 200
    assert client.post(reverse(ADD), head | rows("variants")).status_code == 200
    assert not Template.objects.filter(shortcut="new").exists()


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        ({"text": "Masz kod i Państwa paczkę.", "register": "informal"}, "“Państwa” and “Masz”"),
        ({"text": "Masz kod.", "register": "formal"}, "“Masz” does not fit"),
        ({"text": "Masz kod.", "register": "informal"}, ""),
    ],
)
def test_an_odd_tone_is_said_and_not_forbidden(
    desk: Desk, variant: dict[str, str], said: str
) -> None:
    answer = desk.browser("supervisor").post(
        reverse(ADD), form(language="pl", **variant), follow=True
    )
    page = answer.content.decode()
    assert Template.objects.filter(shortcut="new").exists()
    assert ("messagelist" in page and 'class="warning"' in page) == bool(said)
    assert said in page


def used(desk: Desk, template: Template, *bands: str) -> None:
    conversation = Conversation.objects.get(customer=desk.own_customer)
    for band in bands:
        message, _new = messages.reply(conversation.pk, by=desk.admin, body="Yes")
        TemplateUse.objects.create(
            template=template,
            message=message,
            agent=desk.agent,
            inbox=desk.own,
            edit=0.5,
            band=band,
            at=datetime.now(UTC),
        )


def test_what_is_always_rewritten_needs_repair(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    broken, good = factories.template("broken", "a"), factories.template("good", "b")
    used(desk, broken, *["rewritten"] * 9, "verbatim")
    used(desk, good, *["personalised"] * 3, "verbatim")
    client = desk.browser("supervisor")
    with django_assert_max_num_queries(12):
        page = client.get(reverse(LIST)).content.decode()
    assert page.count("Needs repair") == 1
    assert "90 %" in page
    assert "25 %" in page
    shown = client.get(reverse("admin:helpdesk_template_change", args=[broken.pk]))
    assert "10 (Word for word 10 %" in shown.content.decode()


def test_proposals_are_accepted_and_refused(desk: Desk) -> None:
    made = [factories.template(name, "a") for name in ("first", "second")]
    Template.objects.filter(pk__in=[one.pk for one in made]).update(state="proposed")
    client = desk.browser("supervisor")
    for one, action in zip(made, ("accept", "refuse"), strict=True):
        told = {"reason": f"{action}: the first says it."}
        client.post(reverse(LIST), {"action": action, "_selected_action": [one.pk], **told})
    states = dict(Template.objects.values_list("shortcut", "state"))
    assert (states["first"], states["second"]) == ("active", "refused")
    refusals = dict(Template.objects.values_list("shortcut", "refusal"))
    assert (refusals["first"], refusals["second"]) == ("", "refuse: the first says it.")
    Template.objects.update(proposed_by=desk.agent)
    assert "refuse: the first says it." in desk.browser("agent").get("/templates/").content.decode()


def upload(desk: Desk, text: str, who: str = "supervisor") -> str:
    file = SimpleUploadedFile("t.csv", text.encode())
    answer = desk.browser(who).post(reverse(IMPORT), {"file": file})
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


HEAD = "shortcut,name,language,register,text\n"
GOOD = HEAD + 'new,New,pl,formal,"Dzień dobry, {{ customer.name }}"\nhello,Hello,,,Hi all\n'


def test_a_file_is_shown_first_and_then_written(desk: Desk) -> None:
    page = upload(desk, GOOD)
    assert "What this file would do" in page
    assert not Template.objects.filter(shortcut="new").exists()
    answer = desk.browser("supervisor").post(reverse(IMPORT), {"text": GOOD, "write": "1"})
    assert answer.status_code == 302
    assert TemplateVariant.objects.get(template__shortcut="new").register == "formal"
    assert TemplateVariant.objects.get(template__shortcut="hello").text == "Hi all"
    assert Template.objects.get(shortcut="new").updated_by == desk.supervisor


def test_one_bad_line_and_nothing_is_written(desk: Desk) -> None:
    bad = GOOD + "b ad,,xx,loud,{{ x }}\nnew,New,pl,formal,again\n"
    page = upload(desk, bad)
    for said in ("Unknown language: xx", "Unknown form of address: loud", "same variant as line 2",
                 "Unknown placeholder: x", "Letters, digits"):  # fmt: skip
        assert said in page
    desk.browser("supervisor").post(reverse(IMPORT), {"text": bad, "write": "1"})
    assert not Template.objects.filter(shortcut="new").exists()
    assert "Missing columns: text" in upload(desk, "shortcut,name\na,b\n")
    assert "not UTF-8" in _raw(desk, b"\xff\xfe\x00")


def _raw(desk: Desk, content: bytes) -> str:
    answer = desk.browser("supervisor").post(
        reverse(IMPORT), {"file": SimpleUploadedFile("t.csv", content)}
    )
    return answer.content.decode()


def test_what_goes_out_comes_back_the_same(desk: Desk) -> None:
    factories.template("formula", "=1+1 {{ customer.name }}", language="pl", channel="sms")
    text = desk.browser("supervisor").get(reverse("admin:helpdesk_template_export"))
    content = text.content.decode()
    assert "'=1+1" in content
    sheet = template_csv.read(content)
    assert not sheet.errors
    assert {row["text"] for row in sheet.rows} == {
        "=1+1 {{ customer.name }}",
        "Hello {{ customer.name }}",
    }


@pytest.mark.parametrize("name", [IMPORT, "admin:helpdesk_template_export", LIST])
def test_agents_have_no_way_in(desk: Desk, name: str) -> None:
    assert desk.browser("agent").get(reverse(name)).status_code in {302, 403}
