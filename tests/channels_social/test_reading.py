"""Every kind of element of every network, as our records (providers.md 2.6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk import outbound_http
from helpdesk.adapters import Ignored, InboundMessage, Receipt, UnreadableError
from helpdesk.outbound_http import Answer
from helpdesk.records import Change, Moved, Reached, Watermark
from tests.channels_social import payloads as p
from tests.channels_social.test_networks import read

AT = datetime.fromtimestamp(p.EARLY, UTC)


@pytest.fixture(autouse=True)
def no_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every file and profile is asked for in vain, unless a test says otherwise."""
    asked: list[str] = []

    def get(url: str, **_more: Any) -> Answer:
        asked.append(url)
        return Answer(404, {}, b"{}")

    monkeypatch.setattr(outbound_http, "get", get)
    monkeypatch.setattr("time.sleep", lambda _s: None)
    return asked


def one(provider: str, whole: Any) -> Any:
    (found,) = read(provider, whole)
    return found


def shape(found: InboundMessage) -> Any:
    return found.meta.get("shape", {})


@pytest.mark.parametrize(
    ("kind", "content", "body", "shown"),
    [
        ("text", {"body": "Zażółć 😀 שלום"}, "Zażółć 😀 שלום", None),
        ("button", {"text": "Yes", "payload": "Y"}, "Yes", None),
        ("interactive", {"type": "list_reply", "list_reply": {"title": "Two"}}, "Two", None),
        (
            "location",
            {"latitude": 52.2, "longitude": 21, "name": "Shop"},
            "Shop\n52.2, 21",
            "location",
        ),
        (
            "contacts",
            [{"name": {"formatted_name": "Bo"}, "phones": [{"phone": "+1"}]}],
            "Bo +1",
            "contacts",
        ),
        (
            "order",
            {"text": "", "product_items": [{"quantity": 2, "product_retailer_id": "X"}]},
            "2 × X",
            None,
        ),
        ("hologram", {"size": 3}, "[unsupported message: hologram]", "unsupported"),
        ("text", {"body": ""}, "[unsupported message: text]", "unsupported"),
        ("location", {"latitude": "x"}, "[unsupported message: location]", "unsupported"),
        ("sticker", {"id": "s", "mime_type": "image/webp"}, "", "sticker"),
    ],
)
def test_whatsapp_messages(kind: str, content: Any, body: str, shown: str | None) -> None:
    found = one("whatsapp", p.whatsapp(p.wa(kind, content=content)))

    assert (found.body, found.external_id, found.sent_at) == (body, "wamid.1", AT)
    assert shape(found).get("kind") == shown
    person = found.sender
    assert (person.kind, person.address, person.name) == ("whatsapp", "15551112222", "Ann")
    assert person.verified


def test_whatsapp_changes_and_answers() -> None:
    said = p.wa("text", content={"body": "yes"}, context={"id": "wamid.0"})
    reaction = p.wa("reaction", 2, {"message_id": "wamid.0", "emoji": "👍"})
    revoked = p.wa("revoke", 3, {"original_message_id": "wamid.0"})
    inner = {"type": "text", "text": {"body": "new"}}
    edit = p.wa("edit", 4, {"original_message_id": "wamid.0", "message": inner})
    system = p.wa("system", 5, {"body": "changed", "wa_id": "15559998888"})
    found = read("whatsapp", p.whatsapp(said, reaction, revoked, edit, system))

    assert found[0].answers == "wamid.0"
    assert found[0].references == ("wamid.0",)
    who = "15551112222"
    assert found[1:] == [
        Change("reaction", "wamid.0", "wamid.2", AT, who, "👍"),
        Change("deleted", "wamid.0", "wamid.3", AT, who),
        Change("edited", "wamid.0", "wamid.4", AT, who, "new"),
        Moved("whatsapp", who, "15559998888"),
    ]


def test_whatsapp_senders_without_a_number_and_echoes_of_the_phone() -> None:
    opaque = {
        **p.wa("text", content={"body": "hi"}),
        "from": None,
        "from_user_id": "US.13491208655302741918",
    }
    echo = {**p.wa("text", 2, {"body": "ours"}), "to": "15551112222", "from": "15550001111"}
    nobody = {key: value for key, value in p.wa("text").items() if key != "from"}

    assert one("whatsapp", p.whatsapp(opaque)).sender.address == "US.13491208655302741918"
    found = one("whatsapp", p.whatsapp(message_echoes=[echo]))
    assert (found.echo, found.sender.address) == (True, "15551112222")
    with pytest.raises(UnreadableError):
        read("whatsapp", p.whatsapp(message_echoes=[nobody]))


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_whatsapp_statuses(state: str) -> None:
    said = {"id": "wamid.9", "status": state, "timestamp": str(p.EARLY)}
    mark = {"biz_opaque_callback_data": "outbox:7"}

    assert one("whatsapp", p.whatsapp(statuses=[{**said, **mark}])) == Receipt(
        state, provider_id="wamid.9", delivery_id=7, at=AT
    )
    assert one(
        "whatsapp", p.whatsapp(statuses=[{**said, "biz_opaque_callback_data": "x:7"}])
    ) == Receipt(state, provider_id="wamid.9", at=AT)


