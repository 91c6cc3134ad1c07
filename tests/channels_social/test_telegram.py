from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_social.providers import telegram_api
from channels_social.providers.telegram import TelegramAdapter
from channels_social.providers.telegram_updates import read_update
from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    Ignored,
    InboundMessage,
    OutboundFile,
    Outgoing,
    PermanentError,
    Raw,
    Sent,
    TransientError,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox
from helpdesk.outbound_http import Answer
from helpdesk.records import Change, Moved, Reached

MINIMAL: dict[str, Any] = {
    "update_id": 1,
    "message": {
        "message_id": 5,
        "date": 1700000000,
        "chat": {"id": 42, "type": "private"},
        "from": {"id": 42, "is_bot": False, "first_name": "Ann", "language_code": "pl"},
        "text": "hi",
    },
}

adapter = TelegramAdapter()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox(
        channel="social",
        provider="telegram",
        address="@bot",
        secrets={"bot_token": "1:token", "webhook_secret": "s3cret"},
    )


def read(update: dict[str, Any], data: bytes | None = b"data") -> Any:
    return read_update(update, lambda _file_id: data)


def with_content(**content: Any) -> dict[str, Any]:
    message = {name: value for name, value in MINIMAL["message"].items() if name != "text"}
    return {"update_id": 2, "message": {**message, **content}}


def test_text() -> None:
    message = read(MINIMAL)

    assert message == InboundMessage(
        sender=message.sender,
        body="hi",
        external_id="42:5",
        sent_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )
    person = message.sender
    assert (person.kind, person.address, person.name) == ("telegram", "42", "Ann")
    assert (person.language, person.verified) == ("pl", True)


def test_group_ids_are_negative_and_long_and_the_group_is_the_address() -> None:
    message = read(with_content(text="hi", chat={"id": -1001234567890123, "title": "Ours"}))
    group = read(with_content(text="hi", chat={"id": -100, "type": "supergroup", "title": "Ours"}))

    assert message.sender.address == "-1001234567890123"
    assert group.sender.name == "Ours"


def test_photo_takes_the_largest() -> None:
    asked: list[str] = []
    sizes = [{"file_id": "s", "width": 90}, {"file_id": "l", "width": 1280}, {"file_id": "m"}]

    def download(file_id: str) -> bytes:
        asked.append(file_id)
        return b"jpeg"

    message = read_update(with_content(photo=sizes, caption="look"), download)

    assert isinstance(message, InboundMessage)
    assert asked == ["l"]
    assert (message.body, message.files[0].data) == ("look", b"jpeg")
    assert message.files[0].content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (
            {"document": {"file_id": "f", "file_name": "a.pdf", "mime_type": "application/pdf"}},
            "a.pdf",
            "application/pdf",
        ),
        ({"voice": {"file_id": "f"}}, "voice.ogg", "audio/ogg"),
        ({"video_note": {"file_id": "f"}}, "video.mp4", "video/mp4"),
        ({"sticker": {"file_id": "f"}}, "sticker.webp", "image/webp"),
        (
            {"animation": {"file_id": "f"}, "document": {"file_id": "f"}},
            "animation.mp4",
            "video/mp4",
        ),
    ],
)
def test_files(content: dict[str, Any], name: str, content_type: str) -> None:
    message = read(with_content(**content))

    (file,) = message.files
    assert (file.name, file.content_type, file.data, file.size) == (name, content_type, b"data", 4)


def test_a_file_that_cannot_be_had_keeps_its_row() -> None:
    found = {"file_id": "f", "file_name": "big.zip", "file_size": 30_000_000}
    big = read(with_content(document=found), data=b"never asked")
    lost = read(with_content(document={"file_id": "f", "file_name": "x", "file_size": 9}), None)

    assert (big.files[0].data, big.files[0].size) == (None, 30_000_000)
    assert (lost.files[0].data, lost.files[0].size) == (None, 9)


