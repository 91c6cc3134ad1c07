"""The guided set-up of a mailbox: forms, keys, the live test and its words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from channels_email import listening, signing, trial
from channels_email.fake import MailboxFake
from helpdesk import inbound
from helpdesk.adapters import Raw
from helpdesk.models import Inbox, Message, Role
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "help@parley.example"


@pytest.fixture
def mailbox() -> Iterator[MailboxFake]:
    fake = MailboxFake({"help": "right"})
    fake.start("127.0.0.1", 0)
    yield fake
    fake.stop()


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.agent(role=Role.ADMIN))
    return client


@pytest.fixture
def inbox() -> Inbox:
    return factories.inbox(channel="email", name="Help", address=ADDRESS, teams=[factories.team()])


def url(inbox: Inbox, more: str = "") -> str:
    return f"/settings/mail/{inbox.pk}/{more}"


def save(admin: Client, inbox: Inbox, part: str, **fields: str) -> Any:
    answer = admin.post(url(inbox), {"part": part, **fields})
    inbox.refresh_from_db()
    return answer


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, None])
def test_only_administrators_connect(client: Client, inbox: Inbox, role: Role | None) -> None:
    if role:
        client.force_login(factories.agent(role=role))
    expected = 403 if role else 302
    for path in ("/settings/mail/new/", url(inbox), url(inbox, "test/state/")):
        assert client.get(path).status_code == expected
    for path in (url(inbox, "test/"), url(inbox, "keys/new/"), url(inbox)):
        assert client.post(path, {"part": "names"}).status_code == expected
    inbox.refresh_from_db()
    assert inbox.settings == {}


def test_other_channels_have_no_mailbox(admin: Client) -> None:
    assert admin.get(url(factories.inbox(channel="chat"))).status_code == 404


def test_a_new_mailbox(admin: Client, inbox: Inbox) -> None:
    team = factories.team()
    sent = {"name": "Sales", "address": "Sales@Parley.example", "teams": [str(team.pk)]}
    made = admin.post("/settings/mail/new/", sent)
    found = Inbox.objects.get(address="sales@parley.example")
    assert made["Location"] == url(found)
    assert list(found.teams.all()) == [team]
    assert admin.get(made["Location"]).status_code == 200
    wrongs: list[dict[str, Any]] = [
        {"address": ADDRESS},
        {"address": "x"},
        {"name": " "},
        {"teams": []},
    ]
    for wrong in wrongs:
        answer = admin.post("/settings/mail/new/", {**sent, **wrong})
        assert answer.status_code == 400
    assert Inbox.objects.filter(channel="email").count() == 2


def test_d8_mail_to_an_alias_comes_in(admin: Client, inbox: Inbox) -> None:
    save(
        admin,
        inbox,
        "names",
        name="Help",
        address=ADDRESS,
        aliases="Info@Parley.example\nhi@x.example",
    )
    assert inbox.settings["aliases"] == ["info@parley.example", "hi@x.example"]
    for address in ("info@parley.example", "INFO+c1.x@parley.example", ADDRESS):
        found = listening.find_inbox(address)
        assert found == inbox
    assert listening.find_inbox("else@parley.example") is None
    other = factories.inbox(channel="email", address="o@x.example")
    refused = save(admin, other, "names", name="O", address="o@x.example", aliases="hi@x.example")
    assert refused.status_code == 400


def test_sec35_passwords_go_in_and_never_come_out(admin: Client, inbox: Inbox) -> None:
    facts = {"way": "smtp", "host": "smtp.x.example", "port": "587", "security": "starttls"}
    assert (
        save(admin, inbox, "going", **facts, username="u", password="canary-1").status_code == 302
    )
    assert inbox.secrets["password"] == "canary-1"
    assert save(admin, inbox, "going", **facts, username="u", password="").status_code == 302
    assert inbox.secrets["password"] == "canary-1", "empty keeps it"
    wrong = {**facts, "port": "x", "password": "canary-2"}
    page = save(admin, inbox, "going", **wrong)
    assert page.status_code == 400
    admin.post(url(inbox, "keys/new/"))
    shown = admin.get(url(inbox)).content.decode() + page.content.decode()
    assert "canary" not in shown
    assert "PRIVATE" not in shown
    assert "canary" not in str(list(LogEntry.objects.values()))


def test_parts_are_kept_and_mistakes_lose_nothing(admin: Client, inbox: Inbox) -> None:
    save(admin, inbox, "coming", authserv_id="mx.x.example")
    save(
        admin,
        inbox,
        "answers",
        signature="Help\n{{ inbox.name }}",
        plus_addressing="1",
        reopen_days="0",
    )
    assert inbox.settings == {
        "authserv_id": "mx.x.example", "signature": "Help\n{{ inbox.name }}",
        "quote_history": False, "reopen_days": 0,
    }  # fmt: skip
    page = save(admin, inbox, "answers", signature="{{7*7}} words", reopen_days="400")
    assert page.status_code == 400
    assert "{{7*7}} words" in page.content.decode()
    assert inbox.settings["reopen_days"] == 0
    assert save(admin, inbox, "nothing").status_code == 404


def test_k3_keys_are_made_used_and_dropped(admin: Client, inbox: Inbox) -> None:
    admin.post(url(inbox, "keys/new/"))
    inbox.refresh_from_db()
    waiting = signing.record(inbox, waiting=True)
    assert waiting is not None
    page = admin.get(url(inbox)).content.decode()
    assert waiting.name in page
    assert waiting.value in page
    assert signing.signed(inbox, b"From: x\r\n\r\n") == b"From: x\r\n\r\n", "not before it is used"
    admin.post(url(inbox, "keys/use/"))
    inbox.refresh_from_db()
    assert signing.record(inbox, waiting=False) == waiting
    assert admin.post(url(inbox, "keys/stop/")).status_code == 302
    inbox.refresh_from_db()
    assert (inbox.settings, inbox.secrets) == ({}, {})
    assert admin.post(url(inbox, "keys/evil/")).status_code == 404


def connected(inbox: Inbox, fake: MailboxFake, given: str = "right", **more: Any) -> Inbox:
    inbox.settings = {"host": fake.host, "port": fake.port, "username": "help", **more}
    inbox.secrets = {"password": given}
    inbox.save()
    return inbox


def come_back(inbox: Inbox, fake: MailboxFake) -> None:
    [mail] = fake.messages()
    envelope = {"mail_from": mail["mail_from"], "rcpt": mail["rcpt"][0]}
    event, _made = inbound.accept(inbox, Raw("trial", mail["raw"], envelope))
    assert inbound.process(event.pk) == "ignored"


def test_live_test_goes_out_and_comes_back(
    admin: Client, inbox: Inbox, mailbox: MailboxFake
) -> None:
    connected(inbox, mailbox)
    started = admin.post(url(inbox, "test/")).json()
    assert started["state"] == "waiting"
    asked = {"token": started["token"]}
    assert admin.get(url(inbox, "test/state/"), asked).json() == {"state": "waiting"}
    come_back(inbox, mailbox)
    assert admin.get(url(inbox, "test/state/"), asked).json() == {"state": "done"}
    assert not Message.objects.exists(), "it is shown to nobody"
    other = factories.inbox(channel="email", address="o@x.example")
    assert admin.get(url(other, "test/state/"), asked).json()["state"] == "failed"


def test_live_test_that_does_not_come_back(inbox: Inbox, mailbox: MailboxFake) -> None:
    import time_machine

    token = trial.start(connected(inbox, mailbox))
    with time_machine.travel(__import__("time").time() + 61, tick=False):
        told = trial.state(inbox, token)
    assert told["state"] == "failed"
    assert "60 seconds" in told["words"]


def test_live_test_that_loses_its_mark(inbox: Inbox, mailbox: MailboxFake) -> None:
    token = trial.start(connected(inbox, mailbox))
    [mail] = mailbox.messages()
    head, _blank, body = mail["raw"].partition(b"\r\n\r\n")
    lines = [one for one in head.split(b"\r\n") if not one.startswith(b"To:")]
    data = b"\r\n".join(lines) + b"\r\n\r\n" + body
    event, _made = inbound.accept(inbox, Raw("t", data, {"mail_from": ADDRESS, "rcpt": ADDRESS}))
    inbound.process(event.pk)
    assert "+" in trial.state(inbox, token)["advice"]


def test_forged_live_tests_are_ordinary_mail(inbox: Inbox) -> None:
    data = b"From: a@b.example\r\nX-Parley-Trial: 1:2:3\r\nSubject: x\r\n\r\nhello"
    event, _made = inbound.accept(
        inbox, Raw("t", data, {"mail_from": "a@b.example", "rcpt": ADDRESS})
    )
    assert inbound.process(event.pk) == "done"
    assert Message.objects.count() == 1


def test_live_test_tells_of_a_wrong_password(inbox: Inbox, mailbox: MailboxFake) -> None:
    with pytest.raises(trial.TrialError) as caught:
        trial.start(connected(inbox, mailbox, given="wrong"))
    assert "user name and password" in caught.value.words


def test_live_test_tells_of_a_refusing_relay(inbox: Inbox, mailbox: MailboxFake) -> None:
    mailbox.script("reject")
    with pytest.raises(trial.TrialError) as caught:
        trial.start(connected(inbox, mailbox))
    assert "refuses" in caught.value.words
    assert "550" in caught.value.advice


def test_live_test_tells_of_a_port_where_nobody_listens(inbox: Inbox, mailbox: MailboxFake) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    connected(inbox, mailbox)
    inbox.settings["port"] = closed
    with pytest.raises(trial.TrialError) as caught:
        trial.start(inbox)
    assert "Nobody answers" in caught.value.words


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_live_test_tells_of_missing_tls(inbox: Inbox, mailbox: MailboxFake, security: str) -> None:
    with pytest.raises(trial.TrialError) as caught:
        trial.start(connected(inbox, mailbox, security=security))
    assert "TLS" in caught.value.words or "does not offer" in caught.value.words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "no server of the name"),
        (ssl.SSLCertVerificationError("hostname mismatch"), "certificate"),
        (ssl.SSLError("WRONG_VERSION_NUMBER"), "does not speak TLS"),
        (TimeoutError("timed out"), "does not answer"),
        (ConnectionRefusedError(111, "refused"), "Nobody answers"),
        (RuntimeError("odd"), "broke off"),
    ],
)
def test_every_failure_has_words_and_advice(error: Exception, words: str) -> None:
    told = trial.explain(error, "mail.x.example")
    assert words in told.words
    assert "mail.x.example" in told.words
    assert told.advice
