"""What mail systems report: rules H1-H3 and H6 of the reader, each by its name, and the scores."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_email import bounces, threads
from channels_email.adapter import EmailAdapter
from helpdesk.adapters import Ignored, Receipt
from tests.channels_email import reports
from tests.channels_email.reports import Sample
from tests.channels_email.samples import ADDRESS, make_inbox, raw

BOUNCES = list(reports.bounces())
OURS = threads.message_id(31, 12, "parley.example")


def _named(name: str) -> Sample:
    return next(one for one in BOUNCES if one.name == name)


def _receipts(data: bytes, rcpt: str = ADDRESS) -> list[object]:
    return list(EmailAdapter().parse(make_inbox(), raw(data, mail_from="", rcpt=rcpt)))


@pytest.mark.parametrize("sample", BOUNCES, ids=lambda sample: sample.name)
def test_h1_reports_are_found_by_structure_or_by_a_carriers_words(sample: Sample) -> None:
    report = bounces.read(sample.raw)
    assert report is not None
    assert report.kind == sample.action


def test_h1_recall_and_false_positives() -> None:
    found = sum(
        (got := bounces.read(one.raw)) is not None and got.kind == one.action for one in BOUNCES
    )
    assert len(BOUNCES) >= 60
    assert found / len(BOUNCES) >= 0.95
    others = list(reports.others())
    wrong = [
        name
        for name, data in others
        if (got := bounces.read(data)) and got.kind in {"bounce", "delay", "complaint"}
    ]
    assert len(others) >= 300
    assert len(wrong) / len(others) <= 0.003, wrong


def test_h1_receipts_complaints_and_digests_are_no_bounces() -> None:
    kinds = {
        name: got.kind if (got := bounces.read(data)) else ""
        for name, data in reports.others()
        if name in {"mdn", "tlsrpt", "dmarc", "forwarded-bounce"}
    }
    assert kinds == {"mdn": "read", "tlsrpt": "digest", "dmarc": "", "forwarded-bounce": ""}
    complained = bounces.read(reports.complaint())
    assert complained is not None
    assert complained.kind == "complaint"


def test_h2_recipients_are_read_one_by_one_and_few_are_hard() -> None:
    right = 0
    for sample in BOUNCES:
        report = bounces.read(sample.raw)
        assert report is not None
        named = {one.address for one in report.recipients if one.action == sample.action}
        right += named == set(sample.failed)
        assert any(one.hard for one in report.recipients) == sample.hard, sample.name
    assert right / len(BOUNCES) >= 0.9


@pytest.mark.parametrize(
    ("status", "said", "cause"),
    [
        ("5.1.1", "", "no_such_user"),
        ("5.2.2", "", "full"),
        ("5.0.0", "over quota", "full"),
        ("5.3.4", "", "too_big"),
        ("5.7.1", "blocked by policy", "refused"),
        ("5.7.1", "user unknown", "no_such_user"),
        ("5.0.0", "no such user", "no_such_user"),
        ("5.0.0", "listed at a blocklist", "refused"),
        ("4.4.1", "connection timed out", "unreachable"),
        ("5.0.0", "", "unknown"),
    ],
)
def test_h2_the_cause_is_the_code_or_the_words(status: str, said: str, cause: str) -> None:
    one = bounces.Recipient("a@b.example", bounces.BOUNCE, status, said)
    assert one.cause == cause


def test_h3_a_report_is_believed_by_its_envelope() -> None:
    to = threads.bounce_address(ADDRESS, 31, reports.TO)
    assert _receipts(_named("postfix-0").raw, to) == [
        Receipt(
            "bounced",
            delivery_id=31,
            error_code="no_such_user",
            error="550 5.1.1 <ann@customer.example>: Recipient address rejected: User unknown",
            recipient=reports.TO,
            hard=True,
        )
    ]
    other = threads.bounce_address(ADDRESS, 31, "somebody@else.example")
    [receipt] = _receipts(_named("postfix-0").raw, other)
    assert isinstance(receipt, Receipt)
    assert (receipt.recipient, receipt.hard) == ("", False), "a forwarder's address is not theirs"


@pytest.mark.parametrize("name", ["qmail", "exim-old", "crlf", "cr-only", "headers-only"])
def test_h3_a_report_is_believed_by_the_signed_id_that_it_returns(name: str) -> None:
    data = _named(name).raw.replace(reports.ORIGINAL.encode(), OURS.encode())
    [receipt] = _receipts(data)
    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.delivery_id, receipt.hard) == ("bounced", 31, True)


@pytest.mark.django_db
@pytest.mark.parametrize("sample", BOUNCES, ids=lambda sample: sample.name)
def test_h3_a_forged_report_moves_nothing(sample: Sample) -> None:
    [result] = _receipts(sample.raw)
    assert isinstance(result, Ignored)
    forged = sample.raw.replace(reports.ORIGINAL.encode(), OURS.replace("v1.31", "v1.32").encode())
    [result] = _receipts(forged)
    assert isinstance(result, Ignored)


def test_h1_a_read_receipt_and_a_complaint_say_so() -> None:
    mdn = dict(reports.others())["mdn"].replace(reports.ORIGINAL.encode(), OURS.encode())
    [receipt] = _receipts(mdn)
    assert isinstance(receipt, Receipt)
    assert receipt.state == "read"
    [receipt] = _receipts(reports.complaint(OURS))
    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.recipient) == ("complained", reports.TO)


def test_h6_other_forms_of_the_same_report_read_alike() -> None:
    plain = bounces.read(_named("postfix-0").raw)
    assert plain is not None
    for name in ("crlf", "cr-only", "headers-only"):
        other = bounces.read(_named(name).raw)
        assert other is not None
        assert other.ids == plain.ids, name
        assert [one.address for one in other.recipients] == [reports.TO], name
    eai = bounces.read(_named("eai").raw)
    assert eai is not None
    assert eai.recipients[0].address == "büro@customer.example"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BOUNCES), st.integers(0, 3000), st.binary(max_size=20))
def test_a_damaged_report_never_raises(sample: Sample, at: int, noise: bytes) -> None:
    data = sample.raw[:at] + noise + sample.raw[at + len(noise) :]
    bounces.read(data)
    bounces.read(sample.raw[:at], "")


@pytest.mark.parametrize(
    "unit",
    [
        "Final-Recipient: rfc822; a@b.c\n",
        "<a@b.c>:\n550 5.1.1 x\n",
        "a@",
        "5.1.",
        "\n",
        "> ",
        "Message-ID:\n",
        "could not ",
        "-- copy of the message\n",
        "a@b.c ",
    ],
)
def test_h1_a_hostile_report_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        data = reports.plain(
            daemon="MAILER-DAEMON@x", subject="failure notice", text=unit * (size // len(unit))
        )
        status = data.replace(b"text/plain", b"message/delivery-status")
        started = time.thread_time()
        bounces.read(data)
        bounces.read(status)
        return time.thread_time() - started

    small, large = (
        min(seconds(250_000) for _ in range(2)),
        min(seconds(1_000_000) for _ in range(2)),
    )
    assert large < 10 * small + 0.1
