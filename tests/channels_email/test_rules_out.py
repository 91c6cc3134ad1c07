"""What leaves, rule by rule (K1-K6, E7, SEC-30): over real SMTP to a sink that keeps it all."""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import dkim
import pytest

from channels_email import owned, sending, signing, threads
from channels_email.adapter import EmailAdapter
from channels_email.composing import ComposeError, compose
from channels_email.fake import MailboxFake
from channels_email.visible import visible_text
from helpdesk.adapters import (
    FileLink,
    OutboundFile,
    Outgoing,
    PermanentError,
    Quote,
    TransientError,
)
from helpdesk.models import Inbox
from tests.channels_email.samples import ADDRESS, make_inbox, make_outgoing, parse, raw

BOB, EVE = "bob@customer.example", "eve@else.example"
ANN = "ann@customer.example"


@pytest.fixture
def mailbox() -> Iterator[MailboxFake]:
    fake = MailboxFake()
    fake.start("127.0.0.1", 0)
    yield fake
    fake.stop()


def inbox_for(fake: MailboxFake, **settings: object) -> Inbox:
    return make_inbox(host=fake.host, port=fake.port, **settings)


def outgoing(**changes: object) -> Outgoing:
    names = ("body", "html", "subject", "to", "to_name", "author_name", "files")
    made = make_outgoing(**{name: changes.pop(name) for name in names if name in changes})  # type: ignore[arg-type]
    return replace(made, **changes)  # type: ignore[arg-type]


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def texts(data: bytes) -> tuple[str, str]:
    message = read(data)
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    contents = plain.get_content(), rich.get_content()
    return contents[0].replace("\r\n", "\n"), contents[1].replace("\r\n", "\n")


def test_k3_each_recipient_has_an_envelope_sender_of_its_own(mailbox: MailboxFake) -> None:
    sent = EmailAdapter().send(inbox_for(mailbox), outgoing(cc=(BOB,), bcc=(EVE,)))
    found = {one["rcpt"][0]: one for one in mailbox.messages()}
    assert set(found) == {ANN, BOB, EVE} == set(sent.done)
    for address, one in found.items():
        assert len(one["rcpt"]) == 1
        bounced = threads.read_bounce_address(one["mail_from"])
        assert bounced is not None
        assert bounced.delivery_id == 31
        assert [who for who in (ANN, BOB, EVE) if bounced.is_for(who)] == [address]


def test_k3_plain_envelope_sender_where_tags_are_off(mailbox: MailboxFake) -> None:
    EmailAdapter().send(inbox_for(mailbox, plus_addressing=False), outgoing())
    assert mailbox.messages()[0]["mail_from"] == ADDRESS


def test_k3_a_persons_answer_offers_no_unsubscribing() -> None:
    message = read(compose(make_inbox(), outgoing()).data)
    assert "List-Unsubscribe" not in message
    assert "Precedence" not in message


def test_k4_bcc_never_leaks(mailbox: MailboxFake) -> None:
    EmailAdapter().send(inbox_for(mailbox), outgoing(cc=(BOB,), bcc=(EVE,)))
    for one in mailbox.messages():
        assert EVE.encode() not in one["raw"]
        assert threads.recipient_tag(EVE).encode() not in one["raw"]
        assert read(one["raw"])["Cc"] == BOB
        assert "Bcc" not in read(one["raw"])


def test_k4_recipients_are_named_once_and_none_is_ours() -> None:
    inbox = make_inbox(aliases=["sales@parley.example"], groups=["all@parley.example"])
    ours = (ADDRESS, "Help+c1.x@Parley.example", "sales@parley.example", "all@parley.example")
    mail = compose(inbox, outgoing(cc=(BOB, BOB.upper(), ANN, *ours), bcc=(BOB, EVE, EVE)))
    assert mail.copies == (BOB, EVE)


