"""What is visible of a reply: rules I1-I9, each by its name, and the scores over the corpus."""

from __future__ import annotations

import re
import time
from collections import defaultdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels_email import tails
from channels_email.visible import MAX_CHARS, visible_text
from helpdesk.safe_html import tail_words
from tests.channels_email.replies.builder import Reply, built, languages, written

BUILT = list(built())
WRITTEN = list(written())
ASKED = "en de fr es it nl pl pt sv da no fi cs sk sl hr hu ro tr ru uk el he ar ja zh ko vi et lt"
QUOTE = "On Tue, Mar 4, 2025 at 10:12 AM Help <help@parley.example> wrote:\n> Which?"


def _named(name: str) -> Reply:
    return next(one for one in WRITTEN if one.name == name)


def _scores(replies: list[Reply]) -> tuple[float, float]:
    """The shares of replies whose words are all kept, and of those that are clean, too."""
    shown = [(one, visible_text(one.full)) for one in replies]
    kept = sum(one.visible.strip() in text for one, text in shown)
    clean = sum(one.visible.strip() == text.strip() for one, text in shown)
    return kept / len(replies), clean / len(replies)


@pytest.mark.parametrize("name", ["bare-forward", "forward", "apple-forward", "call-me"])
def test_i1_a_forward_is_never_cut_and_nothing_is_ever_empty(name: str) -> None:
    assert visible_text(_named(name).full) == _named(name).full
    assert visible_text(QUOTE) == QUOTE
    assert visible_text(f"Here.\n\n{QUOTE}", forwarded=True) == f"Here.\n\n{QUOTE}"


def test_i2_the_authors_words_are_kept_and_most_replies_are_clean() -> None:
    for replies in (BUILT, WRITTEN):
        kept, clean = _scores(replies)
        assert kept >= 0.99
        assert clean >= 0.95


@pytest.mark.parametrize("reply", WRITTEN, ids=lambda reply: reply.name)
def test_i3_quotes_of_many_programs_are_found_by_their_shape(reply: Reply) -> None:
    assert visible_text(reply.full).strip() == reply.visible.strip()


@pytest.mark.parametrize("name", ["two-marks", "postscript-below", "question"])
def test_i4_answers_between_and_below_quotes_stay(name: str) -> None:
    assert visible_text(_named(name).full) == _named(name).visible


@pytest.mark.parametrize(
    "name",
    [
        "hand",
        "question",
        "form",
        "log",
        "my-list",
        "my-settings",
        "my-invoice",
        "my-parcel",
        "my-windows",
        "fence",
        "table",
        "rule",
        "desk",
    ],
)
def test_i5_what_only_looks_like_a_quote_stays(name: str) -> None:
    assert visible_text(_named(name).full) == _named(name).full


def test_i6_every_language_passes_in_every_shape() -> None:
    assert set(ASKED.split()) == set(languages())
    by_language: dict[str, list[Reply]] = defaultdict(list)
    for one in BUILT:
        by_language[one.name.partition("-")[0]].append(one)
    for code, replies in by_language.items():
        kept, clean = _scores(replies)
        assert kept >= 0.99, code
        assert clean >= 0.85, code


def test_i7_signatures_device_lines_and_disclaimers_are_folded() -> None:
    for code, words in languages().items():
        said = words["words"]
        assert visible_text(f"{said}\n\n{words['device']}") == said, code
        assert visible_text(f"{said}\n\n-- \nAnn\nExample Ltd") == said, code
    for name in ("disclaimer", "disclaimer-de", "sign-off", "em-dash", "avast"):
        assert visible_text(_named(name).full).strip() == _named(name).visible, name


@pytest.mark.parametrize("width", [20, 30, 50, 200])
def test_i8_our_own_marker_is_found_in_every_language_however_it_is_wrapped(width: int) -> None:
    for code, words in languages().items():
        marker = f"##- {words['marker']} -##"
        pieces = [marker[at : at + width] for at in range(0, len(marker), width)]
        text = f"{words['words']}\n\nHelp:\n" + "\n".join(pieces) + f"\n\n{words['quote']}"
        assert visible_text(text) == words["words"], code
    assert visible_text(_named("marker-inline").full) == "Blue please."