def test_whatsapp_failures_tell_why_and_unknown_states_are_kept() -> None:
    fault = {
        "id": "wamid.9",
        "status": "failed",
        "errors": [{"code": 131047, "title": "Re-engagement message"}],
    }
    found = one("whatsapp", p.whatsapp(statuses=[fault]))

    assert (found.state, found.error_code, found.error) == (
        "failed",
        "131047",
        "Re-engagement message",
    )
    unknown = one("whatsapp", p.whatsapp(statuses=[{"id": "w", "status": "teleported"}]))
    assert isinstance(unknown, Ignored)


def test_messenger_messages() -> None:
    said = {"mid": "m_1", "text": "hi", "reply_to": {"mid": "m_0"}}
    found = one("messenger", p.page(p.event(message=said)))

    assert (found.body, found.external_id, found.answers) == ("hi", "m_1", "m_0")
    assert (found.sender.kind, found.sender.address, found.sent_at) == ("messenger", "PSID", AT)


@pytest.mark.parametrize(
    ("attachment", "body", "shown"),
    [
        (
            {
                "type": "location",
                "title": "Here",
                "payload": {"coordinates": {"lat": 1.5, "long": 2.5}},
            },
            "Here\n1.5, 2.5",
            "location",
        ),
        (
            {"type": "image", "payload": {"url": "https://x.fbcdn.net/a.png", "sticker_id": 3}},
            "",
            "sticker",
        ),
        (
            {"type": "fallback", "title": "Page", "payload": {"url": "https://e.example/"}},
            "Page\nhttps://e.example/",
            None,
        ),
        ({"type": "hologram"}, "[unsupported message: hologram]", "unsupported"),
    ],
)
def test_messenger_attachments(attachment: Any, body: str, shown: str | None) -> None:
    found = one("messenger", p.page(p.event(message={"mid": "m", "attachments": [attachment]})))

    assert (found.body, shape(found).get("kind")) == (body, shown)


def test_messenger_echoes() -> None:
    ours = {"mid": "m_2", "text": "x", "is_echo": True, "app_id": 1}
    mine = p.event(ours=True, message={**ours, "metadata": "outbox:7"})
    app = p.event(ours=True, message={**ours, "app_id": "A"})
    foreign = p.event(ours=True, message=ours)

    assert one("messenger", p.page(mine)) == Receipt("sent", "m_2", delivery_id=7, at=AT)
    assert one("messenger", p.page(app)) == Ignored("our own words")
    found = one("messenger", p.page(foreign))
    assert (found.echo, found.sender.address, found.body) == (True, "PSID", "x")


def test_messenger_receipts_changes_and_buttons() -> None:
    later = p.EARLY * 1000 + 5000
    found = read(
        "messenger",
        p.page(
            p.event(read={"watermark": later}),
            p.event(delivery={"mids": ["m_9"], "watermark": later}),
            p.event(reaction={"mid": "m_1", "action": "react", "emoji": "😆"}),
            p.event(reaction={"mid": "m_1", "action": "unreact"}),
            p.event(message_edit={"mid": "m_1", "text": "new", "num_edit": 1}),
            p.event(message={"mid": "m_1", "is_deleted": True}),
            p.event(postback={"mid": "m_3", "title": "Start", "payload": "GO"}),
            p.event(pass_thread_control={"new_owner_app_id": "1"}),
        ),
    )
    until = datetime.fromtimestamp(p.EARLY + 5, UTC)

    assert found[0] == Watermark("read", "PSID", until)
    assert found[1:3] == [Receipt("delivered", "m_9", at=AT), Watermark("delivered", "PSID", until)]
    assert [(one.kind, one.text) for one in found[3:6]] == [
        ("reaction", "😆"),
        ("reaction", ""),
        ("edited", "new"),
    ]
    assert found[6] == Change("deleted", "m_1", "deleted:m_1", AT, "PSID")
    assert (found[7].body, shape(found[7])["payload"]) == ("Start", "GO")
    assert found[8] == Ignored("pass_thread_control")


def test_messenger_standby_is_shown_and_answered_by_nobody() -> None:
    said = p.event(message={"mid": "m_1", "text": "to another app"})
    found = one("messenger", p.page(said, name="standby"))

    assert (found.body, found.automated, found.meta["standby"]) == ("to another app", True, True)


def test_instagram_reads_by_message() -> None:
    found = one("instagram", p.page(p.event(read={"mid": "m_9"}), kind="instagram"))

    assert found == Receipt("read", provider_id="m_9", at=AT)