def test_an_edit_changes_the_first_message() -> None:
    content = {**MINIMAL["message"], "text": "ho", "edit_date": 1700000009}
    found = read({"update_id": 3, "edited_message": content})
    at = datetime.fromtimestamp(1700000009, UTC)

    assert found == Change("edited", "42:5", "edit:3", at, "42", "ho")


def test_reactions_and_blocking_and_moving() -> None:
    chat = {"id": 42, "type": "private"}
    base = {"chat": chat, "date": 1700000000}
    at = datetime.fromtimestamp(1700000000, UTC)
    new = [{"type": "emoji", "emoji": "👍"}]
    said = {**base, "message_id": 5, "user": {"id": 42}, "new_reaction": new}
    blocked = {**base, "new_chat_member": {"status": "kicked"}}

    assert read({"update_id": 4, "message_reaction": said}) == Change(
        "reaction", "42:5", "reaction:4", at, "42", "👍"
    )
    assert read({"update_id": 5, "message_reaction": {**said, "new_reaction": []}}).text == ""
    assert read({"update_id": 6, "my_chat_member": blocked}) == Reached("telegram", "42", True, at)
    moved = read(with_content(migrate_to_chat_id=-1009, chat={"id": -7, "type": "group"}))
    assert moved == Moved("telegram", "-7", "-1009")


@pytest.mark.parametrize(
    ("content", "body", "kind"),
    [
        ({"location": {"latitude": 1.5, "longitude": 2.5}}, "1.5, 2.5", "location"),
        ({"contact": {"first_name": "Bo", "phone_number": "+1"}}, "Bo +1", "contacts"),
        ({"sticker": {"file_id": "f", "emoji": "😀"}}, "😀", "sticker"),
        ({"dice": {"value": 3}}, "[unsupported message: dice]", "unsupported"),
    ],
)
def test_shapes(content: dict[str, Any], body: str, kind: str) -> None:
    message = read(with_content(**content))

    assert (message.body, message.meta["shape"]["kind"]) == (body, kind)


def test_a_reply_names_what_it_answers() -> None:
    message = read(with_content(text="yes", reply_to_message={"message_id": 4}))

    assert message.references == ("42:4",)


@pytest.mark.parametrize(
    ("update", "body"),
    [
        (with_content(location={"latitude": 1}), "[unsupported message: location]"),
        (with_content(hologram={}), "[unsupported message: hologram]"),
        (with_content(), "[unsupported message: message]"),
        (
            {
                "update_id": 4,
                "callback_query": {"id": "1", "message": {"chat": {"id": 42}}, "data": "x"},
            },
            "x",
        ),
        (
            {"update_id": 5, "brand_new": {"chat": {"id": 42, "first_name": "Ann"}}},
            "[unsupported message: brand_new]",
        ),
    ],
)
def test_unknown_kinds_are_shown(update: dict[str, Any], body: str) -> None:
    message = read(update)

    assert message.body == body
    assert message.sender.address == "42"


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 6, "my_chat_member": {"chat": {"id": 42}}},
        {"update_id": 7, "poll": {"id": "1"}},
        {"update_id": 8},
        {"update_id": 9, "brand_new": 3},
    ],
)
def test_news_without_a_message_are_ignored(update: dict[str, Any]) -> None:
    assert isinstance(read(update), Ignored)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"update_id": "x"}', b'{"update_id": 1, "message": {}}']
)
def test_nothing_to_read(inbox: Inbox, body: bytes) -> None:
    with pytest.raises(UnreadableError):
        adapter.parse(inbox, Raw("key", body))


_text = st.text("ab1\x00ą", max_size=5)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=9,
)
_keys = ("message_id", "date", "chat", "from", "text", "caption", "photo", "document", "sticker")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(_keys), _json))
def test_no_shape_of_a_message_breaks_the_reader(content: dict[str, Any]) -> None:
    content.setdefault("chat", {"id": 42})
    with contextlib.suppress(UnreadableError):
        read({"update_id": 1, "message": content})


