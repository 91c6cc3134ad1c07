"""A real mail in by SMTP, the answer out to a real sink, the customer's reply threads."""

from __future__ import annotations

import base64
import hashlib
import smtplib
import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
HELP = "help@birchandlinen.example"


def send(desk: Desk, mail: EmailMessage, to: str = HELP) -> None:
    with smtplib.SMTP("127.0.0.1", desk.ports["SMTP_PORT"], timeout=10) as server:
        server.send_message(mail, "ann@example.org", [to])


def letter(subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ann Archer <ann@example.org>"
    mail["To"] = HELP
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{uuid.uuid4()}@example.org>"
    mail.set_content(text)
    return mail


def test_mail_in_answer_out_reply_threads(desk: Desk) -> None:
    mark = uuid.uuid4().hex[:12]
    picture = hashlib.sha512(mark.encode()).digest() * 700
    mail = letter(f"Where is order {mark}", f"It should be here by now. {mark}")
    mail.add_attachment(picture, maintype="application", subtype="octet-stream", filename="a.bin")
    send(desk, mail)
    row = desk.conversation_with(mark)
    thread = desk.get(f"conversations/{row['id']}/")
    assert row["subject"] == f"Where is order {mark}"
    [file] = thread["messages"][0]["attachments"]
    assert desk.agent().get(desk.base + file["url"], timeout=10).content == picture

    uploaded = desk.agent().post(
        f"{desk.base}/api/v1/attachments/", files={"file": ("b.bin", picture[::-1])}, timeout=10
    )
    answer = desk.post(
        f"conversations/{row['id']}/messages/",
        client_id=str(uuid.uuid4()),
        body=f"It left today. {mark}",
        attachments=[uploaded.json()["id"]],
    )
    assert answer.status_code == 201
    raw = until(lambda: sent_mail(desk, mark))
    out = message_from_bytes(raw, policy=policy.default)
    assert out["In-Reply-To"] == mail["Message-ID"]
    assert mail["Message-ID"] in out["References"]
    assert out["Message-ID"].endswith("birchandlinen.example>")
    assert out["Subject"] == f"Re: Where is order {mark}"
    [attached] = out.iter_attachments()
    assert attached.get_payload(decode=True) == picture[::-1]

    reply = letter(f"Re: Where is order {mark}", f"Thank you! {mark}")
    reply["In-Reply-To"] = out["Message-ID"]
    send(desk, reply)
    until(lambda: len(desk.get(f"conversations/{row['id']}/")["messages"]) == 3)
    states = desk.get(f"conversations/{row['id']}/")["messages"][1]["delivery"]
    assert states["state"] == "sent"


def sent_mail(desk: Desk, mark: str) -> bytes | None:
    for entry in desk.fake("mailbox").sends():
        raw = entry["raw"]
        data = raw.encode() if isinstance(raw, str) else bytes(raw)
        decoded = base64.b64decode(data, validate=True) if b":" not in data[:200] else data
        if mark.encode() in decoded:
            return decoded
    return None


def test_unknown_recipient_is_refused_at_rcpt(desk: Desk) -> None:
    with smtplib.SMTP("127.0.0.1", desk.ports["SMTP_PORT"], timeout=10) as server:
        server.ehlo()
        server.mail("ann@example.org")
        assert server.rcpt("nobody@birchandlinen.example")[0] == 550