def test_k4_nothing_is_sent_to_ourselves() -> None:
    with pytest.raises(ComposeError):
        compose(make_inbox(), outgoing(to=ADDRESS))


def test_d7_own_addresses_are_known_with_tags_and_foreign_letters() -> None:
    inbox = make_inbox(aliases=["help@bücher.example"])
    assert owned.is_own(inbox, "HELP+x@xn--bcher-kva.example")
    assert not owned.is_own(inbox, "help@other.example")


BREAKS = ["\r\nX-Evil: 1", "\nX-Evil: 1", "\rX-Evil: 1", "\x00", "\r\n\r\nBody", "\n X-Evil: 1"]


@pytest.mark.parametrize("evil", BREAKS)
@pytest.mark.parametrize("place", ["to", "to_name", "author_name", "subject", "cc", "bcc", "file"])
def test_sec30_header_injection_makes_no_header(
    mailbox: MailboxFake, place: str, evil: str
) -> None:
    changes: dict[str, object] = {place: f"a{evil}"}
    if place in {"cc", "bcc"}:
        changes = {place: (f"a@b.example{evil}",)}
    elif place == "to":
        changes = {place: f"a@b.example{evil}"}
    elif place == "file":
        changes = {"files": (OutboundFile(f"a{evil}.txt", "text/plain", b"x"),)}
    with pytest.raises(PermanentError):
        EmailAdapter().send(inbox_for(mailbox), outgoing(**changes))
    assert mailbox.messages() == []


@pytest.mark.parametrize("evil", BREAKS)
def test_sec30_what_customers_wrote_makes_no_header(mailbox: MailboxFake, evil: str) -> None:
    """Quotes, signatures and ids come from outside, too: they are cleaned or left out."""
    at = datetime(2025, 3, 4, 8, 12, tzinfo=UTC)
    mail = outgoing(
        quote=Quote(f"Ann{evil}", ANN, at, f"Hi{evil}"),
        signature=f"Vita{evil}",
        message_ids=(f"a1@x.example{evil}",),
        in_reply_to=f"a1@x.example{evil}",
    )
    EmailAdapter().send(inbox_for(mailbox), mail)
    [one] = mailbox.messages()
    message = read(one["raw"])
    assert "X-Evil" not in message
    assert all("X-Evil" not in part for part in message.walk())
    assert message["In-Reply-To"] is None


def test_k5_a_refused_copy_stops_nobody_else(mailbox: MailboxFake) -> None:
    mailbox.script("pass")
    mailbox.script("reject")
    sent = EmailAdapter().send(inbox_for(mailbox), outgoing(cc=(BOB,), bcc=(EVE,)))
    assert sent.done == (ANN, EVE)
    [(address, why)] = sent.refused
    assert address == BOB
    assert "550" in why
    assert {one["rcpt"][0] for one in mailbox.messages()} == {ANN, EVE}


def test_k5_who_has_it_is_left_out_of_the_next_attempt(mailbox: MailboxFake) -> None:
    mailbox.script("pass")
    mailbox.script("defer")
    with pytest.raises(TransientError) as caught:
        EmailAdapter().send(inbox_for(mailbox), outgoing(cc=(BOB,)))
    assert caught.value.done == (ANN,)
    again = EmailAdapter().send(inbox_for(mailbox), outgoing(cc=(BOB,), done=caught.value.done))
    assert again.done == (ANN, BOB)
    assert [one["rcpt"][0] for one in mailbox.messages()] == [ANN, BOB]


def test_k5_refused_recipient_fails_the_message(mailbox: MailboxFake) -> None:
    mailbox.script("reject")
    with pytest.raises(PermanentError):
        EmailAdapter().send(inbox_for(mailbox), outgoing(cc=(BOB,)))
    assert mailbox.messages() == []


