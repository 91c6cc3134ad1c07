"""Search finds what people of six languages mean, quickly, and only where the agent may look."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from helpdesk import search_words
from helpdesk.models import Conversation, Inbox
from helpdesk.selectors import search
from helpdesk.services import messages, weaving
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db
EVIL = "<img src=x onerror=alert(1)>"


def said(desk: Desk, body: str, who: str = "") -> Conversation:
    return factories.conversation(desk.inbox, who or f"visitor-{abs(hash(body))}", body)


def found(desk: Desk, text: str, **more: Any) -> list[str]:
    return [one["found"]["text"] for one in search.find(desk.agent, text, **more)["results"]]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Where are my parcels?", "parcel"),
        ("I returned the pillowcase", "returning"),
        ("Chciałabym zwrócić zamówienia z maja", "zamówienie"),
        ("Chciałabym zwrócić zamówienie", "ZAMOWIEN"),
        ("Gdzie są poszewki?", "poszewka"),
        ("Kje je moja pošiljka?", "pošiljko"),
        ("Kje je moja pošiljka?", "posiljka"),
        ("איפה ההזמנה שלי?", "הזמנה"),
        ("איפה הזמנה 19158?", "ההזמנה"),
        ("Missä pakettini on?", "paketti"),
        ("Haluaisin vaihtaa tilaukseni", "tilaus"),
        ("Где мои посылки?", "посылка"),
        ("Ещё не пришло", "еще"),
        ("My order is BL-19158.", "19158"),
        ("My order is BL-19158.", "bl-19158"),
        ("Write to anna@linen.example please", "anna@linen.example"),
        ("C'est la dernière fois", "derniere"),
    ],
)
def test_a_word_is_found_in_its_other_forms(desk: Desk, written: str, typed: str) -> None:
    said(desk, "Something else entirely")
    said(desk, written)
    assert found(desk, typed) == [written]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("My order is BL-19158.", "9158"),
        ("A linen sheet", "towel"),
        ("A linen sheet", "linen towel"),
        ("A linen sheet", "!?…"),
        ("A linen sheet", "' | :* & !"),
        ("Kot śpi", "kod"),
    ],
)
def test_what_is_not_there_is_not_found(desk: Desk, written: str, typed: str) -> None:
    said(desk, written)
    assert found(desk, typed) == []


def test_what_was_typed_comes_before_its_other_forms_and_newest_first(desk: Desk) -> None:
    for words in ("I returned it", "Returning is easy", "The return is free", "Return it"):
        said(desk, words)
    assert found(desk, "return") == [
        "Return it", "The return is free", "Returning is easy", "I returned it",
    ]  # fmt: skip
    assert found(desk, "returning") == [
        "Returning is easy", "Return it", "The return is free", "I returned it",
    ]  # fmt: skip


def test_notes_subjects_and_customers_are_found(desk: Desk) -> None:
    made = said(desk, "Hello", "visitor-7")
    messages.note(made.pk, by=desk.agent, body="She is the hotelier from Gdańsk")
    (result,) = search.find(desk.agent, "gdansk")["results"]
    assert (result["id"], result["found"]["internal"]) == (made.pk, True)
    text, ((start, end),) = result["found"]["text"], result["found"]["marks"]
    assert text[start:end] == "Gdańsk"
    made.customer.name = "Żaneta Wójcik"
    made.customer.save()
    for typed in ("wojcik", "Żan", "visitor 7"):
        (person,) = search.find(desk.agent, typed)["customers"]
        assert (person["name"], person["conversation"]) == ("Żaneta Wójcik", made.pk)


def test_only_in_the_agents_own_inboxes(desk: Desk) -> None:
    made = said(desk, "A very rare word: syzygy", "visitor-1")
    made.customer.name = "Syzygy Smith"
    made.customer.save()
    assert search.find(desk.stranger, "syzygy") == {"customers": [], "results": [], "next": None}
    assert len(found(desk, "syzygy")) == 1


def test_pages_hold_every_conversation_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 3)
    monkeypatch.setattr(search, "HANDFUL", 4)
    made = [said(desk, f"linen {number}") for number in range(5)]
    made += [said(desk, f"linens? {number} linen") for number in range(2)]
    for window in (2000, 3):
        monkeypatch.setattr(search, "WINDOW", window)
        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            page = search.find(desk.agent, "linen", cursor)
            seen += [one["id"] for one in page["results"]]
            cursor = page["next"]
        assert seen == [one.pk for one in reversed(made)]


def test_a_long_conversation_is_one_result_and_hides_no_other(desk: Desk) -> None:
    other = said(desk, "linen, too")
    made = said(desk, "linen", "visitor-1")
    for number in range(150):
        messages.note(made.pk, by=desk.agent, body=f"linen {number}")
    assert [one["id"] for one in search.find(desk.agent, "linen")["results"]] == [made.pk, other.pk]


def test_it_costs_the_same_for_many(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        said(desk, f"linen {number}")
    with django_assert_max_num_queries(11):
        assert len(found(desk, "linen")) == 20


def test_over_rest(desk: Desk, client: Client) -> None:
    said(desk, f"linen {EVIL}")
    client.force_login(desk.agent)
    answer = client.get("/api/v1/search/", {"q": "linen"})
    (result,) = answer.json()["results"]
    assert EVIL in result["found"]["text"], "plain text: screens never read it as HTML"
    for cursor in ("x", "exact.", "exact.1", "new.00000000-0000-0000-0000-000000000000"):
        assert client.get("/api/v1/search/", {"q": "a", "cursor": cursor}).status_code == 404
    nothing: Any = {"customers": [], "results": [], "next": None}
    assert client.get("/api/v1/search/", {"q": "\x00 "}).json() == nothing
    client.logout()
    assert client.get("/api/v1/search/", {"q": "linen"}).status_code in {401, 403}


def test_the_database_folds_as_we_do() -> None:
    letters = [one for one in search_words.FOLDS if one.isalpha()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT helpdesk_words(%s)::text", [" ".join(f"x{one}x" for one in letters)])
        (vector,) = cursor.fetchone()
    known = {part.split(":")[0].strip("'") for part in vector.split()}
    assert known == {f"x{search_words.fold(one)}x" for one in letters}


@pytest.mark.parametrize(
    "body",
    [
        " ".join(chr(0x20000 + number) for number in range(150_000)),
        # With a letter: some of them would be masked as card numbers.
        " ".join(f"n{number:x}" for number in range(600_000)),
        " ".join(
            chr(0xF0000 + number % 60_000) * (number // 60_000 + 1) for number in range(90_000)
        ),
        "a" * 4_900_000,
        "<>&%@" * 900_000,
    ],
    ids=["rare signs", "numbers", "private signs", "one word", "no word"],
)
def test_no_text_is_too_long_or_too_odd_to_be_kept(desk: Desk, body: str) -> None:
    made = said(desk, body, "visitor-1")
    assert made.messages.get().body == body


@given(text=st.text(max_size=300), typed=st.text(max_size=40))
def test_a_snippet_marks_only_what_is_in_it(text: str, typed: str) -> None:
    shown, marks = search_words.snippet(text, search_words.words(typed))
    assert len(shown) <= search_words.SNIPPET + 2
    assert all(0 <= start < end <= len(shown) for start, end in marks)


@given(st.text(max_size=200))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(search_words.fold(text)) == len(text)


@given(st.text(max_size=60))
def test_any_question_is_one_that_the_database_reads(text: str) -> None:
    wanted = search_words.words(text)
    if wanted:
        with connection.cursor() as cursor:
            for asked in (search_words.begin_with(wanted), search_words.are_like(wanted)):
                cursor.execute("SELECT to_tsquery('simple', %s)", [asked])


def test_the_way_to_a_found_message_is_one_answer(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)
    made = said(desk, "The needle")
    for number in range(120):
        messages.note(made.pk, by=desk.agent, body=f"Hay {number}")
    (one,) = search.find(desk.agent, "needle")["results"]
    address = f"/api/v1/conversations/{made.pk}/messages/"
    newest = client.get(address).json()
    assert len(newest["messages"]) == 50
    before, to = newest["messages"][0]["seq"], one["found"]["seq"]
    page = client.get(f"{address}?before={before}&to={to}").json()
    assert (page["messages"][0]["seq"], page["more"]) == (to, False)
    assert page["messages"][-1]["seq"] < before
    nearer = client.get(f"{address}?before={before}&to={before - 1}").json()
    assert len(nearer["messages"]) == 26
    assert nearer["more"]


def test_what_is_found_in_a_merged_one_is_read_in_its_target(
    desk: Desk, client: Client, phone: Inbox
) -> None:
    client.force_login(desk.agent)
    source = factories.conversation(phone, "+481", "The needle")
    target = factories.conversation(phone, "+482", "Straw")
    weaving.merge(source.pk, target.pk, by=desk.agent)
    for number in range(120):
        messages.note(target.pk, by=desk.agent, body=f"Hay {number}")
    (one,) = search.find(desk.agent, "needle")["results"]
    assert (one["id"], one["found"]["thread"]) == (source.pk, target.pk)
    address = f"/api/v1/conversations/{target.pk}/messages/"
    first = client.get(address).json()["messages"][0]["id"]
    to, of = one["found"]["seq"], source.pk
    page = client.get(f"{address}?past={first}&to={to}&of={of}").json()["messages"]
    assert "The needle" in [message["body"] for message in page]
    stranger = client.get(f"{address}?past={first}&to={to}&of={of + 999}").json()["messages"]
    assert len(stranger) == 50  # no strand of it: a page like any other


def test_a_target_that_one_may_not_see_is_not_where_one_is_sent(desk: Desk, phone: Inbox) -> None:
    source = factories.conversation(phone, "+481", "The needle")
    target = factories.conversation(desk.elsewhere, "z")
    weaving.merge(source.pk, target.pk, by=desk.admin)
    found = [one["found"] for one in search.find(desk.agent, "needle")["results"]]
    assert [one["thread"] for one in found] == [source.pk]
    (seen,) = search.find(desk.admin, "needle")["results"]
    assert seen["found"]["thread"] == target.pk
