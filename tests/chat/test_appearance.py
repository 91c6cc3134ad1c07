"""A widget's settings: read leniently, whatever they hold; checked strictly before saving."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.appearance import DAYS, DEFAULT_COLOR, Hours, Widget
from chat.settings import reading, rules
from helpdesk.models import Inbox

SHOP = Inbox(pk=1, name="Shop", channel="chat", key="k", language="pl")


def read(**settings: Any) -> Widget:
    return Widget.read(settings, name="Shop", language="pl")


def test_nothing_set_gives_every_default() -> None:
    widget = Widget.of(SHOP)
    assert widget == read()
    assert (widget.color, widget.position, widget.theme) == (DEFAULT_COLOR, "end", "")
    assert (widget.hours, widget.questions, widget.origins) == (None, (), ())
    assert (widget.tracking, widget.identity) == ("off", "open")
    assert widget.rating
    assert widget.transcript
    assert not widget.hide_on_phones
    assert widget.title_in("he") == "Shop"


def test_texts_by_language() -> None:
    widget = read(title={"en": "Help", "pl": "Pomoc", "ru": 5}, greeting={"en": "Hi"})
    assert [widget.title_in(code) for code in ("en", "pl", "en-GB")] == ["Help", "Pomoc", "Help"]
    assert widget.title_in("fi") == "Pomoc"  # the inbox's own language stands in
    assert widget.exact(widget.greeting, "en") == "Hi"
    assert widget.exact(widget.greeting, "pl") == ""  # ours is translated, theirs is not
    assert read(title={"fi": "Apua"}).title_in("he") == "Apua"
    assert read(greeting="Hi").exact("Hi", "he") == "Hi"


def test_hours_and_questions_keep_what_is_well_formed() -> None:
    widget = read(
        hours={
            "tz": "Europe/Warsaw",
            "week": {"mon": [["13:00", "17:00"], ["09:00", "12:00"], ["18:00", "18:00"], "x"]},
            "closed": ["2026-12-25", 7, "soon"],
        },
        questions=[
            {"id": "a", "label": "Order?", "kind": "nonsense"},
            {"id": "", "label": "No name"},
            {"id": "b", "label": {}},
            *({"id": f"w{n}", "label": "W", "when": "waiting"} for n in range(6)),
        ],
    )
    assert isinstance(widget.hours, Hours)
    assert widget.hours.week["mon"] == (("09:00", "12:00"), ("13:00", "17:00"))
    assert widget.hours.week["sun"] == ()
    assert widget.hours.closed == ("2026-12-25",)
    assert [one.id for one in widget.questions] == ["a", "w0", "w1", "w2", "w3"]
    assert widget.questions[0].kind == "text"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
KNOWN = ("title", "color", "hours", "questions", "origins", "logo", "email_inbox", "theme")


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(KNOWN), anything))
def test_reader_and_rules_take_anything(settings: dict[str, Any]) -> None:
    Widget.read(settings, name="Shop", language="en")
    cleaned, _errors = Widget.clean(settings)
    Widget.read(cleaned, name="Shop", language="en")
    draft = reading.stored(SHOP, settings)
    once, errors = Widget.clean(draft)
    if not errors:
        assert reading.normal(SHOP, once) == once


def question(**changed: Any) -> dict[str, Any]:
    return {"id": "order", "kind": "text", "label": "Order?", "when": "before"} | changed


def week(*spans: list[str], **changed: Any) -> dict[str, Any]:
    return {"tz": "Europe/Warsaw", "week": {"mon": list(spans)}} | changed


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"color": "#777777"}, "color"),
        ({"color": "teal"}, "color"),
        ({"color": "#0f6a6"}, "color"),
        ({"color": "#fff;} body{"}, "color"),
        ({"title": {"en": "x" * 61}}, "title.en"),
        ({"greeting": {"he": "x" * 161}}, "greeting.he"),
        ({"label": {"fi": "x" * 31}}, "label.fi"),
        ({"position": "top"}, "position"),
        ({"theme": "blue"}, "theme"),
        ({"tracking": "always"}, "tracking"),
        ({"identity": "any"}, "identity"),
        ({"logo": "../../etc/passwd"}, "logo"),
        ({"origins": ["*"]}, "origins"),
        ({"origins": ["https://*.shop.example"]}, "origins"),
        ({"origins": ["https://shop.example/page"]}, "origins"),
        ({"origins": ["https://shop.example?x"]}, "origins"),
        ({"origins": ["https://user@shop.example"]}, "origins"),
        ({"origins": ["javascript:alert(1)"]}, "origins"),
        ({"origins": ["shop.example"]}, "origins"),
        ({"origins": ["https://x.example; script-src *"]}, "origins"),
        ({"origins": ["https://shop.example:99999"]}, "origins"),
        ({"origins": ["https://[::1"]}, "origins"),
        ({"origins": ["null"]}, "origins"),
        ({"origins": [f"https://s{n}.example" for n in range(51)]}, "origins"),
        ({"texts_per_minute": 0}, "texts_per_minute"),
        ({"texts_per_minute": "many"}, "texts_per_minute"),
        ({"email_inbox": -1}, "email_inbox"),
        ({"search_url": "javascript:{query}"}, "search_url"),
        ({"search_url": "https://a b.example/?q={query}"}, "search_url"),
        ({"search_url": "https://shop.example/help"}, "search_url"),
        ({"site": "Birch & Linen"}, "site"),
        ({"identity_alg": "none"}, "identity_alg"),
        ({"identity_alg": "RS256"}, "identity_jwks"),
        ({"identity_jwks": "http://shop.example/keys.json"}, "identity_jwks"),
        ({"identity_jwks": "https://u:p@shop.example/"}, "identity_jwks"),
        ({"hours": week(["09:00", "17:00"], tz="Mars/Base")}, "hours.tz"),
        ({"hours": week(["09:00", "17:00"], tz=None)}, "hours.tz"),
        ({"hours": week(["09:00", "12:00"], ["11:00", "13:00"])}, "hours.week.mon"),
        ({"hours": week(["17:00", "09:00"])}, "hours.week.mon"),
        ({"hours": week(["9", "17"])}, "hours.week.mon"),
        ({"hours": week(["09:00", ""])}, "hours.week.mon"),
        ({"hours": week()}, "hours"),
        ({"hours": week(["09:00", "17:00"], closed=["2026-02-30"])}, "hours.closed"),
        ({"questions": [question(id="Order No")]}, "questions.0.id"),
        ({"questions": [question(), question()]}, "questions.1.id"),
        ({"questions": [question(label="")]}, "questions.0.label"),
        ({"questions": [question(label={"en": "x" * 121})]}, "questions.0.label.en"),
        ({"questions": [question(kind="card")]}, "questions.0.kind"),
        ({"questions": [question(when="never")]}, "questions.0.when"),
        ({"questions": [question(kind="choice", choices=["one"])]}, "questions.0.choices"),
        (
            {"questions": [question(kind="choice", choices=list("123456789"))]},
            "questions.0.choices",
        ),
        ({"questions": [question(kind="choice", choices=["x" * 61, "y"])]}, "questions.0.choices"),
        ({"questions": [question(id=f"q{n}", when="waiting") for n in range(5)]}, "questions"),
        ({"questions": [question(id=f"q{n}") for n in range(6)]}, "questions"),
    ],
)
def test_what_is_wrong_is_named(settings: dict[str, Any], wrong: str) -> None:
    _cleaned, errors = Widget.clean(settings)
    assert list(errors) == [wrong]


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({}, {}),
        ({"color": "#0F6A65", "rating": True, "position": "end", "theme": ""}, {}),
        ({"color": "#215C99"}, {"color": "#215c99"}),
        ({"title": dict.fromkeys(rules.LANGUAGES, " A  b\u0000 ")}, {"title": "A b"}),
        ({"title": {"en": "A", "xx": "B"}}, {"title": {"en": "A"}}),
        ({"origins": ["https://Shop.example:443/ ", "", "http://localhost:8000"]},
         {"origins": ["https://shop.example", "http://localhost:8000"]}),
        ({"origins": ["https://żółw.example"]}, {"origins": ["https://xn--w-uga1v8h.example"]}),
        ({"origins": ["https://a.example", "https://a.example"]}, {"origins": ["https://a.example"]}),
        ({"rating": False, "hide_on_phones": True}, {"rating": False, "hide_on_phones": True}),
        ({"hours": week(["13:00", "24:00"], ["09:00", "13:00"], closed=["2026-12-25", ""])},
         {"hours": {"tz": "Europe/Warsaw", "closed": ["2026-12-25"],
                    "week": {"mon": [["09:00", "13:00"], ["13:00", "24:00"]]}}}),
        ({"search_url": "https://shop.example/help?q={query}"},
         {"search_url": "https://shop.example/help?q={query}"}),
        ({"site": "Birch-Linen"}, {"site": "birch-linen"}),
        ({"identity_alg": "ES256", "identity_jwks": "https://shop.example/keys.json"},
         {"identity_alg": "ES256", "identity_jwks": "https://shop.example/keys.json"}),
        ({"unknown": 1}, {}),
    ],
)  # fmt: skip
def test_what_is_right_is_kept_in_one_form(settings: dict[str, Any], kept: dict[str, Any]) -> None:
    assert Widget.clean(settings) == (kept, {})


def test_contrast_is_wcags_and_a_readable_colour_is_offered() -> None:
    assert rules.contrast("#000000") == pytest.approx(21)
    assert rules.contrast("#ffffff") == pytest.approx(1)
    assert rules.contrast("#767676") == pytest.approx(4.54, abs=0.01)
    for color in ("#ffffff", "#f0b441", "#55c2b7", "#777777"):
        assert rules.contrast(rules.readable(color)) >= rules.CONTRAST
    assert "4.4" in Widget.clean({"color": "#777777"})[1]["color"]


def test_every_day_has_hours_in_a_draft() -> None:
    draft = reading.stored(SHOP, {"hours": week(["09:00", "17:00"])})
    assert set(draft["hours"]["week"]) == set(DAYS)
