# ruff: noqa: E501  raw mails are easier to read uncut
"""Reports of mail systems, and mails that only look like one: written after the forms of each.

Each bounce is (name, raw mail, failed addresses, action, whether the address is bad for certain).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

TO = "ann@customer.example"
RETURNED = (
    "From: Parley Help <help@parley.example>\nTo: Ann <ann@customer.example>\n"
    "Subject: Re: Parcel\nMessage-ID: <{id}>\nDate: Tue, 04 Mar 2025 10:12:00 +0100\n"
)
ORIGINAL = "v1.31.12.abcdefghijklmnop@parley.example"


class Sample(NamedTuple):
    name: str
    raw: bytes
    failed: tuple[str, ...]
    action: str = "bounce"
    hard: bool = True


def dsn(
    *,
    daemon: str,
    subject: str,
    text: str,
    to: str = TO,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 user unknown",
    kind: str = "message/delivery-status",
    returned: str = "message/rfc822",
    extra: str = "",
    original: str = ORIGINAL,
    recipients: str = "",
) -> bytes:
    """A report as RFC 3464 wants it."""
    rows = recipients or (
        f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n"
        + (f"Diagnostic-Code: {said}\n" if said else "")
    )
    return (
        f"Return-Path: <>\nFrom: {daemon}\nTo: help@parley.example\nSubject: {subject}\n"
        "Date: Tue, 04 Mar 2025 10:13:00 +0100\nMessage-ID: <b1@mx.example>\nMIME-Version: 1.0\n"
        f'{extra}Content-Type: multipart/report; report-type=delivery-status;\n boundary="b/1"\n\n'
        f"--b/1\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n"
        f"--b/1\nContent-Type: {kind}\n\nReporting-MTA: dns; mx.example\n"
        f"Arrival-Date: Tue, 04 Mar 2025 10:12:30 +0100\n\n{rows}\n"
        f"--b/1\nContent-Type: {returned}\n\n{RETURNED.format(id=original)}\n--b/1--\n"
    ).encode()


def plain(
    *, daemon: str, subject: str, text: str, extra: str = "", null: bool = True, html: bool = False
) -> bytes:
    """A report without any structure."""
    path = "Return-Path: <>\n" if null else ""
    kind = "text/html" if html else "text/plain"
    return (
        f"{path}From: {daemon}\nTo: help@parley.example\nSubject: {subject}\n"
        f"Date: Tue, 04 Mar 2025 10:13:00 +0100\nMessage-ID: <b1@mx.example>\n{extra}"
        f"MIME-Version: 1.0\nContent-Type: {kind}; charset=utf-8\n\n{text}\n"
    ).encode()


_SAID = (
    # (diagnostic, status, is the address bad for certain)
    (
        "smtp; 550 5.1.1 <ann@customer.example>: Recipient address rejected: User unknown",
        "5.1.1",
        True,
    ),
    ("smtp; 550-5.1.1 The email account that you tried to reach does not exist.", "5.1.1", True),
    ("smtp; 552 5.2.2 Mailbox full", "5.2.2", False),
    ("smtp; 554 5.7.1 Message rejected because of SPF policy", "5.7.1", False),
    ("smtp; 550 5.7.26 unauthenticated mail is blocked: DMARC policy", "5.7.26", False),
    ("smtp; 552 5.3.4 Message size exceeds fixed limit", "5.3.4", False),
    ("smtp; 550 5.2.1 The account has been disabled", "5.2.1", True),
    ("smtp; 550 5.4.1 Recipient address rejected: Access denied", "5.4.1", False),
    ("X-Postfix; Host or domain name not found. Name service error", "5.4.4", True),
    ("smtp; 550 No such user here", "5.0.0", True),
)
_DAEMONS = {
    "postfix": (
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your "
        "message could not\nbe delivered to one or more recipients.\n\n<{to}>: {said}",
    ),
    "sendmail": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
        "Returned mail: see transcript for details",
        "   ----- The following addresses had permanent fatal errors -----\n<{to}>\n"
        "    (reason: {said})\n\n   ----- Transcript of session follows -----\n... while talking",
    ),
    "exchange": (
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@customer.example>",
        "Undeliverable: Re: Parcel",
        "Delivery has failed to these recipients or groups:\n\n{to}<mailto:{to}>\n{said}",
    ),
    "gmail": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to {to} because the address "
        "couldn't be found.\n\n{said}",
    ),
    "domino": ("Mail Router <postmaster@mx.example>", "DELIVERY FAILURE: {said}", "{said}\n{to}"),
    "exim": (
        "Mail Delivery System <Mailer-Daemon@mx.example>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\n  {to}\n    {said}",
    ),
}


def bounces() -> Iterator[Sample]:
    """Eighty-odd reports: six systems by ten reasons, then everybody's own forms."""
    for name, (daemon, subject, text) in _DAEMONS.items():
        for number, (said, status, hard) in enumerate(_SAID):
            words = {"to": TO, "said": said.partition("; ")[2]}
            raw = dsn(
                daemon=daemon,
                subject=subject.format(**words),
                text=text.format(**words),
                said=said,
                status=status,
            )
            yield Sample(f"{name}-{number}", raw, (TO,), hard=hard)
    yield from _structured()
    yield from _told()


