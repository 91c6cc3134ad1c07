"""Channels go by what people call them, networks by their own name."""

from __future__ import annotations

import pytest

from helpdesk.models import Inbox
from helpdesk.selectors import timeline, work
from helpdesk.selectors.channel_names import named


@pytest.mark.parametrize(
    ("channel", "label", "said"),
    [
        ("sms", "Twilio", "SMS"),
        ("social", "Telegram", "Telegram"),
        ("chat", "x", "Chat on the site"),
    ],
)
def test_nobody_reads_the_name_of_a_provider(channel: str, label: str, said: str) -> None:
    assert named(channel, label) == said


def test_the_timeline_says_sms() -> None:
    inbox = Inbox(channel="sms", provider="twilio")
    assert timeline._face(inbox)[1] == "SMS"


def test_a_channel_of_several_networks_does_not_go_by_one_of_them() -> None:
    labels = {one["name"]: one["label"] for one in work.channels({"chat", "social"})}
    assert labels["social"] == "Social messages"