def test_k1_at_most_twenty_references_in_short_lines() -> None:
    many = tuple(f"{'x' * 60}{number}@mail.example" for number in range(60))
    data = compose(make_inbox(), outgoing(message_ids=many, in_reply_to=many[-1])).data
    head = data.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 998
    found = threads.ids([read(data)["References"]])
    assert len(found) == 20
    assert found[1] == many[0]
    assert found[-1] == many[-1]
    assert read(data)["In-Reply-To"].strip() == f"<{many[-1]}>"


@pytest.mark.parametrize(
    "piled", ["Re: Re: AW: Question", "RE[2]: Question", "SV: Re: Question", "Re: Question"]
)
def test_k1_answers_do_not_pile_up(piled: str) -> None:
    mark = threads.subject_mark(12)
    marked = make_inbox(subject_mark=True)
    assert read(compose(make_inbox(), outgoing(subject=piled)).data)["Subject"] == "Re: Question"
    once = read(compose(marked, outgoing(subject=f"{piled} {mark} {mark}")).data)["Subject"]
    assert once == f"Re: Question {mark}"


def test_k2_parts_and_lines() -> None:
    shown = OutboundFile("logo.png", "image/png", b"png", "logo@x")
    plain = OutboundFile("Grüße.txt", "text/plain", b"x\n" * 9)
    body = f"{'ä' * 3000}\n.\nFrom here"
    data = compose(
        make_inbox(),
        outgoing(body=body, html=f'<p>{body}</p><img src="cid:logo@x">', files=(shown, plain)),
    ).data
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    kinds = [part.get_content_type() for part in read(data).walk() if part.is_multipart()]
    assert kinds == ["multipart/mixed", "multipart/related", "multipart/alternative"]
    assert [part.get_filename() for part in read(data).iter_attachments()][-1] == "Grüße.txt"
    assert parse(
        data.replace(b"X-Parley-Loop", b"X-Other").replace(b"Message-ID: <v1", b"Message-ID: <w1")
    ).files


def quoted(**changes: object) -> Outgoing:
    at = datetime(2025, 3, 4, 8, 12, tzinfo=UTC)
    quote = Quote("Ann Example", ANN, at, "Where is it?\n\nAnn")
    return outgoing(
        **{"body": "It left today.", "signature": "Vita\nBirch & Linen", "quote": quote, **changes}
    )


def test_k6_signature_and_history_stand_once_below_the_answer() -> None:
    plain, rich = texts(compose(make_inbox(), quoted()).data)
    assert plain == (
        "It left today.\n\n-- \nVita\nBirch & Linen\n\n"
        "Ann Example <ann@customer.example>, 2025-03-04 08:12 UTC:\n> Where is it?\n> \n> Ann\n"
    )
    assert rich.count("Birch &amp; Linen") == rich.count('<blockquote type="cite">') == 1
    assert rich.index("It left") < rich.index("Birch") < rich.index("Where is it")


def test_k6_our_own_trimmer_finds_both() -> None:
    for part in texts(compose(make_inbox(), quoted()).data)[:1]:
        assert visible_text(part) == "It left today."


def test_k6_big_files_go_as_links() -> None:
    link = FileLink("film.mp4", 12 * 1024 * 1024, "https://desk.example/f/a&b/", datetime.now(UTC))
    plain, rich = texts(compose(make_inbox(), outgoing(links=(link,))).data)
    assert "film.mp4 (12.0 MB)\nhttps://desk.example/f/a&b/" in plain
    assert '<a href="https://desk.example/f/a&amp;b/">film.mp4 (12.0 MB)</a>' in rich