def _structured() -> Iterator[Sample]:
    daemon, subject, text = _DAEMONS["postfix"]
    text = text.format(to=TO, said="x")
    base = {"daemon": daemon, "subject": subject, "text": text}
    two = (
        "Final-Recipient: rfc822; ann@customer.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822;bob@customer.example\nAction: failed\nStatus: 5.1.1\n"
    )
    both = (TO, "bob@customer.example")
    yield Sample("two", dsn(**base, recipients=two), both)
    yield Sample("two-unseparated", dsn(**base, recipients=two.replace("\n\n", "\n")), both)
    mixed = two.replace("failed", "delivered", 1).replace("5.1.1", "2.0.0", 1)
    yield Sample("mixed", dsn(**base, recipients=mixed), both[1:])
    yield Sample("headers-only", dsn(**base, returned="text/rfc822-headers"), (TO,))
    eai = "Final-Recipient: utf-8; b\\x{fc}ro@customer.example\nAction: failed\nStatus: 5.1.1\n"
    kinds = {"kind": "message/global-delivery-status", "returned": "message/global-headers"}
    yield Sample("eai", dsn(**base, **kinds, recipients=eai), ("büro@customer.example",))
    yield Sample("crlf", dsn(**base).replace(b"\n", b"\r\n"), (TO,))
    yield Sample("cr-only", dsn(**base).replace(b"\n", b"\r"), (TO,))
    late = {"action": "delayed", "status": "4.4.1", "said": "smtp; 421 timed out"}
    delayed = dsn(**{**base, "subject": "Warning: still trying"}, **late)
    yield Sample("delayed", delayed, (TO,), "delay", hard=False)
    done = dsn(**base, action="delivered", status="2.1.5", said="")
    yield Sample("delivered", done, (TO,), "success", hard=False)
    relayed = dsn(**base, action="relayed", status="2.1.9", said="")
    yield Sample("relayed", relayed, (TO,), "success", hard=False)
    noted = dsn(**base, action="Failed (user unknown)")
    yield Sample("action-comment", noted, (TO,))
    soft = dsn(**base, status="4.4.7", said="smtp; 400 4.4.7 Message delayed, expired")
    yield Sample("expired", soft, (TO,), hard=False)
    untyped = dsn(**base).replace(b"report-type=delivery-status;\n ", b"")
    yield Sample("untyped", untyped, (TO,))
    mixed_type = dsn(**base).replace(
        b"multipart/report; report-type=delivery-status", b"multipart/mixed"
    )
    yield Sample("multipart-mixed", mixed_type, (TO,))
    no_status = dsn(**{**base, "text": f"<{TO}>:\n550 5.1.1 User unknown"}).replace(
        b"message/delivery-status", b"text/x-odd"
    )
    yield Sample("no-status-part", no_status, (TO,))