UNITS = {
    "marks": ">\n",
    "blank lines": "\n",
    "labels": "a:\n",
    "addresses": "a@b.c ",
    "dashes": "--\n",
    "attributions": "On 1.1.2020 10:10 a@b.c:\n",
    "on on on": "On ",
    "dated lines": "On 4 Mar 2025 at 10:12,\n",
    "colons": ":",
    "fences": "```\n",
    "bold labels": "*a:* ",
    "titled rules": "-----x-----\n",
    "markers": "##- ",
    "reflowed markers": "x ##- y\n",
    "spaces": " ",
    "tabs": "\t",
    "answers": "> x\ny\n",
    "orphans": "> " + "x" * 70 + "\ny\n",
    "fields": "From: a@b.c\nSent: 1.1.2020 10:10\n",
    "marks of direction": "\u200f",
    "years": "2025 ",
    "digits": "1",
    "disclaimers": "confidential recipient ",
    "devices": "sent from my iphone\n",
    "signatures": "-- \nx\n> q\n",
    "wrote": "wrote:\n",
    "one long line": "x" * 5000 + ":\n",
}


class Counted:
    """A pattern that counts the characters it was made to search."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.characters = pattern, 0

    def search(self, text: str) -> re.Match[str] | None:
        self.characters += len(text)
        return self.pattern.search(text)


@pytest.mark.parametrize("line", ["http://x", "confidential http://x", "http://x" + "y" * 100])
def test_i9_a_tower_of_footers_is_searched_once(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Footers are cut one by one; what stands above them is not searched anew each time."""
    words = [Counted(tail_words.CONFIDENTIAL), Counted(tail_words.RECIPIENT)]
    monkeypatch.setattr(tails, "CONFIDENTIAL", words[0])
    monkeypatch.setattr(tails, "RECIPIENT", words[1])
    text = "Yes.\n" + f"{'_' * 20}\n{line}\n" * 1000
    assert visible_text(text) == "Yes."
    assert 0 < words[0].characters <= 4 * len(text)
    assert words[1].characters <= 4 * len(text)


def test_a_warning_is_found_over_the_ends_of_lines() -> None:
    """In some languages the word has two parts, and mails are wrapped anywhere."""
    words = "Thư này và mọi tệp đính kèm là bảo\nmật, chỉ dành riêng cho người\nnhận có tên ở trên."
    assert visible_text(f"Đồng ý.\n\n{words}") == "Đồng ý."
    assert visible_text(f"Đồng ý.\n\n{words.replace('mật', 'mẫu')}").endswith("trên.")


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_i9_hostile_text_takes_linear_time(unit: str) -> None:
    """SEC-31: from 50 kB to 200 kB no family grows by more than its size, with room for noise."""

    def seconds(size: int) -> float:
        text = ("Yes.\n" + unit * (size // len(unit) + 1))[:size]
        tries = []
        for _ in range(3):
            started = time.thread_time()
            visible_text(text)
            tries.append(time.thread_time() - started)
        return min(tries)

    small, large = seconds(MAX_CHARS // 4), seconds(MAX_CHARS)
    assert large < 10 * small + 0.05
    whole = unit * (1_000_000 // len(unit))
    assert visible_text(whole) == whole, "over the cap nothing is cut (A10)"


PIECES = [
    "yes\n",
    "-- \n",
    "--\n",
    "> q\n",
    "\n",
    "On 4 Mar 2025 at 10:12, a <a@b.c> wrote:\n",
    "From: a <a@b.c>\n",
    "Sent: 4.3.2025 10:12\n",
    "To: x\n",
    "-----Original-----\n",
    "_____\n",
    "##- x -##\n",
    "Sent from my iPhone\n",
    "ok ",
    "—\n",
    "```\n",
    "<a@b.c>\n",
    "wrote:\n",
    "This is confidential and meant for its recipient only. " * 3 + "\n",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
@example(["```\n", "ok ", "##- x -##\n", "```\n", "-- \n"])
@example(["```\n", "On 4 Mar 2025 at 10:12, a <a@b.c> wrote:  ok\n", "```\n", "-- \n", "a\n"])
def test_i1_trimming_only_ever_cuts_and_twice_is_as_once(pieces: list[str]) -> None:
    text = "".join(pieces)
    shown = visible_text(text)
    assert shown.strip() or not text.strip()
    assert shown == text or text.lstrip("\n").startswith(shown)
    assert visible_text(shown) == shown


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_i1_any_text_keeps_a_beginning(text: str) -> None:
    shown = visible_text(text)
    assert shown.strip() or not text.strip()
    assert shown == text or text.lstrip("\n").startswith(shown)