@pytest.mark.parametrize(
    ("host", "answer", "expected"),
    [
        ("mx.example", "2.0.0 Ok: queued as 4AB12", "own@x"),
        ("mx.example", "2.0.0 Ok <other@y>", "own@x"),
        (
            "email-smtp.eu-west-1.amazonaws.com",
            "Ok 0102018f-1111-2222-3333-444444444444-000000",
            "0102018f-1111-2222-3333-444444444444-000000@eu-west-1.amazonses.com",
        ),
        (
            "email-smtp.us-east-1.amazonaws.com",
            "Ok 0100018f-1111-2222-3333-444444444444-000000",
            "0100018f-1111-2222-3333-444444444444-000000@email.amazonses.com",
        ),
        (
            "smtp.office365.com",
            "2.0.0 OK <AM0PR01@AM0PR01MB.eurprd01.prod.outlook.com> [Hostname=AM0]",
            "AM0PR01@AM0PR01MB.eurprd01.prod.outlook.com",
        ),
    ],
)
def test_e7_the_id_that_really_went_out_is_kept(host: str, answer: str, expected: str) -> None:
    assert sending.went_out(host, answer, "own@x") == expected


def test_e7_an_answer_without_our_message_id_still_threads() -> None:
    """iOS drops References, providers rewrite Message-IDs: each other sign is enough."""
    inbox = make_inbox()
    sent = compose(inbox, outgoing())
    message = read(sent.data)
    root = threads.ids([message["References"]])[0]
    assert threads.read_message_id(root) == threads.OwnId(0, 12)
    back = message["Reply-To"].addresses[0].addr_spec
    assert threads.read_reply_address(back, inbox.pk) == 12
    marked = threads.read_body_marks(texts(sent.data)[1], inbox.pk)
    assert marked is not None
    assert marked.conversation_id == 12


def signing_inbox(**settings: object) -> Inbox:
    inbox = make_inbox(**settings)
    inbox.settings, inbox.secrets = signing.with_new_key(inbox)
    inbox.settings, inbox.secrets = signing.with_next_in_use(inbox)
    return inbox


def verified(data: bytes, inbox: Inbox) -> bool:
    record = signing.record(inbox, waiting=False)
    assert record is not None
    zone = {f"{record.name}.".encode(): record.value.encode()}
    return bool(dkim.verify(data, dnsfunc=lambda name, timeout=5: zone.get(name)))


def test_k3_dkim_signature_holds_for_what_arrives(mailbox: MailboxFake) -> None:
    inbox = signing_inbox(host=mailbox.host, port=mailbox.port)
    EmailAdapter().send(inbox, outgoing(body=".\nGrüße", subject="Frage ä", cc=(BOB,)))
    for one in mailbox.messages():
        assert verified(one["raw"], inbox)
        assert not verified(one["raw"].replace(b"Frage", b"Fraqe").replace(b"Gr=", b"Gx="), inbox)


def test_k3_dkim_key_is_turned_over_by_its_selector() -> None:
    inbox = signing_inbox()
    old, known = inbox.settings["dkim_selector"], dict(inbox.secrets)
    inbox.settings, inbox.secrets = signing.with_new_key(inbox)
    waiting = signing.record(inbox, waiting=True)
    assert waiting is not None
    assert old not in waiting.name
    assert inbox.settings["dkim_selector"] == old, "the new key waits for its record"
    assert verified(signing.signed(inbox, compose(inbox, outgoing()).data), inbox)
    inbox.settings, inbox.secrets = signing.with_next_in_use(inbox)
    assert inbox.settings["dkim_selector"] != old
    assert not set(known) & set(inbox.secrets), "the old key is forgotten"
    assert verified(signing.signed(inbox, compose(inbox, outgoing()).data), inbox)
    assert "PRIVATE" not in str(inbox.settings)


def test_k3_mail_with_a_broken_key_does_not_leave_unsigned(mailbox: MailboxFake) -> None:
    inbox = inbox_for(mailbox, dkim_selector="gone")
    with pytest.raises(PermanentError):
        EmailAdapter().send(inbox, outgoing())
    assert mailbox.messages() == []


def test_f3_our_copies_coming_back_are_ours() -> None:
    sent = compose(make_inbox(), outgoing(cc=(BOB,)))
    [back] = EmailAdapter().parse(make_inbox(), raw(sent.data))
    assert "came back" in back.reason  # type: ignore[union-attr]