def _told() -> Iterator[Sample]:
    copy = RETURNED.format(id=ORIGINAL)
    yield Sample(
        "qmail",
        plain(
            daemon="MAILER-DAEMON@mx.example",
            subject="failure notice",
            text="Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to "
            "deliver your message to the following addresses.\nThis is a permanent error; I've "
            f"given up. Sorry it didn't work out.\n\n<{TO}>:\nSorry, no mailbox here by that name. "
            f"(#5.1.1)\n\n--- Below this line is a copy of the message.\n\n{copy}",
        ),
        (TO,),
    )
    yield Sample(
        "exim-old",
        plain(
            daemon="Mail Delivery System <Mailer-Daemon@mx.example>",
            subject="Mail delivery failed: returning message to sender",
            extra=f"X-Failed-Recipients: {TO}\nAuto-Submitted: auto-replied\n",
            text="This message was created automatically by mail delivery software.\n\nA message "
            "that you sent could not be delivered to one or more of its\nrecipients. This is a "
            f"permanent error. The following address(es) failed:\n\n  {TO}\n    Unrouteable address"
            f"\n\n------ This is a copy of the message, including all the headers. ------\n\n{copy}",
        ),
        (TO,),
    )
    yield Sample(
        "exim-warning",
        plain(
            daemon="Mail Delivery System <Mailer-Daemon@mx.example>",
            subject="Warning: message 1tpLx delayed 24 hours",
            extra="Auto-Submitted: auto-replied\n",
            text="This message was created automatically by mail delivery software.\nA message "
            "that you sent has not yet been delivered to one or more of its\nrecipients after more "
            f"than 24 hours on the queue.\n\nThe address to which the message has not yet been "
            f"delivered is:\n\n  {TO}\n\nNo action is required on your part. Delivery attempts will "
            "continue for\nsome time.",
        ),
        (TO,),
        "delay",
        hard=False,
    )
    yield Sample(
        "exchange-old",
        plain(
            daemon="System Administrator <postmaster@customer.example>",
            subject="Undeliverable: Re: Parcel",
            text="Your message\n\n  To:      ann@customer.example\n  Subject: Re: Parcel\n  Sent:    "
            "Tue, 4 Mar 2025 10:12:00 +0100\n\ndid not reach the following recipient(s):\n\n"
            f"{TO} on Tue, 4 Mar 2025 10:12:30 +0100\n    The recipient name is not recognized",
        ),
        (TO,),
    )
    yield Sample(
        "notes",
        plain(
            daemon="Mail Router <MAILER-DAEMON@customer.example>",
            subject="DELIVERY FAILURE: User ann not listed in public Name & Address Book",
            text="Your document:   Re: Parcel\nwas not delivered to:   ann@customer.example\nbecause:"
            "   User ann (ann@customer.example) not listed in public Name & Address Book",
        ),
        (TO,),
    )
    yield Sample(
        "docomo",
        plain(
            daemon="Mail Delivery Subsystem <mailer-daemon@docomo.example>",
            subject="Returned mail: User unknown",
            text="次のあて先へのメッセージはエラーのため送信できませんでした。\n\n"
            f"{TO}\n\n以下はあなたの送信されたメールです",
        ),
        (TO,),
        hard=False,
    )
    yield Sample(
        "ezweb",
        plain(
            daemon="Postmaster@ezweb.example",
            subject="Mail System Error - Returned Mail",
            text="The user(s) account is disabled.\n\n<ann@customer.example>\n\nCould not be delivered",
        ),
        (TO,),
    )
    yield Sample(
        "qq",
        plain(
            daemon="postmaster@qq.example",
            subject="系统退信/System bounce",
            text=f"很抱歉，您发往以下地址的邮件无法送达。\n\n{TO}\n\n550 5.1.1 User unknown",
        ),
        (TO,),
    )
    yield Sample(
        "webde",
        plain(
            daemon='"WEB.DE Mailer Daemon" <mailer-daemon@web.example>',
            subject="Mail delivery failed: returning message to sender",
            text=f"Ihre E-Mail konnte nicht zugestellt werden:\n\n{TO}:\nSMTP error from remote "
            "server for RCPT TO command, host: mx.example\nreason: 550 5.1.1 unbekannt",
        ),
        (TO,),
    )
    yield Sample(
        "yahoo",
        plain(
            daemon="MAILER-DAEMON@yahoo.example",
            subject="Failure Notice",
            text=f"Sorry, we were unable to deliver your message to the following address.\n\n<{TO}>:\n"
            "550: 5.1.1 user doesn't have a yahoo account",
        ),
        (TO,),
    )
    yield Sample(
        "html-only",
        plain(
            daemon="Mail Delivery Subsystem <mailer-daemon@mx.example>",
            subject="Undeliverable: Re: Parcel",
            html=True,
            text=f"<html><body><p>Delivery has failed to these recipients:</p><p>{TO}</p>"
            "<p>550 5.1.10 RESOLVER.ADR.RecipientNotFound</p></body></html>",
        ),
        (TO,),
    )
    yield Sample(
        "mmdf",
        plain(
            daemon="Memo Service <mmdf@mx.example>",
            subject="Failed mail  (msg.aa12)",
            text=f"Your message could not be delivered to\n'{TO}'\nfor the following reason:\n"
            "' Unknown user name'",
        ),
        (TO,),
    )
    yield Sample(
        "quota",
        plain(
            daemon="Mail Delivery System <MAILER-DAEMON@mx.example>",
            subject="Undeliverable mail",
            text=f"<{TO}>:\nThe user's mailbox is full, over quota. (#5.2.2)",
        ),
        (TO,),
        hard=False,
    )
    yield Sample(
        "spanish",
        plain(
            daemon="Administrador del sistema <postmaster@mx.example>",
            subject="No se puede entregar: Re: Paquete",
            text=f"No se pudo entregar el mensaje a:\n\n{TO}\n550 5.1.1 no existe el usuario",
        ),
        (TO,),
    )
    yield Sample(
        "french",
        plain(
            daemon="Mail Delivery System <MAILER-DAEMON@mx.example>",
            subject="Message non remis",
            text=f"Votre message n'a pas pu être remis à :\n\n{TO}\n\n550 utilisateur inconnu",
        ),
        (TO,),
    )


