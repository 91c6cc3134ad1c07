"""When two mails are one (F1-F3): constraints in the database, never a look before a leap."""

from __future__ import annotations

from functools import partial

import pytest

from channels_email import threads
from channels_email.dedupe import content_key, dedupe_key
from channels_email.parsing import read
from helpdesk import inbound
from helpdesk.adapters import Raw
from helpdesk.models import InboundEvent, Inbox, Message
from tests.channels_email.samples import ADDRESS, mail
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr("helpdesk.nudge.wake", lambda *_args, **_facts: True)
    return Inbox.objects.create(name="Help", channel="email", address=ADDRESS)


def take(inbox: Inbox, data: bytes) -> str:
    event, _created = inbound.accept(inbox, Raw(dedupe_key(data), data, {"rcpt": ADDRESS}))
    return inbound.process(event.pk) or event.state


def texts() -> list[str]:
    return sorted(Message.objects.filter(direction="in").values_list("body", flat=True))


def test_f1_same_message_id_in_two_inboxes_is_one_message_in_each(inbox: Inbox) -> None:
    other = Inbox.objects.create(name="Sales", channel="email", address="sales@parley.example")
    for one in (inbox, other, inbox, other):
        take(one, mail())
    assert Message.objects.count() == InboundEvent.objects.count() == 2


def test_f1_same_message_id_with_other_content_is_two_and_says_so(inbox: Inbox) -> None:
    for _ in range(2):
        for words in ("one", "two", "three"):
            take(inbox, mail(words, message_id="<1234@localhost>"))
    assert texts() == ["one", "three", "two"]
    flagged = Message.objects.exclude(external_id="1234@localhost")
    assert [one.meta["same_id_as"] for one in flagged] == ["1234@localhost"] * 2


def test_f1_the_second_of_an_id_is_answered_like_any_other(inbox: Inbox) -> None:
    for words in ("one", "two"):
        take(inbox, mail(words, message_id="<1@localhost>"))
    take(inbox, mail("an answer", message_id="<2@x>", extra="In-Reply-To: <1@localhost>"))
    first = Message.objects.get(external_id="1@localhost")
    assert Message.objects.get(body="an answer").conversation_id == first.conversation_id


@pytest.mark.parametrize(
    "encoded",
    [
        mail("na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve words", charset="latin-1"),
        mail("bmHDr3ZlIHdvcmRz", extra="Content-Transfer-Encoding: base64"),
        mail("na=C3=AFve words", extra="Content-Transfer-Encoding: quoted-printable"),
        b"X-Note: added on the way\r\n" + mail("na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve words"),
    ],
)
def test_f1_the_same_mail_encoded_anew_on_its_way_is_one(inbox: Inbox, encoded: bytes) -> None:
    plain = mail("na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve words")
    take(inbox, plain)
    assert dedupe_key(encoded) != dedupe_key(plain), "the raw bytes do not tell"
    take(inbox, encoded)
    assert Message.objects.count() == 1
    assert InboundEvent.objects.filter(message=Message.objects.get()).count() == 2


def test_f1_without_an_id_the_content_decides(inbox: Inbox) -> None:
    bare = mail("no id").replace(b"Message-ID: <a1@customer.example>\r\n", b"")
    take(inbox, bare)
    take(inbox, b"X-Note: another way\r\n" + bare)
    take(inbox, bare.replace(b"no id", b"none either"))
    assert texts() == ["no id", "none either"]


def test_f1_sender_date_and_files_are_content(inbox: Inbox) -> None:
    key = content_key(read(mail(), max_file=1000))
    other = mail().replace(b"10:12", b"10:13"), mail(sender="Eve <eve@x.example>"), mail("other")
    assert key not in {content_key(read(one, max_file=1000)) for one in other}
    spaced = mail("Hello  \r\n")
    assert key == content_key(read(spaced, max_file=1000))


def test_f2_twenty_workers_with_one_mail_make_one_message(inbox: Inbox) -> None:
    data = mail()
    at_once([partial(take, inbox, data)] * 10)
    noted = [b"X-Way: %d\r\n" % number + data for number in range(10)]
    at_once([partial(take, inbox, one) for one in noted])
    assert Message.objects.count() == 1
    assert InboundEvent.objects.count() == 11


def test_f2_two_contents_of_one_id_at_the_same_moment_are_two(inbox: Inbox) -> None:
    at_once([partial(take, inbox, mail(f"words {n % 2}")) for n in range(10)])
    assert texts() == ["words 0", "words 1"]


def test_f3_our_own_mail_coming_back_is_dropped_with_a_note(inbox: Inbox) -> None:
    own = threads.message_id(31, 12, "parley.example")
    assert take(inbox, mail(message_id=f"<{own}>")) == "ignored"
    assert InboundEvent.objects.get().error == "our own mail came back"
    assert not Message.objects.exists()
