"""The widgets' screens: who may open them, what is saved, what is never shown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chat.appearance import Widget
from helpdesk import permissions
from helpdesk.models import Agent, Attachment, Inbox, Role
from helpdesk.permissions import Action
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/settings/widgets/"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NASTY = '"><script>alert(1)</script>{{ 7|add:7 }}<img src=x onerror=alert(1)>'


@dataclass
class Shop:
    """`own` is the supervisor's team's widget, `other` nobody's he knows."""

    own: Inbox
    other: Inbox
    admin: Agent
    supervisor: Agent
    agent: Agent

    def browser(self, who: str = "admin") -> Client:
        client = Client()
        client.force_login(getattr(self, who))
        return client

    def page(self, suffix: str = "") -> str:
        return f"{LIST}{self.own.pk}/{suffix}"


@pytest.fixture
def shop(db: None) -> Shop:
    team = factories.team()
    return Shop(
        own=factories.inbox(name="Shop", key="shop-key", teams=[team]),
        other=factories.inbox(name="Other", key="other-key"),
        admin=factories.agent(role=Role.ADMIN, first_name="Ada"),
        supervisor=factories.agent(role=Role.SUPERVISOR, teams=[team]),
        agent=factories.agent(teams=[team]),
    )


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Supervisors may edit inboxes, as a later role might."""
    more = permissions.CAPABILITIES[Role.SUPERVISOR] | {Action.EDIT_INBOXES}
    monkeypatch.setitem(permissions.CAPABILITIES, Role.SUPERVISOR, more)


def form(client: Client, path: str, **changed: Any) -> dict[str, Any]:
    """What a browser would send of the editor as it stands, with these fields changed."""
    page = client.get(path).content.decode()
    base = re.search(r'name="base" value="([^"]+)"', page)
    assert base
    fields = {"base": base[1], "rating": "on", "transcript": "on", "color": "#0f6a65"}
    fields |= {"position": "end", "tracking": "off", "identity": "open", "texts_per_minute": "30"}
    fields |= {"identity_alg": "HS256"}
    return fields | changed


def save(client: Client, path: str, **changed: Any) -> Any:
    return client.post(path, form(client, path, **changed))


def settings(inbox: Inbox) -> Any:
    inbox.refresh_from_db()
    return inbox.settings


def content(answer: Any) -> bytes:
    """A file that was sent; reading it to its end closes it."""
    return b"".join(answer.streaming_content)


PAGES = ("", "preview/", "logo/", "secret/", "logo/0190b0f4-0000-7000-8000-000000000000/")


@pytest.mark.parametrize("suffix", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_right_nothing_opens(shop: Shop, suffix: str, method: str) -> None:
    for who in ("supervisor", "agent"):
        assert getattr(shop.browser(who), method)(shop.page(suffix)).status_code in (403, 405)
    answer = getattr(Client(), method)(shop.page(suffix))
    assert answer.status_code in (302, 405)
    assert settings(shop.own) == {}
    assert shop.own.secrets == {}


@pytest.mark.parametrize("suffix", PAGES)
def test_the_right_ends_at_the_team(shop: Shop, trusted: None, suffix: str) -> None:
    client = shop.browser("supervisor")
    foreign = f"{LIST}{shop.other.pk}/{suffix}"
    assert {client.get(foreign).status_code, client.post(foreign).status_code} <= {404, 405}
    listed = client.get(LIST).content.decode()
    assert "Shop" in listed
    assert "Other" not in listed
    mailbox = factories.inbox(channel="email", name="Mail")
    assert client.get(f"{LIST}{mailbox.pk}/").status_code == 404


def test_the_settings_name_the_page_for_editors_only(shop: Shop) -> None:
    assert f'href="{LIST}"' in shop.browser().get("/settings/").content.decode()
    assert f'href="{LIST}"' not in shop.browser("supervisor").get("/settings/").content.decode()


def test_the_list_asks_as_much_for_many(
    shop: Shop, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        factories.inbox(teams=[factories.team()])
    client = shop.browser()
    with django_assert_max_num_queries(6):
        assert client.get(LIST).status_code == 200


def test_saved_for_visitors_and_recorded(shop: Shop) -> None:
    Inbox.objects.filter(pk=shop.own.pk).update(settings={"invite_cap": 3})
    client = shop.browser()
    changed = {
        "color": "#215c99",
        "greeting.en": "Moin",
        "hours": "set",
        "hours.tz": "Europe/Warsaw",
        "hours.week.mon.from": ["09:00", ""],
        "hours.week.mon.to": ["00:00", ""],
        "question": ["n1", "n2"],
        "questions.n1.label.en": "Order number?",
        "questions.n1.kind": "text",
        "questions.n1.when": "before",
        "questions.n2.label.pl": "Order number?",
        "questions.n2.kind": "choice",
        "questions.n2.when": "waiting",
        "questions.n2.required": "on",
        "questions.n2.choices.en": "One\r\nTwo\r\n",
        "questions.n2.choices.pl": "Jeden",
    }
    assert save(client, shop.page(), **changed).status_code == 302
    kept = settings(shop.own)
    assert kept.pop("questions") == [
        {
            "id": "order-number",
            "kind": "text",
            "label": {"en": "Order number?"},
            "when": "before",
            "required": False,
        },
        {
            "id": "order-number-2",
            "kind": "choice",
            "label": {"pl": "Order number?"},
            "when": "waiting",
            "required": True,
            "choices": [{"en": "One", "pl": "Jeden"}, {"en": "Two"}],
        },
    ]
    assert kept == {
        "invite_cap": 3,
        "color": "#215c99",
        "greeting": {"en": "Moin"},
        "hours": {"tz": "Europe/Warsaw", "week": {"mon": [["09:00", "24:00"]]}, "closed": []},
    }
    assert "Moin" in Client().get("/chat/shop-key/?language=en").content.decode()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (shop.admin, str(shop.own.pk))
    assert {"color", "greeting", "hours", "questions"} == set(
        json.loads(entry.change_message)[0]["changed"]["fields"]
    )
    page = client.get(shop.page()).content.decode()
    assert 'value="00:00"' in page
    assert "One\nTwo" in page


def test_nothing_typed_is_lost_by_an_error(shop: Shop) -> None:
    client = shop.browser()
    changed = {"color": "#eeeeee", "greeting.he": "שלום לכם", "origins": "https://a.example/x\nb"}
    answer = save(client, shop.page(), **changed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "שלום לכם" in page
    assert "https://a.example/x\nb" in page
    assert 'value="#eeeeee"' in page
    assert re.search(r'name="color" aria-invalid="true" aria-describedby="f-color-error"', page)
    assert 'id="f-color-error"' in page
    assert 'id="f-origins-error"' in page
    assert settings(shop.own) == {}
    assert not LogEntry.objects.exists()


def test_a_change_in_between_is_shown_and_merged(shop: Shop) -> None:
    ada, sue = shop.browser(), shop.browser()
    first = form(ada, shop.page(), **{"greeting.en": "Ada's", "color": "#215c99"})
    other = {"greeting.en": "Sue's", "title.en": "Help", "title.pl": "Pomoc"}
    assert save(sue, shop.page(), **other).status_code == 302
    answer = ada.post(shop.page(), first)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert settings(shop.own)["greeting"] == {"en": "Sue&#x27;s".replace("&#x27;", "'")}
    assert 'value="Ada&#x27;s"' in page  # mine is kept
    assert "Sue&#x27;s" in page  # theirs is shown
    assert 'value="Pomoc"' in page  # what only they changed is taken over
    base = re.search(r'name="base" value="([^"]+)"', page)
    assert base
    again = first | {"base": base[1], "title.en": "Help", "title.pl": "Pomoc"}
    assert ada.post(shop.page(), again).status_code == 302
    kept = settings(shop.own)
    assert kept["greeting"] == {"en": "Ada's"}
    assert kept["title"] == {"en": "Help", "pl": "Pomoc"}
    assert kept["color"] == "#215c99"


def test_a_form_without_its_base_overwrites_nothing(shop: Shop) -> None:
    client = shop.browser()
    save(client, shop.page(), color="#215c99")
    answer = save(client, shop.page(), base="forged", color="#2c6a2b")
    assert answer.status_code == 409
    assert settings(shop.own) == {"color": "#215c99"}


def test_every_text_is_escaped_everywhere(shop: Shop) -> None:
    client = shop.browser()
    Inbox.objects.filter(pk=shop.own.pk).update(
        name=NASTY[:100],
        settings={
            "title": NASTY,
            "greeting": {"en": NASTY, "he": NASTY},
            "label": NASTY,
            "color": NASTY,
            "logo": NASTY,
            "theme": NASTY,
            "origins": [NASTY],
            "search_url": NASTY,
            "hours": {"tz": NASTY, "week": {"mon": [[NASTY, NASTY]]}, "closed": [NASTY]},
            "questions": [
                {"id": NASTY, "label": {"en": NASTY}, "kind": "choice", "choices": [NASTY, NASTY]}
            ],
        },
    )
    sent = {f"{name}.en": NASTY for name in ("title", "greeting", "label")}
    sent |= {"color": NASTY, "logo": NASTY, "origins": NASTY, "search_url": NASTY}
    sent |= {"question": NASTY, f"questions.{NASTY}.label.en": NASTY, "hours": "set"}
    sent |= {"hours.tz": NASTY, "hours.week.mon.from": NASTY, "hours.closed": NASTY}
    answers = [
        client.get(LIST),
        client.get(shop.page()),
        client.get(shop.page("secret/")),
        save(client, shop.page(), **sent),
        client.post(shop.page("preview/"), sent),
        Client().get("/chat/shop-key/?language=en"),
    ]
    for answer in answers:
        page = answer.content.decode()
        assert "alert(1)" in page or answer.status_code == 404
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "14<img" not in page


def test_the_preview_is_the_panel_with_the_draft(shop: Shop) -> None:
    client = shop.browser()
    draft = {"greeting.he": "טיוטה", "color": "#215c99", "title.en": "Draft"}
    answer = client.post(shop.page("preview/?language=he&theme=dark"), draft)
    page = answer.content.decode()
    assert "טיוטה" in page
    assert 'dir="rtl"' in page
    assert 'data-theme="dark"' in page
    assert '"key": "preview"' in page
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]
    assert settings(shop.own) == {}
    assert "טיוטה" not in Client().get("/chat/shop-key/?language=he").content.decode()
    assert Client().get("/chat/preview/").status_code == 404


def test_secrets_are_seen_once(shop: Shop) -> None:
    client = shop.browser()
    assert save(client, shop.page(), identity="enforced").status_code == 422
    made = client.post(shop.page("secret/"))
    shop.own.refresh_from_db()
    secret = shop.own.secrets["identity_secret"]
    assert len(secret) >= 43
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert save(client, shop.page(), identity="enforced").status_code == 302
    for path in (
        LIST,
        shop.page(),
        shop.page("secret/"),
        f"/admin/helpdesk/inbox/{shop.own.pk}/history/",
    ):
        assert secret not in client.get(path).content.decode()
    assert secret not in str(list(LogEntry.objects.values()))
    again = client.post(shop.page("secret/")).content.decode()
    shop.own.refresh_from_db()
    assert secret not in again
    assert shop.own.secrets["identity_secret"] != secret


def test_a_logo_is_a_picture_and_kept_for_ever(shop: Shop) -> None:
    client = shop.browser()
    file = SimpleUploadedFile("x.html", PNG, "text/html")
    answer = client.post(shop.page("logo/"), {"file": file})
    assert answer.status_code == 201
    data = answer.json()
    assert content(client.get(data["url"])) == PNG
    public = f"/chat/shop-key/logo/{data['logo']}"
    assert Client().get(public).status_code == 404  # a draft's logo is nobody's yet
    assert save(client, shop.page(), logo=data["logo"]).status_code == 302
    assert f'"logo": "{public}"' in Client().get("/chat/shop-key/").content.decode()
    shown = Client().get(public)
    assert shown["Content-Type"] == "image/png"
    assert shown["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert content(shown) == PNG
    assert Client().get(f"/chat/other-key/logo/{data['logo']}").status_code == 404


@pytest.mark.parametrize(
    "data", [SVG, b"", b"GIF8", PNG + b"x" * 1024 * 1024, b"<html>", b"RIFF1234WEBX"]
)
def test_what_is_no_picture_is_refused(shop: Shop, data: bytes) -> None:
    client = shop.browser()
    answer = client.post(shop.page("logo/"), {"file": SimpleUploadedFile("x.png", data)})
    assert answer.status_code == 422
    assert answer.json()["error"]
    if data:  # a browser without scripts sends it with the form
        answer = save(client, shop.page(), logo_file=SimpleUploadedFile("x.png", data))
        assert answer.status_code == 422
    assert not Attachment.objects.exists()
    assert (
        Client().get("/chat/shop-key/logo/0190b0f4-0000-7000-8000-000000000000").status_code == 404
    )


def test_nobody_elses_file_becomes_a_logo(shop: Shop) -> None:
    client = shop.browser()
    foreign = Attachment.objects.create(
        name="passport.png", content_type="image/png", size=1, uploaded_by=shop.agent
    )
    assert save(client, shop.page(), logo=str(foreign.pk)).status_code == 422
    assert client.get(shop.page(f"logo/{foreign.pk}/")).status_code == 404
    assert settings(shop.own) == {}


def test_mail_goes_through_an_inbox_that_one_may_see(shop: Shop, trusted: None) -> None:
    client = shop.browser("supervisor")
    team = shop.supervisor.memberships.get().team
    near = factories.inbox(channel="email", name="Near", address="n@x.example", teams=[team])
    far = factories.inbox(channel="email", name="Far away", address="f@x.example")
    assert "Far away" not in client.get(shop.page()).content.decode()
    assert save(client, shop.page(), email_inbox=str(far.pk)).status_code == 422
    assert save(client, shop.page(), email_inbox=str(near.pk)).status_code == 302
    assert Widget.of(Inbox.objects.get(pk=shop.own.pk)).email_inbox == near.pk
    Inbox.objects.filter(pk=shop.own.pk).update(settings={"email_inbox": far.pk})
    assert save(client, shop.page(), email_inbox=str(far.pk)).status_code == 302  # as it was


def test_two_widgets_never_share_an_address(shop: Shop) -> None:
    client = shop.browser()
    Inbox.objects.filter(pk=shop.other.pk).update(settings={"site": "birch"})
    assert save(client, shop.page(), site="birch").status_code == 422
    assert save(client, shop.page(), site="other-key").status_code == 422
    assert save(client, shop.page(), site="linen").status_code == 302
    assert "/c/linen<" in client.get(shop.page()).content.decode()


def test_the_admin_leads_to_the_editor(shop: Shop) -> None:
    page = shop.browser().get(f"/admin/helpdesk/inbox/{shop.own.pk}/change/").content.decode()
    assert f'href="{shop.page()}"' in page
    assert 'name="settings"' not in page
