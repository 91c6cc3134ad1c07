"""Fixtures of the battery: the fakes on a free port, and each channel as a Subject."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk import nudge
from helpdesk.models import Agent, Inbox, Team
from helpdesk.sandbox.control import Control
from helpdesk.sandbox.providers import HOST, Host
from tests.contracts.every import SUBJECTS
from tests.contracts.subject import Subject

FAKES = (
    "channels_sms.fake.TwilioFake",
    "channels_sms.fake_vonage.VonageFake",
    "channels_sms.fake_gateway.GatewayFake",
    "channels_social.fake.TelegramFake",
    "channels_email.esp_fakes.MailgunFake",
    "channels_email.esp_fakes.PostmarkFake",
    "channels_social.fake_networks.WhatsAppFake",
    "channels_social.fake_networks.MessengerFake",
    "channels_social.fake_networks.InstagramFake",
    "channels_social.fake_networks.LineFake",
    "channels_social.fake_viber.ViberFake",
)


@pytest.fixture(scope="session")
def fake_port() -> Iterator[int]:
    """The fakes, served by a thread: their separate process is tests/sandbox's business."""
    with Host(FAKES) as host:
        thread = threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield host.server_address[1]
        host.shutdown()
        thread.join(5)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker is woken: the battery does each step itself."""
    monkeypatch.setattr(nudge, "wake", lambda *_args: True)


@pytest.fixture
def subject(
    request: pytest.FixtureRequest, fake_port: int, settings: Any, tmp_path: Path
) -> Iterator[Subject]:
    """One channel, its fake empty; parametrised by `each_subject` or `each_webhook`."""
    kind = SUBJECTS[request.param]
    settings.OUTBOUND_ALLOWED_HOSTS = [f"{HOST}:{fake_port}"]
    settings.MEDIA_ROOT = tmp_path
    made = kind(Control(fake_port, kind.fake), f"http://{HOST}:{fake_port}")
    made.begin()
    yield made
    made.end()


@pytest.fixture
def inbox(subject: Subject) -> Inbox:
    return subject.inbox()


@pytest.fixture
def agent(inbox: Inbox) -> Agent:
    """An agent who answers the inbox."""
    agent = Agent.objects.create_user("marta@parley.example", "x", first_name="Marta")
    team = Team.objects.create(name="Help")
    team.members.add(agent)
    inbox.teams.add(team)
    return agent
