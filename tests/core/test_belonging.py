"""Which conversation a mail joins and who may join it: E1-E10, D5, D6, SEC-14, SEC-15, AUT-14."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from channels_email import threads
from helpdesk.models import (
    Company,
    Conversation,
    ConversationLink,
    Customer,
    Delivery,
    Direction,
    Message,
    State,
)
from helpdesk.packing import pack
from helpdesk.selectors import recipients
from helpdesk.services import conversations, customers, weaving
from tests import factories
from tests.core.conftest import Desk
from tests.core.letters import ANN, BOB, EVE, HELP, OURS, Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(desk: Desk) -> Post:
    inbox = factories.inbox(
        channel="email", address=HELP, teams=[desk.mine], settings={"authserv_id": OURS}
    )
    return Post(inbox, desk.agent)


def linked(message: Message) -> set[int]:
    rows = ConversationLink.objects.filter(second=message.conversation)
    return set(rows.values_list("first", flat=True))


def vouched(address: str, verdict: str = "pass", server: str = OURS) -> str:
    domain = address.rpartition("@")[2]
    return f"{server}; spf=pass smtp.mailfrom={domain}; dmarc={verdict} header.from={domain}"


def test_e1_each_sign_is_enough_for_who_takes_part(post: Post) -> None:
    first = post.get()
    answer = post.answer(first.conversation)
    pk, own = first.conversation_id, post.message_id(answer)
    root = f"<{threads.message_id(0, pk, 'parley.example')}>"
    mark = threads.body_mark(post.inbox.pk, pk, ANN)
    html = f"<p>Yes</p><blockquote><div style='display:none'>{mark}</div></blockquote>"
    signs = [
        post.get(rcpt=threads.reply_address(HELP, post.inbox.pk, pk, ANN)),
        post.get(In_Reply_To=own),
        post.get(References=f"<x@y> {own} <z@y>"),
        post.get(References=root),
        post.get(In_Reply_To="<m1@mail.example>"),
        post.get(html, Content_Type="text/html"),
        post.get(Subject=f"Re: Question {threads.subject_mark(pk)}"),
    ]
    assert {one.conversation_id for one in signs} == {pk}
    assert not any(one.meta["warnings"] for one in signs)
    assert not any("parley:" in one.body for one in signs)


def test_e1_the_better_sign_wins(post: Post) -> None:
    one, other = post.get(), post.get()
    address = threads.reply_address(HELP, post.inbox.pk, one.conversation_id, ANN)
    both = post.get(rcpt=address, In_Reply_To="<m2@mail.example>")
    assert both.conversation_id == one.conversation_id
    assert other.conversation_id != one.conversation_id


def test_e1_first_authorised_hit_wins(post: Post) -> None:
    """A sign of another's conversation does not hide the sign of one's own."""
    foreign = post.get(From=EVE)
    mine = post.get()
    answer = post.get(In_Reply_To="<m1@mail.example>", References="<m2@mail.example>")
    assert answer.conversation_id == mine.conversation_id != foreign.conversation_id


def test_e3_who_is_copied_takes_part(post: Post) -> None:
    first = post.get(Cc=f"Bob <{BOB}>")
    theirs = post.get(From=f"Bob <{BOB}>", In_Reply_To="<m1@mail.example>")
    assert theirs.conversation_id == first.conversation_id
    assert theirs.meta["warnings"] == []
    assert theirs.meta["from"] == BOB
    assert theirs.conversation.customer.identities.get().address == ANN


def test_e3_whom_we_copied_takes_part(post: Post) -> None:
    first = post.get()
    post.answer(first.conversation, cc=[BOB])
    theirs = post.get(From=BOB, In_Reply_To="<m1@mail.example>")
    assert theirs.conversation_id == first.conversation_id


def test_e3_a_known_alias_takes_part(post: Post) -> None:
    first = post.get()
    alias = factories.inbound_message("ann@home.example", kind="email").sender
    customers.link_identity(first.conversation.customer, alias, evidence="told us")
    theirs = post.get(From="ann@home.example", In_Reply_To="<m1@mail.example>")
    assert theirs.conversation_id == first.conversation_id
    assert theirs.meta["warnings"] == []


def test_e3_colleagues_take_part_only_where_the_inbox_says_so(post: Post) -> None:
    first = post.get()
    post.get(From=BOB)
    company = Company.objects.create(name="Customer Ltd")
    Customer.objects.update(company=company)
    apart = post.get(From=BOB, In_Reply_To="<m1@mail.example>")
    assert apart.conversation_id != first.conversation_id
    post.inbox.settings["company_joins"] = True
    post.inbox.save()
    joined = post.get(From=BOB, In_Reply_To="<m1@mail.example>")
    assert joined.conversation_id == first.conversation_id


def test_e3_what_a_stranger_puts_into_copy_takes_no_part(post: Post) -> None:
    first = post.get()
    address = threads.reply_address(HELP, post.inbox.pk, first.conversation_id, ANN)
    post.get(From=EVE, rcpt=address, Cc="mallory@stranger.example")
    third = post.get(From="mallory@stranger.example", In_Reply_To="<m1@mail.example>")
    assert third.conversation_id != first.conversation_id


def test_e3_stranger_with_a_valid_token_is_called_unverified(post: Post) -> None:
    first = post.get()
    address = threads.reply_address(HELP, post.inbox.pk, first.conversation_id, ANN)
    theirs = post.get(From=EVE, rcpt=address, Cc="mallory@stranger.example")
    assert theirs.conversation_id == first.conversation_id
    assert theirs.direction == Direction.IN
    assert theirs.meta["unverified_sender"] is True
    assert "unverified_sender" in theirs.meta["warnings"]
    answered = recipients.suggested(first.conversation, post.inbox)
    assert (answered.to, answered.cc) == (ANN, ()), "never copied by itself"
    sent = post.answer(first.conversation)
    assert sent.delivery.to == ANN


def test_e4_forward_by_a_stranger_begins_anew_even_with_a_token(post: Post) -> None:
    first = post.get()
    address = threads.reply_address(HELP, post.inbox.pk, first.conversation_id, ANN)
    for prefix in ("Fwd:", "WG:", "TR:", "RV:", "VS:", "Doorst:", "PD:", "Fw:"):
        theirs = post.get(From=EVE, rcpt=address, Subject=f"{prefix} Question")
        assert theirs.conversation_id != first.conversation_id
        assert linked(theirs) == {first.conversation_id}


@pytest.mark.parametrize("empty", ["<>", "", " ", "None", "<None>", "null", "<> <>", "NULL\r\n "])
def test_e5_empty_ids_match_nothing(post: Post, empty: str) -> None:
    first = post.get(Message_ID="<a@b>", From=EVE)
    Message.objects.filter(pk=first.pk).update(external_id="")
    theirs = post.get(In_Reply_To=empty, References=empty)
    assert theirs.conversation_id != first.conversation_id
    assert linked(theirs) == set()


def test_e5_each_of_several_ids_is_tried_and_case_counts(post: Post) -> None:
    first = post.get(Message_ID="<AbC@mail.example>")
    several = post.get(In_Reply_To="<x@y> <AbC@mail.example>")
    assert several.conversation_id == first.conversation_id
    assert post.get(In_Reply_To="<abc@mail.example>").conversation_id != first.conversation_id
    folded = post.get(In_Reply_To="<AbC@\r\n mail.example>")
    assert folded.conversation_id == first.conversation_id


def test_e6_endless_wrong_references_still_thread(post: Post) -> None:
    first = post.get()
    many = ",\r\n ".join(f"<{number}@x.example>" for number in range(3000))
    theirs = post.get(References=f"{many},\r\n <m1@mail.example>")
    assert theirs.conversation_id == first.conversation_id


def test_e7_answer_to_the_id_that_a_provider_gave(post: Post) -> None:
    first = post.get()
    answer = post.answer(first.conversation)
    Message.objects.filter(pk=answer.pk).update(external_id="0102-0@eu-west-1.amazonses.com")
    theirs = post.get(In_Reply_To="<0102-0@eu-west-1.amazonses.com>")
    assert theirs.conversation_id == first.conversation_id


def test_e8_answer_to_a_merged_one_goes_to_what_it_is_now(post: Post) -> None:
    first, second = post.get(), post.get()
    weaving.merge(first.conversation_id, second.conversation_id, by=post.agent)
    post.get(In_Reply_To="<m1@mail.example>")
    survivor = Conversation.objects.get(pk=second.conversation_id)
    assert survivor.unread == 3
    assert Conversation.objects.count() == 2


def test_e8_answer_to_a_deleted_one_begins_anew(post: Post) -> None:
    first = post.get()
    address = threads.reply_address(HELP, post.inbox.pk, first.conversation_id, ANN)
    gone = first.conversation_id
    Message.objects.all().delete()
    Conversation.objects.all().delete()
    theirs = post.get(rcpt=address, In_Reply_To="<m1@mail.example>")
    assert theirs.conversation_id != gone


@pytest.mark.parametrize(
    ("days", "age", "again"),
    [(None, 13, True), (None, 15, False), (0, 0, False), (30, 29, True), (30, 31, False)],
)
def test_e8_the_inbox_says_how_long_an_answer_opens_again(
    post: Post, days: int | None, age: int, again: bool
) -> None:
    post.inbox.settings |= {} if days is None else {"reopen_days": days}
    post.inbox.save()
    first = post.get()
    post.answer(first.conversation)
    conversations.change_state(
        first.conversation_id, State.RESOLVED, by=post.agent, reason="solved"
    )
    then = datetime.now(UTC) - timedelta(days=age, seconds=1)
    Conversation.objects.update(resolved_at=then)
    theirs = post.get(In_Reply_To="<m1@mail.example>")
    assert (theirs.conversation_id == first.conversation_id) is again
    state = Conversation.objects.get(pk=first.conversation_id).state
    assert state == (State.OPEN if again else State.RESOLVED)
    if not again:
        assert theirs.conversation.follow_up_of_id == first.conversation_id
        second = post.get(In_Reply_To="<m1@mail.example>")
        assert second.conversation_id == theirs.conversation_id


def test_e8_old_ones_are_closed_when_their_inbox_says_so(post: Post, desk: Desk) -> None:
    post.inbox.settings["reopen_days"] = 60
    post.inbox.save()
    mine = post.get().conversation
    other = factories.conversation(desk.inbox)
    long_ago = datetime.now(UTC) - timedelta(days=20)
    Conversation.objects.update(state=State.RESOLVED, resolved_at=long_ago)
    assert conversations.close_old() == 1
    assert Conversation.objects.get(pk=mine.pk).state == State.RESOLVED
    assert Conversation.objects.get(pk=other.pk).state == State.CLOSED


def test_e9_a_new_subject_is_shown_and_answered(post: Post) -> None:
    first = post.get()
    theirs = post.get(In_Reply_To="<m1@mail.example>", Subject="Another thing")
    assert theirs.conversation_id == first.conversation_id
    assert theirs.subject == "Another thing"
    assert theirs.conversation.subject == "Question"
    answer = post.answer(first.conversation)
    delivery = Delivery.objects.select_related("conversation__customer", "inbox").get()
    delivery.message = answer
    assert pack(delivery).subject == "Another thing"


def test_e10_an_agents_own_mail_program_is_recorded(post: Post) -> None:
    first = post.get()
    theirs = post.get(
        "I sent it to you.",
        From=f"Marta <{post.agent.email}>",
        To=ANN,
        Cc=HELP,
        In_Reply_To="<m1@mail.example>",
        Authentication_Results=vouched(post.agent.email),
    )
    assert theirs.conversation_id == first.conversation_id
    assert (theirs.direction, theirs.author) == (Direction.OUT, post.agent)
    assert not Delivery.objects.exists(), "it has left already"
    assert Conversation.objects.get(pk=first.conversation_id).waiting_since is None
    back = post.get(In_Reply_To=f"<{theirs.external_id}>")
    assert back.conversation_id == first.conversation_id


BLOCKS = [
    "---------- Forwarded message ---------\nFrom: Cid Moe <cid@other.example>\n"
    "Date: Tue, 4 Mar 2025 at 10:12\nSubject: Broken\nTo: <marta@parley.example>",
    "Von: Cid Moe <cid@other.example>\nGesendet: Dienstag, 4. März 2025 10:12\n"
    "An: Marta\nBetreff: Broken",
    "> De : Cid Moe [mailto:cid@other.example]\n> Envoyé : mardi 4 mars 2025 10:12\n> À : Marta\n"
    "> Objet : Broken",
    "מאת: Cid Moe <cid@other.example>\nתאריך: יום ג׳, 4 במרץ 2025\nאל: Marta\nנושא: Broken",
    "Od: Cid Moe <cid@other.example>\nData: wt., 4 mar 2025\nTemat: Broken\nDo: Marta",
    "发件人：Cid Moe <cid@other.example>\n日期：2025年3月4日\n收件人：Marta\n主题：Broken",
]


@pytest.mark.parametrize("block", BLOCKS)
def test_d5_agents_forward_makes_the_customer_the_requester(post: Post, block: str) -> None:
    theirs = post.get(
        f"Please look.\n\n{block}\n\nIt is broken.",
        From=post.agent.email,
        Subject="Fwd: Broken",
        Authentication_Results=vouched(post.agent.email),
    )
    customer = theirs.conversation.customer
    assert customer.identities.get().address == "cid@other.example"
    assert customer.name == "Cid Moe"
    assert theirs.conversation.subject == "Broken"
    assert theirs.meta["forwarded_by"] == post.agent.pk
    assert post.answer(theirs.conversation).delivery.to == "cid@other.example"


def test_d5_attached_letter_names_the_requester(post: Post) -> None:
    inner = "From: Cid Moe <cid@other.example>\r\nSubject: Broken\r\n\r\nIt is broken."
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nPlease look.\r\n--b\r\n"
        f"Content-Type: message/rfc822\r\n\r\n{inner}\r\n--b--"
    )
    theirs = post.get(
        body,
        From=post.agent.email,
        Subject="Fwd: Broken",
        Content_Type="multipart/mixed; boundary=b",
        Authentication_Results=vouched(post.agent.email),
    )
    assert theirs.conversation.customer.identities.get().address == "cid@other.example"


def test_d5_a_customers_forward_speaks_for_nobody_else(post: Post) -> None:
    theirs = post.get(
        BLOCKS[0], From=EVE, Subject="Fwd: Broken", Authentication_Results=vouched(EVE)
    )
    assert theirs.conversation.customer.identities.get().address == EVE


def test_d5_a_forward_in_an_agents_name_is_only_offered(post: Post) -> None:
    theirs = post.get(BLOCKS[0], From=post.agent.email, Subject="Fwd: Broken")
    assert theirs.conversation.customer.identities.get().address == post.agent.email
    assert theirs.meta["offered"] == {"address": "cid@other.example", "name": "Cid Moe"}
    assert "agent_unverified" in theirs.meta["warnings"]


@pytest.mark.parametrize(
    "results",
    [
        "",
        vouched("x@parley.example", "fail"),
        vouched("x@parley.example", "none"),
        vouched("x@parley.example", server="mx.attacker.example"),
        vouched("x@attacker.example"),
        f"{OURS}; spf=pass; dkim=pass",
        f"{OURS}; (dmarc=pass header.from=parley.example)",
        f"x{OURS}; dmarc=pass header.from=parley.example",
    ],
)
def test_d6_an_agents_address_alone_is_a_customer_with_a_warning(post: Post, results: str) -> None:
    first = post.get()
    theirs = post.get(
        From=post.agent.email, In_Reply_To="<m1@mail.example>", Authentication_Results=results
    )
    assert (theirs.direction, theirs.author) == (Direction.IN, None)
    assert theirs.conversation_id != first.conversation_id
    assert "agent_unverified" in theirs.meta["warnings"]


def test_d6_only_the_topmost_verdict_of_our_own_server_counts(post: Post) -> None:
    first = post.get()
    failed, passed = vouched(post.agent.email, "fail"), vouched(post.agent.email)
    both = f"{failed}\r\nAuthentication-Results: {passed}"
    theirs = post.get(
        From=post.agent.email, In_Reply_To="<m1@mail.example>", Authentication_Results=both
    )
    assert theirs.direction == Direction.IN
    assert theirs.conversation_id != first.conversation_id
    assert "dmarc_failed" in theirs.meta["warnings"]


Hostile = Callable[[Post, Message, Message], dict[str, str]]


def _own(post: Post, answer: Message) -> str:
    return post.message_id(answer).strip("<>")


def _reply(post: Post, first: Message) -> str:
    return threads.reply_address(HELP, post.inbox.pk, first.conversation_id, ANN)


def _swap(text: str, position: int) -> str:
    other = "b" if text[position] != "b" else "c"
    return f"{text[:position]}{other}{text[position + 1 :]}"


HOSTILE: dict[str, Hostile] = {
    "sequential message id": lambda p, f, a: {
        "In-Reply-To": f"<{f.conversation_id}@parley.example>"
    },
    "id of the customer's own letter": lambda p, f, a: {"In-Reply-To": "<m1@mail.example>"},
    "references of another account": lambda p, f, a: {"References": "<m1@mail.example>"},
    "references among many": lambda p, f, a: {
        "References": " ".join(f"<{n}@x>" for n in range(50)) + " <m1@mail.example>"
    },
    "number in the subject": lambda p, f, a: {"Subject": f"Re: [#{f.conversation_id}] Question"},
    "bare number in the subject": lambda p, f, a: {"Subject": f"Ticket#{f.conversation_id}"},
    "signed subject": lambda p, f, a: {"Subject": f"Re: {threads.subject_mark(f.conversation_id)}"},
    "forged subject mark": lambda p, f, a: {"Subject": f"[#{f.conversation_id}-AAAAAAAAAAAAAAAA]"},
    "mark of another number": lambda p, f, a: {
        "Subject": threads.subject_mark(f.conversation_id + 1).replace(
            str(f.conversation_id + 1), str(f.conversation_id), 1
        )
    },
    "forged notification id": lambda p, f, a: {
        "In-Reply-To": f"<v1.{a.delivery.pk}.{f.conversation_id}.aaaaaaaaaaaaaaaa@parley.example>"
    },
    "id without a signature": lambda p, f, a: {
        "In-Reply-To": f"<v1.{a.delivery.pk}.{f.conversation_id}@parley.example>"
    },
    "id with an empty signature": lambda p, f, a: {
        "In-Reply-To": f"<v1.{a.delivery.pk}.{f.conversation_id}.@parley.example>"
    },
    "id with one letter changed": lambda p, f, a: {"In-Reply-To": f"<{_swap(_own(p, a), -20)}>"},
    "id of another conversation": lambda p, f, a: {
        "In-Reply-To": f"<{_own(p, a).replace(f'.{f.conversation_id}.', '.999999.')}>"
    },
    "truncated id": lambda p, f, a: {"In-Reply-To": f"<{_own(p, a)[:-22]}@parley.example>"},
    "id behind another": lambda p, f, a: {"In-Reply-To": f"<x{_own(p, a)}>"},
    "reply address with a wrong signature": lambda p, f, a: {
        "To": _swap(_reply(p, f), _reply(p, f).index("@") - 3)
    },
    "reply address of a neighbour": lambda p, f, a: {
        "To": _reply(p, f).replace(f"+c{f.conversation_id}.", f"+c{f.conversation_id + 1}.")
    },
    "reply address without a signature": lambda p, f, a: {
        "To": f"help+c{f.conversation_id}@parley.example"
    },
    "reply address of another inbox": lambda p, f, a: {
        "To": threads.reply_address(HELP, p.inbox.pk + 1, f.conversation_id, ANN)
    },
    "reply address made for somebody else": lambda p, f, a: {
        "To": _reply(p, f).replace(threads.recipient_tag(ANN), threads.recipient_tag(EVE))
    },
    "envelope sender as an address": lambda p, f, a: {
        "To": threads.bounce_address(HELP, a.delivery.pk, ANN)
    },
    "bounce token as a reply token": lambda p, f, a: {
        "To": threads.bounce_address(HELP, f.conversation_id, ANN).replace("+b", "+c")
    },
    "from an agent": lambda p, f, a: {"From": p.agent.email, "In-Reply-To": "<m1@mail.example>"},
    "from an agent, signed by themselves": lambda p, f, a: {
        "From": p.agent.email,
        "In-Reply-To": "<m1@mail.example>",
        "Authentication-Results": vouched(p.agent.email, server="mx.stranger.example"),
    },
    "agent's name, stranger's address": lambda p, f, a: {
        "From": f'"{p.agent.email}" <{EVE}>',
        "In-Reply-To": "<m1@mail.example>",
        "Authentication-Results": vouched(EVE),
    },
    "two senders, the agent second": lambda p, f, a: {
        "From": f"{EVE}, {p.agent.email}",
        "In-Reply-To": "<m1@mail.example>",
        "Authentication-Results": vouched(EVE),
    },
    "sender header of the customer": lambda p, f, a: {
        "Sender": ANN, "Return-Path": f"<{ANN}>", "In-Reply-To": "<m1@mail.example>"
    },
    "reply-to of the customer": lambda p, f, a: {
        "Reply-To": ANN, "In-Reply-To": "<m1@mail.example>"
    },
    "customer in copy": lambda p, f, a: {"Cc": ANN, "In-Reply-To": "<m1@mail.example>"},
    "customer's address as the name": lambda p, f, a: {
        "From": f'"{ANN}" <{EVE}>', "In-Reply-To": "<m1@mail.example>"
    },
    "encoded address of the customer": lambda p, f, a: {
        "From": f"=?utf-8?q?ann=40customer.example=3E?= <{EVE}>", "In-Reply-To": "<m1@mail.example>"
    },
    "look-alike domain": lambda p, f, a: {
        "From": "ann@customer.example.evil.example", "In-Reply-To": "<m1@mail.example>"
    },
    "customer's tag": lambda p, f, a: {
        "From": "ann+x@customer.example", "In-Reply-To": "<m1@mail.example>"
    },
    "our own address": lambda p, f, a: {"From": HELP, "To": _reply(p, f)},
    "nobody": lambda p, f, a: {"From": "<>", "To": _reply(p, f)},
    "forward with a valid token": lambda p, f, a: {"To": _reply(p, f), "Subject": "Fwd: Question"},
    "forged mark in the words": lambda p, f, a: {
        "X-Body": f"parley:c{f.conversation_id}.aaaaaaaa.aaaaaaaaaaaaaaaa"
    },
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_sec14_hostile_mail_joins_nothing_and_posts_as_nobody(post: Post, name: str) -> None:
    first = post.get("My order 4711.")
    answer = post.answer(first.conversation)
    before = Conversation.objects.get(pk=first.conversation_id)
    facts = HOSTILE[name](post, first, answer)
    headers = {key.replace("-", "_"): value for key, value in facts.items() if key != "X-Body"}
    theirs = post.get(facts.get("X-Body", "Evil"), **{"From": f"Eve <{EVE}>", **headers})
    assert theirs.conversation_id != first.conversation_id
    assert (theirs.direction, theirs.author) == (Direction.IN, None)
    after = Conversation.objects.get(pk=first.conversation_id)
    assert (after.state, after.unread, after.public_seq) == (
        before.state,
        before.unread,
        before.public_seq,
    )
    assert theirs.conversation.customer_id != first.conversation.customer_id
    assert recipients.participants(first.conversation, post.inbox) == {ANN, HELP}
    if linked(theirs):
        assert theirs.meta["possible"] == first.conversation_id


def test_sec14_the_battery_is_large_enough() -> None:
    assert len(HOSTILE) >= 30


def test_sec14_a_blocked_stranger_with_a_token_is_spam(post: Post) -> None:
    first = post.get()
    post.get(From=EVE)
    Customer.objects.filter(identities__address=EVE).update(blocked_at=datetime.now(UTC))
    theirs = post.get(From=EVE, rcpt=_reply(post, first))
    assert theirs.conversation_id != first.conversation_id
    assert theirs.conversation.state == State.SPAM
    assert linked(theirs) == set()


def test_d2_answer_goes_where_the_letter_asks(post: Post) -> None:
    first = post.get(Reply_To="office@customer.example")
    asked = recipients.suggested(first.conversation, post.inbox)
    assert (asked.to, asked.reply_to_elsewhere) == ("office@customer.example", "")
    assert first.conversation.customer.identities.get().address == ANN
    assert post.answer(first.conversation).delivery.to == "office@customer.example"


def test_d2_answer_to_another_domain_is_warned_of(post: Post) -> None:
    first = post.get(Reply_To="ann@elsewhere.example")
    asked = recipients.suggested(first.conversation, post.inbox)
    assert asked.reply_to_elsewhere == "elsewhere.example"
    assert first.meta["warnings"] == ["reply_to_elsewhere"]
    own = post.get(Reply_To=HELP)
    assert recipients.suggested(own.conversation, post.inbox).to == ANN


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Original_From": "Cid Moe <cid@other.example>"},
        {"X_Original_Sender": "cid@other.example"},
        {"Reply_To": "Cid Moe <cid@other.example>"},
    ],
)
def test_d3_sender_behind_a_group_of_ours(post: Post, headers: dict[str, str]) -> None:
    post.inbox.settings["groups"] = ["all@parley.example"]
    post.inbox.save()
    theirs = post.get(From="'Cid Moe' via All <all@parley.example>", **headers)
    customer = theirs.conversation.customer
    assert (customer.name, customer.identities.get().address) == ("Cid Moe", "cid@other.example")
    foreign = post.get(From="'Cid Moe' via All <all@else.example>", **headers)
    assert foreign.conversation.customer.identities.get().address == "all@else.example"


def test_d4_a_letter_from_ourselves_is_nobodys(post: Post) -> None:
    post.inbox.settings["aliases"] = ["sales@parley.example"]
    post.inbox.save()
    theirs = post.get(From="sales+x@parley.example")
    assert theirs.meta["automated"] is True
    assert theirs.conversation.customer.identities.get().address.endswith("@sender.invalid")


def test_d7_tags_of_customers_are_distinct_and_foreign_domains_are_one(post: Post) -> None:
    plain, tagged = post.get(), post.get(From="ann+shop@customer.example")
    assert plain.conversation.customer_id != tagged.conversation.customer_id
    one = post.get(From="ida@bücher.example")
    other = post.get(From="ida@xn--bcher-kva.example")
    assert one.conversation.customer_id == other.conversation.customer_id


def test_d7_no_reply_senders_own_a_conversation_and_are_machines(post: Post) -> None:
    theirs = post.get(From="no-reply@shop.example")
    assert theirs.conversation.customer.identities.get().address == "no-reply@shop.example"
    assert theirs.meta["automated"] is True


def test_d8_envelope_goes_before_headers(post: Post) -> None:
    first = post.get()
    bcc = post.get(To="undisclosed-recipients:;", rcpt=_reply(post, first))
    assert bcc.conversation_id == first.conversation_id
    fetched = post.get(To="list@else.example", rcpt="", Delivered_To=_reply(post, first))
    assert fetched.conversation_id == first.conversation_id


def test_k7_answer_goes_to_all_of_the_letter_and_none_of_ours(post: Post) -> None:
    first = post.get(To=f"{HELP}, {BOB}", Cc=f"cid@other.example, {ANN}, {HELP.upper()}")
    asked = recipients.suggested(first.conversation, post.inbox)
    assert asked.to == ANN
    assert asked.cc == (BOB, "cid@other.example")


def test_sec15_addresses_of_ours_are_nobodys_contact(post: Post) -> None:
    theirs = post.get(From=f"Evil <{HELP}>")
    assert not Customer.objects.filter(identities__address=HELP).exists()
    assert theirs.conversation.customer.name != "Evil"