@pytest.mark.parametrize("body", [b"", b"[]", b"\x00", b"\xff" * 300, b'{"update_id": 7}'])
def test_raws_never_raises(inbox: Inbox, body: bytes) -> None:
    (raw,) = adapter.raws(inbox, WebhookRequest("POST", "https://x.example/", {}, body))

    assert 0 < len(raw.dedupe_key) <= 200


def outgoing(body: str = "Hello", files: tuple[OutboundFile, ...] = ()) -> Outgoing:
    some: Any = None
    return Outgoing(1, some, 1, "42", "Ann", body, files=files)


FILE = OutboundFile("a.txt", "text/plain", b"abc")


@pytest.mark.parametrize(
    ("message", "methods"),
    [
        (outgoing(), ["sendMessage"]),
        (outgoing("short", (FILE,)), ["sendDocument"]),
        (outgoing("", (FILE,)), ["sendDocument"]),
        (outgoing("x" * 1025, (FILE,)), ["sendMessage", "sendDocument"]),
        (outgoing("two", (FILE, FILE)), ["sendMessage", "sendDocument", "sendDocument"]),
    ],
)
def test_calls_of_a_message(
    monkeypatch: pytest.MonkeyPatch, inbox: Inbox, message: Outgoing, methods: list[str]
) -> None:
    made: list[str] = []

    def call(_inbox: Inbox, part: telegram_api.Call) -> Sent:
        made.append(part.method)
        return Sent(f"42:{len(made)}")

    monkeypatch.setattr(telegram_api, "call_for_id", call)

    assert adapter.send(inbox, message) == Sent("42:1")
    assert made == methods


@pytest.mark.parametrize("error", [TransientError("slow"), PermanentError("blocked")])
def test_a_failure_after_the_first_part_is_ambiguous(
    monkeypatch: pytest.MonkeyPatch, inbox: Inbox, error: Exception
) -> None:
    def call(_inbox: Inbox, part: telegram_api.Call) -> Sent:
        if part.method == "sendDocument":
            raise error
        return Sent("42:1")

    monkeypatch.setattr(telegram_api, "call_for_id", call)

    with pytest.raises(AmbiguousError, match="Only a part"):
        adapter.send(inbox, outgoing("two", (FILE, FILE)))


@pytest.mark.parametrize("body", ["", "  \n", "x" * 4097])
def test_what_telegram_would_not_take_is_not_sent(inbox: Inbox, body: str) -> None:
    with pytest.raises(PermanentError):
        adapter.send(inbox, outgoing(body))


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (429, {"error_code": 429, "parameters": {"retry_after": 7}}, TransientError),
        (403, {"error_code": 403}, PermanentError),
        (400, {"error_code": 400, "description": "Bad Request"}, PermanentError),
        (400, {"error_code": 400, "parameters": {"migrate_to_chat_id": -1}}, PermanentError),
        (401, {"error_code": 401}, ChannelBrokenError),
        (404, {"error_code": 404}, ChannelBrokenError),
        (500, {}, TransientError),
        (502, {"error_code": "odd"}, TransientError),
    ],
)
def test_what_an_error_means(
    monkeypatch: pytest.MonkeyPatch,
    inbox: Inbox,
    status: int,
    document: dict[str, Any],
    kind: type[Exception],
) -> None:
    answer = Answer(status, {}, json.dumps({"ok": False, **document}).encode())
    monkeypatch.setattr(outbound_http, "post", lambda *_args, **_more: answer)

    with pytest.raises(kind) as caught:
        adapter.send(inbox, outgoing())
    assert "token" not in str(caught.value).replace("bot token", "")
    if status == 429:
        assert isinstance(caught.value, TransientError)
        assert caught.value.retry_after == 7