@pytest.mark.parametrize(
    ("message", "body", "shown"),
    [
        ({"type": "text", "text": "hi"}, "hi", None),
        ({"type": "sticker", "keywords": ["love", "ok"]}, "love, ok", "sticker"),
        (
            {"type": "location", "title": "T", "address": "A", "latitude": 1.0, "longitude": 2.0},
            "T\nA\n1.0, 2.0",
            "location",
        ),
        ({"type": "hologram"}, "[unsupported message: hologram]", "unsupported"),
    ],
)
@pytest.mark.django_db
def test_line_messages(message: Any, body: str, shown: str | None) -> None:
    said = {"id": "9", "quotedMessageId": "8", **message}
    found = one("line", p.line("message", message=said))

    assert (found.body, shape(found).get("kind"), found.answers) == (body, shown, "8")
    assert (found.sender.address, found.external_id, found.sent_at) == ("U1", "9", AT)


@pytest.mark.django_db
def test_line_news() -> None:
    assert one("line", p.line("unsend", unsend={"messageId": "9"})) == Change(
        "deleted", "9", "unsend:9", AT, "U1"
    )
    assert one("line", p.line("unfollow")) == Reached("line", "U1", blocked=True, at=AT)
    assert one("line", p.line("follow")) == Reached("line", "U1", blocked=False, at=AT)
    assert one("line", p.line("postback", postback={"data": "a=1"})).body == "a=1"
    assert one("line", p.line("videoPlayComplete")) == Ignored("videoPlayComplete")
    assert isinstance(one("line", {"destination": "U0", "events": []}), Ignored)
    again = p.line("unfollow", deliveryContext={"isRedelivery": True})
    assert [r.dedupe_key for r in _raws("line", again)] == ["event:E1"]


def _raws(provider: str, whole: Any) -> Any:
    from tests.channels_social.test_networks import adapter

    inbox = p.inbox_of(provider)
    return adapter(inbox).raws(inbox, p.call(provider, whole))


@pytest.mark.parametrize(
    ("message", "body", "shown"),
    [
        ({"type": "text", "text": "hi"}, "hi", None),
        ({"type": "sticker", "sticker_id": 4}, "[sticker]", "sticker"),
        ({"type": "location", "location": {"lat": 1.0, "lon": 2.0}}, "1.0, 2.0", "location"),
        ({"type": "contact", "contact": {"name": "Bo", "phone_number": "+1"}}, "Bo +1", "contacts"),
        ({"type": "url", "media": "https://e.example/"}, "https://e.example/", None),
        ({"type": "text", "text": ""}, "[unsupported message: text]", "unsupported"),
    ],
)
def test_viber_messages(message: Any, body: str, shown: str | None) -> None:
    found = one("viber", p.viber(message=message))

    assert (found.body, shape(found).get("kind")) == (body, shown)
    assert found.external_id == "5098034272017990000"  # an id over 32 and over 53 bits


def test_viber_news() -> None:
    token = "5098034272017990000"
    assert one("viber", p.viber("seen", user_id="V1")) == Receipt("read", token, at=AT)
    assert one("viber", p.viber("failed", desc="no")) == Receipt("failed", token, error="no", at=AT)
    assert one("viber", p.viber("unsubscribed", user_id="V1")) == Reached("viber", "V1", True, AT)
    assert one("viber", p.viber("webhook")) == Ignored("webhook")


def with_answers(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> None:
    queue = list(answers)

    def get(url: str, **more: Any) -> Answer:
        if "allowed" in more and not more["allowed"](url.split("/")[2]):
            raise outbound_http.ForbiddenError("not on the list")
        found = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]

    monkeypatch.setattr(outbound_http, "get", get)


URL = Answer(200, {}, b'{"url":"https://lookaside.fbsbx.com/x"}')
PNG = Answer(200, {"content-type": "image/png"}, b"png")


@pytest.mark.parametrize(
    ("answers", "data"),
    [
        ([URL, PNG], b"png"),
        ([URL, Answer(200, {"content-type": "image/png"}, b"")], b""),
        ([Answer(404, {}, b"{}")], None),
        ([URL, Answer(410, {}, b""), URL, PNG], b"png"),  # expired: its URL is asked for anew
        ([URL, outbound_http.TooBigError("big")], None),
        ([URL, Answer(200, {"content-type": "text/html"}, b"<p>")], None),
        ([URL, outbound_http.CutError("slow"), PNG], b"png"),
        ([URL, outbound_http.ForbiddenError("private")], None),
        ([Answer(200, {}, b'{"url":"https://evil.example/x"}')], None),
        ([Answer(200, {}, b'{"url":"https://evilfbsbx.com/x"}')], None),
    ],
)
def test_a_file_that_cannot_be_had_leaves_the_words(
    monkeypatch: pytest.MonkeyPatch, answers: list[Any], data: bytes | None
) -> None:
    with_answers(monkeypatch, *answers)
    content = {"id": "77", "mime_type": "image/png", "caption": "look"}
    found = one("whatsapp", p.whatsapp(p.wa("image", content=content)))

    (file,) = found.files
    assert (found.body, file.data, file.content_type) == ("look", data, "image/png")
