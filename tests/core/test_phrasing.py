"""The engines behind templates: their language, the choice of a variant, the edit measure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.phrasing import choosing, edits, texts
from helpdesk.phrasing.choosing import Choice, Form, Wanted, choose

FACTS = {
    "customer.name": "Tom Ashworth",
    "customer.first_name": "Tom",
    "customer.company": "",
    "inbox.name": "Chat",
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{ customer.first_name }}!", "Hi Tom!"),
        ("{{ customer.company }}", "[[customer.company]]"),
        ('Dear {{ customer.company | default: "friend" }}', "Dear friend"),
        ("{% if customer.company %}a{% else %}b{% endif %}", "b"),
        ("{% unless customer.company %}b{% endunless %}", "b"),
        ("A{% optional %} B {{ inbox.key }}.{% endoptional %}", "A[[? B [[inbox.key]].]]"),
        ("{{ customer.name | upcase }}", "TOM ASHWORTH"),
        ("{{7*7}}", "{{7*7}}"),
        ("{{ customer }}", "[[customer]]"),
        ("{{ customer.__class__.__mro__ }}", "[[customer.__class__.__mro__]]"),
        ("{{ (1..999999999) }}", ""),
        ("{# c #} ${7*7} %(x)s {0.__class__}", "{# c #} ${7*7} %(x)s {0.__class__}"),
    ],
)  # fmt: skip
def test_what_a_text_becomes(text: str, filled: str) -> None:
    assert texts.fill(text, FACTS).text == filled


def test_which_characters_came_from_facts() -> None:
    found = texts.fill("Hi {{ customer.first_name }} of {{ inbox.name }}", FACTS)
    assert [found.text[start:end] for start, end in found.spans] == ["Tom", "Chat"]


@pytest.mark.parametrize(
    ("text", "kind", "what", "line", "column"),
    [
        ("Hello {{ customer.shoe_size }}", "fact", "customer.shoe_size", 1, 10),
        ("a\nb {{ Customer.Name }}", "fact", "Customer.Name", 2, 6),
        ("{{ customer.name | replace: 'a', 'b' }}", "filter", "replace", 1, 20),
        ("Hi\n\n  {% include 'x' %}", "syntax", "unexpected tag 'include'", 3, 6),
        ("{% for i in (1..9) %}{% endfor %}", "syntax", "unexpected tag 'for'", 1, 4),
        ("{% assign x = 1 %}", "syntax", "unexpected tag 'assign'", 1, 4),
        ("Hi {{ customer.name", "syntax", "expected '}}', found end of file", 1, 4),
        ("{% optional %}a", "syntax", "expected tag endoptional", 0, 0),
        ("{% optional %}{% optional %}a{% endoptional %}{% endoptional %}", "syntax",
         "an optional part within another one", 1, 4),
        ("{% if a %}" * 20, "syntax", "nesting limit", 1, 94),
        ("x" * 10_001, "long", "10001", 0, 0),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(text: str, kind: str, what: str, line: int, column: int) -> None:
    fault = texts.fault(text)
    assert fault is not None
    assert (fault.kind, fault.line, fault.column) == (kind, line, column)
    assert fault.what.startswith(what) or what in fault.what


@given(st.text(alphabet="{}%|.:\"' abcustomernifl\n[]?", max_size=80))
def test_no_text_breaks_the_engine(text: str) -> None:
    texts.fault(text)
    assert isinstance(texts.fill(text, FACTS).text, str)


@given(st.text(max_size=40))
def test_a_fact_brings_neither_gaps_nor_code(name: str) -> None:
    found = texts.fill("{{ customer.name }}", {"customer.name": name})
    assert "[[" not in found.text or found.text == "[[customer.name]]"
    assert all(found.text[start:end] for start, end in found.spans)


PL, PT, EN = "pl", "pt", "en"
TABLE = [
    # exact
    ([Form(PL, "formal"), Form(PL)], Wanted(PL, "formal"), Choice(0)),
    # the same language, neutral
    ([Form(PL, "informal"), Form(PL)], Wanted(PL, "formal"), Choice(1)),
    # the same language, another register: said
    ([Form(PL, "informal"), Form(EN)], Wanted(PL, "formal"), Choice(0, "register")),
    # the base language, without a word; its other register with one
    ([Form(PT), Form(EN)], Wanted("pt-BR"), Choice(0)),
    ([Form(PT, "formal"), Form(EN)], Wanted("pt-BR", "informal"), Choice(0, "register")),
    # a text for any language
    ([Form(EN), Form("")], Wanted(PL), Choice(1)),
    # the default language: said
    ([Form("fi"), Form(EN)], Wanted(PL), Choice(1, "language")),
    ([Form("fi"), Form(EN, "formal")], Wanted(PL, "informal"), Choice(1, "language")),
    ([Form("fi"), Form(EN)], Wanted(PL, default="en-GB"), Choice(1, "language")),
    # nothing that will do
    ([Form("fi")], Wanted(PL), None),
    ([], Wanted(PL), None),
    # the channel's own form first, then the one for any, another channel's last
    ([Form(PL), Form(PL, channel="chat")], Wanted(PL, channel="chat"), Choice(1)),
    ([Form(PL, channel="email"), Form(PL)], Wanted(PL, channel="chat"), Choice(1)),
    ([Form(PL, channel="email")], Wanted(PL, channel="chat"), Choice(0)),
    ([Form(PL, channel="email"), Form(PL)], Wanted(PL), Choice(1)),
    # the register counts more than the channel
    ([Form(PL, "neutral", "chat"), Form(PL, "formal")], Wanted(PL, "formal", "chat"), Choice(1)),
]


@pytest.mark.parametrize(("forms", "wanted", "chosen"), TABLE)
def test_the_choice_of_a_variant(forms: list[Form], wanted: Wanted, chosen: Choice | None) -> None:
    assert choose(forms, wanted) == chosen


LANGUAGES = st.sampled_from(["", "en", "pl", "pt", "pt-BR", "he"])
REGISTERS = st.sampled_from(["formal", "informal", "neutral"])
CHANNELS = st.sampled_from(["", "chat", "email"])
FORMS = st.lists(st.builds(Form, LANGUAGES, REGISTERS, CHANNELS), unique=True, max_size=12)
WANTED = st.builds(Wanted, LANGUAGES, REGISTERS, CHANNELS, st.sampled_from(["en", "pt-BR"]))


@given(FORMS, WANTED)
def test_a_choice_says_what_it_is(forms: list[Form], wanted: Wanted) -> None:
    chosen = choose(forms, wanted)
    own = {wanted.language, choosing.base(wanted.language), ""}
    if chosen is None:
        assert not [
            one
            for one in forms
            if one.language in own | {wanted.default, choosing.base(wanted.default)}
        ]
        return
    form = forms[chosen.at]
    assert (form.language not in own) == (chosen.warning == "language") == (not chosen.may_go_alone)
    if not chosen.warning:
        assert form.register in {wanted.register, "neutral"}
    if chosen.warning == "register":
        assert form.register not in {wanted.register, "neutral"}


@given(FORMS, WANTED, st.randoms())
def test_the_order_of_variants_does_not_matter(
    forms: list[Form], wanted: Wanted, dice: object
) -> None:
    mixed = list(forms)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = choose(forms, wanted), choose(mixed, wanted)
    assert (one is None) == (other is None)
    if one and other:
        assert (forms[one.at], one.warning) == (mixed[other.at], other.warning)


@pytest.mark.parametrize(
    ("own", "rules", "language", "register"),
    [
        ("formal", {"pl": "informal"}, "pl", "formal"),
        ("", {"pl": "informal", "": "formal"}, "pl", "informal"),
        ("", {"pt": "informal", "": "formal"}, "pt-BR", "informal"),
        ("", {"": "formal"}, "fi", "formal"),
        ("", {"ru": "formal"}, "fi", "neutral"),
    ],
)
def test_the_policy_of_address(
    own: str, rules: dict[str, str], language: str, register: str
) -> None:
    assert choosing.register(own, rules, language) == register


SHIPPED = "Your order has been shipped and will arrive in two days."


def test_the_measure_as_documented() -> None:
    """T-15."""
    assert edits.edit(SHIPPED, SHIPPED) == 0
    assert edits.edit(SHIPPED, "Good news Anna! " + SHIPPED) == pytest.approx(3 / 14)
    assert edits.edit(SHIPPED, "We sent it; expect the parcel on Tuesday morning, Anna!") == 1
    assert edits.edit("", "") == 0


@pytest.mark.parametrize(
    ("share", "band"),
    [(0, "verbatim"), (0.0499, "verbatim"), (0.05, "personalised"), (0.6, "personalised"),
     (0.601, "rewritten"), (1, "rewritten")],
)  # fmt: skip
def test_the_bands(share: float, band: str) -> None:
    assert edits.band(share) == band


WORDS = st.lists(st.sampled_from(["a", "b", "c", "żółw"]), max_size=9).map(" ".join)


@given(WORDS, WORDS)
def test_the_measure_is_a_distance(one: str, other: str) -> None:
    share = edits.edit(one, other)
    assert 0 <= share <= 1
    assert share == edits.edit(other, one)
    assert (share == 0) == (edits.words(one) == edits.words(other))
    plain = _plain(edits.words(one), edits.words(other))
    assert share * max(len(edits.words(one)), len(edits.words(other)), 1) == pytest.approx(plain)


def _plain(one: list[str], other: list[str]) -> int:
    """Levenshtein as it is defined."""
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return _plain(one[1:], other[1:])
    return 1 + min(_plain(one[1:], other), _plain(one, other[1:]), _plain(one[1:], other[1:]))


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert edits.edit("a " * 5_000, "b " * 5_000) == 1
