"""Five mails of this morning, as five programs write them, by the one way in.

A newsletter, a thread out of Outlook, a Hebrew answer from a phone, photos between the words, and
one that lies about who wrote it: what the reader of mail is there for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from helpdesk import inbound
from helpdesk.adapters import Raw
from helpdesk.models import Inbox
from helpdesk.sandbox.demo import letter_texts as texts
from helpdesk.sandbox.demo.goods import picture
from helpdesk.sandbox.demo.outcomes import OUR_ADDRESS

_SCRATCHES = ((196, 168, 140), (120, 144, 122), (90, 110, 140))


def bring() -> int:
    """Let the demo's mailbox receive them; how many it was."""
    inbox = Inbox.objects.filter(channel="email", address=OUR_ADDRESS).first()
    if inbox is None:
        return 0
    events = [
        inbound.accept(inbox, Raw(dedupe_key=f"demo:letter:{number}", body=body), wake=False)[0]
        for number, body in enumerate(written())
    ]
    for event in events:
        inbound.process(event.pk)
    return len(events)


def written() -> Iterator[bytes]:
    """The mails, oldest first."""
    now = datetime.now(UTC)
    for number, (sender, subject, text, html) in enumerate(texts.LETTERS):
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = sender
        mail["To"] = f"Birch & Linen <{OUR_ADDRESS}>"
        mail["Subject"] = subject
        mail["Date"] = format_datetime(now - timedelta(minutes=40 - 7 * number))
        mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
        if "cid:" in html:
            _illustrate(mail)
        yield mail.as_bytes()


def _illustrate(mail: EmailMessage) -> None:
    """Photos between the words: each has its place in the HTML."""
    html = mail.get_body(("html",))
    if not isinstance(html, EmailMessage):
        return
    for number, tint in enumerate(_SCRATCHES):
        html.add_related(
            picture(420, 180, tint),
            "image",
            "png",
            cid=f"<photo{number}@demo>",
            filename=f"IMG_{4471 + number}.png",
            disposition="inline",
        )