def human(
    subject: str,
    text: str,
    *,
    sender: str = "Ann <ann@customer.example>",
    extra: str = "",
    kind: str = "text/plain; charset=utf-8",
) -> bytes:
    return (
        f"Return-Path: <ann@customer.example>\nFrom: {sender}\nTo: help@parley.example\n"
        f"Subject: {subject}\nDate: Tue, 04 Mar 2025 10:13:00 +0100\nMessage-ID: <h1@c.example>\n"
        f"{extra}MIME-Version: 1.0\nContent-Type: {kind}\n\n{text}\n"
    ).encode()


def others() -> Iterator[tuple[str, bytes]]:
    """More than 300 mails that are no bounce, whatever they say."""
    subjects = (
        "Mail delivery failed",
        "Undeliverable: my parcel",
        "Returned mail",
        "Delivery status",
        "Your order was not delivered",
        "Failure notice from the bank",
        "Parcel returned to sender",
        "Zustellung fehlgeschlagen",
        "Delivery problem",
        "Re: Undelivered Mail Returned to Sender",
    )
    texts = (
        "My parcel could not be delivered to ann@customer.example, why?",
        "I got 550 5.1.1 User unknown when I wrote to bob@customer.example.",
        "Your mail system says: mailbox full. Please delete something.",
        "The following address failed:\n\n<bob@customer.example>:\n550 no such user",
        "Hi. This is the qmail-send program. Ha ha, only a joke.",
        "Final-Recipient: rfc822; bob@customer.example\nAction: failed\nStatus: 5.1.1",
    )
    senders = (
        "Ann <ann@customer.example>",
        "Delivery Service <parcels@post.example>",
        "Postmaster <postmaster@customer.example>",
        "Shop <no-reply@shop.example>",
        "bounce-test <bob@customer.example>",
    )
    for subject in subjects:
        for number, text in enumerate(texts):
            for sender in senders:
                yield f"{subject}/{number}/{sender}", human(subject, text, sender=sender)
    away = "Return-Path: <>\nAuto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n"
    for subject in ("Out of office", "Automatic reply: Parcel", "Abwesend: Paket", "Urlaub"):
        text = "I am away until 5.3. Please write to bob@customer.example. I could not be reached."
        yield (
            f"away/{subject}",
            human(subject, text, extra=away).replace(
                b"Return-Path: <ann@customer.example>\n", b"", 1
            ),
        )
    mdn = (
        "--b\nContent-Type: text/plain\n\nYour message was displayed.\n\n--b\nContent-Type: "
        "message/disposition-notification\n\nReporting-UA: x\nFinal-Recipient: rfc822;"
        f"ann@customer.example\nOriginal-Message-ID: <{ORIGINAL}>\nDisposition: manual-action/"
        "MDN-sent-manually; displayed\n\n--b--\n"
    )
    read = 'multipart/report; report-type=disposition-notification; boundary="b"'
    yield "mdn", human("Read: Parcel", mdn, kind=read)
    tls = "--b\nContent-Type: application/tlsrpt+gzip\n\nxx\n--b--\n"
    yield (
        "tlsrpt",
        human(
            "Report Domain: parley.example",
            tls,
            kind='multipart/report; report-type="tlsrpt"; boundary=b',
            sender="noreply-smtp-tls-reporting@mx.example",
        ),
    )
    dmarc = "--b\nContent-Type: application/gzip; name=r.xml.gz\n\nxx\n--b--\n"
    yield (
        "dmarc",
        human(
            "Report Domain: parley.example Submitter: mx.example",
            dmarc,
            kind="multipart/mixed; boundary=b",
            sender="dmarc-noreply@mx.example",
        ),
    )
    inner = dsn(daemon="MAILER-DAEMON@mx.example", subject="x", text="y").decode()
    forward = f"--q\nContent-Type: text/plain\n\nSee what I got.\n--q\nContent-Type: message/rfc822\n\n{inner}\n--q--\n"
    yield "forwarded-bounce", human("Fwd: Undelivered", forward, kind="multipart/mixed; boundary=q")


def complaint(original: str = ORIGINAL, to: str = TO) -> bytes:
    """RFC 5965: the reader pressed "this is spam"."""
    text = (
        "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n\n--b\nContent-Type: "
        "message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n"
        f"Original-Rcpt-To: {to}\n\n--b\nContent-Type: message/rfc822\n\n"
        f"{RETURNED.format(id=original)}\n--b--\n"
    )
    kind = 'multipart/report; report-type=feedback-report; boundary="b"'
    return human("FW: Re: Parcel", text, sender="feedback@loop.example", kind=kind)
