"""Card numbers do not stay in what we write; other long numbers do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.models import Message
from helpdesk.services import messages
from helpdesk.services.text import mask_cards
from tests import factories
from tests.core.conftest import Desk

CARDS = {
    "4111 1111 1111 1111": "•••• 1111",
    "4111-1111-1111-1111": "•••• 1111",
    "5500005555555559": "•••• 5559",
    "2223003122003222": "•••• 3222",
    "3782 822463 10005": "•••• 0005",
    "6011111111111117": "•••• 1117",
    "Card: 4012888888881881, thanks": "Card: •••• 1881, thanks",
    "(4111111111111111)": "(•••• 1111)",
    "5555-5555-5555-4444": "•••• 4444",
    "378282246310005": "•••• 0005",
    "+4111111111111111": "•••• 1111",  # too long for a telephone
    "CVV: 123, cvc2 is 4567": "CVV: •••, cvc2 is •••",
}
OTHERS = (
    "4111 1111 1111 1112",  # the check digit is wrong
    "+48 601 234 567 890 123",
    "+4915112345678",
    "+411111111111111",
    "4111111111111112",
    "1234567890123456",
    "code 123",
    "BL-4111111111111111",
    "https://shop.example/o/4111111111111111",
    "https://shop.example/?order=4111111111111111",
    "00340434161094042557",  # a parcel's number, 20 digits
    "9400111899223197428490",
    "PL61109010140000071219812874",
    "1Z9994111111111111111",
    "4111  1111  1111  1111",  # columns of a table
    "1234567890123",
    "2026-11-22 15:30",
    "978-3-16-148410-0",
)


@pytest.mark.parametrize(("text", "masked"), CARDS.items())
def test_a_card_is_down_to_its_last_four(text: str, masked: str) -> None:
    assert mask_cards(text) == masked


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_no_card_stays(text: str) -> None:
    assert mask_cards(text) == text


@given(st.text(max_size=300))
def test_masked_once_it_is_masked(text: str) -> None:
    assert mask_cards(mask_cards(text)) == mask_cards(text)


@given(st.integers(10**14, 10**15 - 1))
def test_the_check_digit_decides(start: int) -> None:
    """Of the ten endings of a number exactly one is a card's."""
    text = f"4{start:015d}"[:15]
    assert sum(mask_cards(f"{text}{last}") != f"{text}{last}" for last in range(10)) == 1


@pytest.mark.django_db
def test_what_an_agent_writes_is_masked_before_it_is_stored(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    messages.reply(made.pk, by=desk.agent, body="Was it 4111 1111 1111 1111?")
    messages.note(made.pk, by=desk.agent, body="They paid with 5500005555555559")
    said = Message.objects.filter(direction="out").order_by("seq").values_list("body", flat=True)
    assert list(said) == ["Was it •••• 1111?", "They paid with •••• 5559"]
