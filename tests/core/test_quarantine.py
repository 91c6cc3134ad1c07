"""What could not be read: the list, the way of a payload, and the acts of supervisors (DEL-4)."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk import channel_health, inbound, quarantine
from helpdesk.adapters import Raw, UnreadableError
from helpdesk.models import Agent, ChannelHealth, InboundEvent, Inbox, Message
from helpdesk.selectors import intake
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk
from tests.core.test_inbound import raw, text

pytestmark = pytest.mark.django_db(transaction=True)
EVIL = b'[{"x": "</pre><script>alert(1)</script>"}'


def browser(agent: Agent) -> Client:
    made = Client()
    made.force_login(agent)
    return made


def held(phone: Inbox, channel: ScriptedChannel, many: int = 1, body: bytes = EVIL) -> list[int]:
    """Payloads that could not be read; the parser is mended afterwards."""
    channel.broken_parser = UnreadableError("what is this")
    found = []
    for number in range(many):
        event, _created = inbound.accept(phone, Raw(f"held {number}", body, {"via": "imap"}))
        assert inbound.process(event.pk) == "quarantined"
        found.append(event.pk)
    channel.broken_parser = None
    return found


def test_supervisors_see_their_own_and_agents_nothing(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    [pk] = held(phone, channel)
    assert browser(desk.agent).get("/settings/unread/").status_code == 403
    page = browser(desk.supervisor).get("/settings/unread/").content.decode()
    assert "what is this" in page
    other = Agent.objects.get(pk=desk.stranger.pk)
    other.role = "supervisor"
    other.save()
    assert "what is this" not in browser(other).get("/settings/unread/").content.decode()
    for path in ("", "file/"):
        assert browser(other).get(f"/settings/unread/{pk}/{path}").status_code == 404
    assert browser(other).post(f"/settings/unread/{pk}/replay/").status_code == 404
    assert browser(desk.admin).get(f"/settings/unread/{pk}/").status_code == 200


def test_trouble_is_told_in_words(desk: Desk, phone: Inbox, channel: ScriptedChannel) -> None:
    [pk] = held(phone, channel)
    InboundEvent.objects.filter(pk=pk).update(error="x\nhelpdesk.reader.ReaderKilledError: killed")
    page = browser(desk.supervisor).get("/settings/unread/").content.decode()
    assert "more time or memory than one message may" in page
    assert "ReaderKilledError: killed" in page


def test_the_raw_view_is_text_and_the_file_is_a_download(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    [pk] = held(phone, channel)
    client = browser(desk.supervisor)
    page = client.get(f"/settings/unread/{pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    file = client.get(f"/settings/unread/{pk}/file/")
    assert file.content == EVIL
    assert file["Content-Disposition"] == f'attachment; filename="message-{pk}.eml"'
    assert file["Content-Type"] == "application/octet-stream"
    assert file["X-Content-Type-Options"] == "nosniff"


def test_replay_makes_one_message_and_is_in_the_log(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    [pk] = held(phone, channel, body=raw(text()).body)
    client = browser(desk.supervisor)
    for _ in range(2):
        assert client.post(f"/settings/unread/{pk}/replay/").status_code == 302
    assert inbound.process(pk) == "done"
    assert Message.objects.count() == 1
    assert LogEntry.objects.get().change_message == "replayed"
    assert not client.get("/settings/unread/").content.decode().count("what is this")


def test_replay_all_since_a_parser_version(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    pks = held(phone, channel, 3, raw(text()).body)
    InboundEvent.objects.filter(pk=pks[0]).update(parser_version=9)
    assert quarantine.replay_all(by=desk.supervisor, before_version=9) == 2
    assert quarantine.replay_all(by=desk.stranger) == 0
    browser(desk.supervisor).post("/settings/unread/replay/")
    assert not InboundEvent.objects.filter(state="quarantined").exists()


def test_discarding_needs_a_reason_and_is_in_the_log(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    [pk] = held(phone, channel)
    client = browser(desk.supervisor)
    client.post(f"/settings/unread/{pk}/discard/", {"reason": "  "})
    assert InboundEvent.objects.get(pk=pk).state == "quarantined"
    client.post(f"/settings/unread/{pk}/discard/", {"reason": "a test of ours"})
    event = InboundEvent.objects.get(pk=pk)
    assert (event.state, event.discard_reason) == ("discarded", "a test of ours")
    assert bytes(event.body) == EVIL
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.change_message) == (
        desk.supervisor.pk,
        "discarded: a test of ours",
    )
    page = client.get(f"/settings/unread/{pk}/").content.decode()
    assert "a test of ours" in page


def test_pages_of_fifty_without_the_payloads(
    desk: Desk,
    phone: Inbox,
    channel: ScriptedChannel,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    held(phone, channel, 60, b"[" + b" " * 5000)
    client = browser(desk.supervisor)
    with django_assert_max_num_queries(10) as found:
        page = client.get("/settings/unread/")
    assert not [one for one in found.captured_queries if '"body",' in one["sql"]]
    first, older = intake.quarantined(desk.supervisor)
    second, end = intake.quarantined(desk.supervisor, before=older)
    assert (len(first), len(second), end) == (50, 10, 0)
    assert len({one.pk for one in [*first, *second]}) == 60
    assert f"before={older}" in page.content.decode()


def test_the_way_of_a_message_from_raw_to_thread(desk: Desk, phone: Inbox) -> None:
    event, _created = inbound.accept(phone, Raw("k", raw(text()).body, {"via": "imap", "uid": "7"}))
    inbound.process(event.pk)
    message = Message.objects.get()
    client = browser(desk.supervisor)
    page = client.get(f"/messages/{message.pk}/trace/").content.decode()
    for words in ("imap · 7", "version 3 of the parser", f"/inbox/c/{message.conversation_id}/"):
        assert words in page, words
    assert browser(desk.agent).get(f"/messages/{message.pk}/trace/").status_code == 403
    stored = InboundEvent.objects.get()
    assert stored.message == message
    assert stored.finished_at is not None


def test_health_is_written_seldom_and_says_since_when(desk: Desk) -> None:
    pk = desk.inbox.pk
    channel_health.worked(pk, "imap")
    first = ChannelHealth.objects.get()
    channel_health.worked(pk, "imap")
    assert ChannelHealth.objects.get().worked_at == first.worked_at
    channel_health.failed(pk, "imap", "no\x00 answer", advice="unreachable")
    began = ChannelHealth.objects.get().failing_since
    channel_health.failed(pk, "imap", "still none", advice="unreachable", broken=True)
    failing = ChannelHealth.objects.get()
    assert (failing.failing_since, failing.error, failing.broken) == (began, "still none", True)
    channel_health.worked(pk, "imap")
    assert ChannelHealth.objects.get().failing_since is None


def test_a_broken_way_is_on_every_page_of_those_who_can_mend_it(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    channel_health.failed(desk.inbox.pk, "imap", "refused", advice="sign_in", broken=True)
    held(phone, channel)
    for path in ("/settings/", "/queue/", "/inbox/"):
        page = browser(desk.supervisor).get(path).content.decode()
        assert "cannot be reached: nothing comes in there." in page, path
        assert "1 message could not be read" in page
        assert "nothing comes in there" not in browser(desk.agent).get(path).content.decode()
    listed = browser(desk.supervisor).get("/settings/inboxes/").content.decode()
    assert "Stopped: nothing comes in" in listed
    one = browser(desk.supervisor).get(f"/settings/inboxes/{desk.inbox.pk}/").content.decode()
    assert "refused" in one
    assert "Check user name and password" in one
