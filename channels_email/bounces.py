"""What mail systems report of a mail of ours: bounces, delays, receipts, complaints (H1, H2, H6).

Structure first; the words of a carrier only where there is none (`bounce_texts`). Knows nothing
of Django. Whose mail it was is the caller's question: a report proves nothing by itself (H3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from channels_email import bounce_texts
from channels_email.addresses import normal
from channels_email.charsets import clean, decode
from channels_email.headers import Headers, decode_words, parse_block
from channels_email.mime import Part, Tree

MAX_RECIPIENTS: Final = 100
MAX_SAID: Final = 400

BOUNCE: Final = "bounce"
DELAY: Final = "delay"
SUCCESS: Final = "success"
COMPLAINT: Final = "complaint"
READ: Final = "read"
DIGEST: Final = "digest"

_STATUS_PARTS: Final = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RECEIPTS: Final = frozenset(
    ("message/disposition-notification", "message/global-disposition-notification")
)
_RETURNED: Final = frozenset(
    (
        "message/rfc822",
        "message/global",
        "message/rfc822-headers",
        "message/global-headers",
        "text/rfc822-headers",
    )
)
_DIGESTS: Final = frozenset(("tlsrpt", "dmarc", "auth-failure"))
_ADDRESS: Final = re.compile(r"[^\s<>@,;:()\[\]\"'`]{1,64}@[^\s<>@,;:()\[\]\"'`]{1,255}")
_CODE: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY: Final = re.compile(r"(?<![\d.])([45]\d\d)[ -]")
_ESCAPED: Final = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_ID: Final = re.compile(
    r"^[> \t|]{0,8}Message-ID:[ \t]{0,4}\n?[> \t|]{0,8}<?([^<>\s]{3,400})>?",
    re.IGNORECASE | re.MULTILINE,
)
_ACTIONS: Final = {
    "failed": BOUNCE,
    "delayed": DELAY,
    "delivered": SUCCESS,
    "relayed": SUCCESS,
    "expanded": SUCCESS,
}
_DAEMON: Final = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|postmaster|microsoftexchange[0-9a-f]+|mmdf|uucp|double-bounce"
    r"|mail-?delivery|delivery|bounces?|mdaemon|system-?administrator)(?:[+._-]|\Z)",
    re.IGNORECASE,
)
_DAEMON_NAME: Final = re.compile(
    r"mail(?:er)?[ -]?(?:daemon|delivery|administrator)|delivery (?:sub)?system|postmaster"
    r"|system administrator|mail router",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """What is said of one address. action: bounce, delay or success; status: x.y.z or ""."""

    address: str
    action: str
    status: str = ""
    said: str = ""

    @property
    def cause(self) -> str:
        """Why: no_such_user, full, too_big, refused, unreachable or unknown (H2)."""
        return bounce_texts.cause(self.status, self.said)

    @property
    def hard(self) -> bool:
        """Whether the address itself is bad, so that writing to it again is useless."""
        temporary = self.status.startswith("4")
        return self.action == BOUNCE and not temporary and self.cause == "no_such_user"


@dataclass(slots=True)
class Report:
    """One report. ids: Message-IDs of the mail it returns, without <>; envelope_id and
    mail_from: what our envelope said, if it tells.
    """

    kind: str
    recipients: list[Recipient] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    envelope_id: str = ""
    mail_from: str = ""


def read(data: bytes, mail_from: str | None = None) -> Report | None:
    """The report that a mail is; None for every other mail.

    mail_from: the envelope sender, None when unknown. Never raises for bytes that `parsing.read`
    takes; linear in their length.
    """
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return of_tree(Tree(data), mail_from)


def may_be(headers: Headers, content_type: str, mail_from: str | None) -> bool:
    """Whether it is worth looking: a glance at the headers that spares people's mail the rest."""
    if content_type in {"multipart/report", *_STATUS_PARTS} or mail_from in ("", "<>"):
        return True
    names = ("x-failed-recipients", "auto-submitted", "return-path")
    told = [headers.first(name).replace(" ", "") for name in names]
    sender = headers.first("from").lower()
    return bool(told[0] or told[1]) or told[2] == "<>" or _DAEMON.search(sender) is not None


def of_tree(tree: Tree, mail_from: str | None = None) -> Report | None:
    """As read(), of a message that is parsed already."""
    return _Reading(tree, mail_from).result()


class _Reading:
    def __init__(self, tree: Tree, mail_from: str | None) -> None:
        self.tree = tree
        self.headers = tree.root.headers
        self.mail_from = mail_from
        self.parts = list(_leaves(tree.root))
        self.types = {part.type for part in self.parts}

    def result(self) -> Report | None:
        root = self.tree.root
        kind = root.parameters.get("report-type", "").lower()
        report = root.type == "multipart/report"
        if "message/feedback-report" in self.types or (report and kind == "feedback-report"):
            found: Report | None = self._complaint()
        elif self.types & _RECEIPTS or (report and kind == "disposition-notification"):
            found = self._receipt() if report or self._by_machine() else None
        elif report and kind in _DIGESTS:
            found = Report(DIGEST)
        elif self.types & _STATUS_PARTS and (report or self._by_machine()):
            found = self._status()
        elif report and (kind == "delivery-status" or self._from_daemon()):
            found = self._told() or Report(BOUNCE, ids=self._ids())
        elif self.headers.first("x-failed-recipients"):
            found = self._exim()
        else:
            found = self._told() if self._from_daemon() and self._by_machine() else None
        return found

    def _by_machine(self) -> bool:
        """No person sent this: a null envelope, a mark, or a daemon's own name."""
        if self.mail_from in ("", "<>"):
            return True
        if self.headers.first("return-path").replace(" ", "") == "<>":
            return True
        submitted = self.headers.first("auto-submitted").lower()
        if submitted and not submitted.startswith("no"):
            return True
        return "mailer-daemon" in self.headers.first("from").lower()

    def _from_daemon(self) -> bool:
        sender = decode_words(self.headers.first("from"))
        if not sender or sender.strip() == "<>":
            return self._by_machine()
        address = _ADDRESS.search(sender)
        if address is None:
            return _DAEMON.search(sender) is not None or _DAEMON_NAME.search(sender) is not None
        local = address[0].partition("@")[0]
        return bool(_DAEMON.match(local) or _DAEMON_NAME.search(sender[: address.start()]))

    def _status(self) -> Report:
        """RFC 3464 and 6533: a block for the message, then one for each recipient."""
        recipients: list[Recipient] = []
        report = Report(BOUNCE, ids=self._ids())
        for part in self.parts:
            if part.type not in _STATUS_PARTS:
                continue
            for block in _blocks(self._plain(part)):
                report.envelope_id = report.envelope_id or block.get("original-envelope-id", "")
                if found := _recipient(block):
                    recipients.append(found)
        if not recipients:
            told = self._told()
            recipients = told.recipients if told else []
        report.recipients = recipients[:MAX_RECIPIENTS]
        kinds = {one.action for one in recipients}
        report.kind = next((kind for kind in (BOUNCE, DELAY, SUCCESS) if kind in kinds), BOUNCE)
        return report

    def _exim(self) -> Report:
        failed = _ADDRESS.findall(", ".join(self.headers.all("x-failed-recipients")))
        text = self._words()
        said = bounce_texts.sentence(text)
        found = [
            Recipient(normal(address), BOUNCE, code_in(said), said)
            for address in dict.fromkeys(failed[:MAX_RECIPIENTS])
        ]
        return Report(BOUNCE, found, self._ids())

    def _told(self) -> Report | None:
        """A report in a carrier's own words, or None when nothing of it looks like one."""
        subject = self.headers.words("subject")
        text = self._words()
        told = bounce_texts.read(subject, text)
        if told is None:
            return None
        action = DELAY if told.delayed else BOUNCE
        own = {normal(one) for one in _ADDRESS.findall(self.headers.first("from"))}
        found = [
            Recipient(address, action, code_in(told.said), told.said)
            for address in dict.fromkeys(map(normal, told.addresses))
            if address not in own
        ]
        return Report(action, found[:MAX_RECIPIENTS], self._ids())

    def _complaint(self) -> Report:
        """RFC 5965: somebody called a mail of ours spam; other feedback is no complaint."""
        fields = self._fields("message/feedback-report")
        if fields.get("feedback-type", "abuse").lower() not in {"abuse", "fraud", "virus"}:
            return Report(DIGEST)
        to = _ADDRESS.findall(fields.get("original-rcpt-to", ""))
        found = [Recipient(normal(one), BOUNCE, said="complaint") for one in to[:MAX_RECIPIENTS]]
        sender = _ADDRESS.findall(fields.get("original-mail-from", ""))
        return Report(COMPLAINT, found, self._ids(), mail_from=sender[0] if sender else "")

    def _receipt(self) -> Report:
        """RFC 8098: the reader's program says that a mail was shown, or deleted unread."""
        fields = next((got for kind in _RECEIPTS if (got := self._fields(kind))), {})
        shown = "displayed" in fields.get("disposition", "").lower()
        ids = [fields.get("original-message-id", "").strip("<> "), *self._ids()]
        to = _ADDRESS.findall(fields.get("final-recipient", ""))
        found = [Recipient(normal(one), SUCCESS) for one in to[:1]]
        return Report(READ if shown else DIGEST, found, [one for one in ids if one])

    def _fields(self, kind: str) -> dict[str, str]:
        for part in self.parts:
            if part.type == kind:
                merged: dict[str, str] = {}
                for block in _blocks(self._plain(part)):
                    merged = {**block, **merged}
                return merged
        return {}

    def _ids(self) -> list[str]:
        """The Message-IDs of what came back: of its headers, else of a copy in the text."""
        found: list[str] = []
        for part in self.parts:
            if part.type in _RETURNED:
                content = self.tree.content(part)[: 256 * 1024].lstrip()
                if b"\n" not in content:
                    content = content.replace(b"\r", b"\n")
                headers, _start = parse_block(content, 0, len(content))
                found += [headers.first("message-id").strip("<> ")]
        for part in self.parts:
            if part.type in {"text/plain", "text/html"}:
                found += _ID.findall(self._plain(part)[:200_000])
        return [one for one in dict.fromkeys(found) if one][:20]

    def _words(self) -> str:
        """What the report says to people: its first texts, as plain text."""
        texts = [self._plain(part) for part in self.parts if part.type == "text/plain"]
        if not texts:
            texts = [
                bounce_texts.without_tags(self._plain(part))
                for part in self.parts
                if part.type == "text/html"
            ]
        return "\n\n".join(texts[:3])[: bounce_texts.MAX_TEXT]

    def _plain(self, part: Part) -> str:
        content = self.tree.content(part)[: 512 * 1024]
        text = clean(decode(content, part.parameters.get("charset", "")))
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _leaves(root: Part) -> Iterator[Part]:
    stack = [root]
    while stack:
        part = stack.pop()
        if part.parts:
            stack.extend(reversed(part.parts))
        else:
            yield part


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """The blocks of fields of a status part; a second recipient begins a block of its own."""
    block: dict[str, str] = {}
    name = ""
    for line in text.split("\n"):
        if not line.strip():
            if block:
                yield block
            block, name = {}, ""
        elif line[0] in " \t" and name:
            block[name] = f"{block[name]} {line.strip()}"[:4000]
        else:
            key, colon, value = line.partition(":")
            name = key.strip().lower() if colon else ""
            if name == "final-recipient" and name in block:
                yield block
                block = {}
            if name and name not in block:
                block[name] = value.strip()[:4000]
            elif name:
                name = ""
    if block:
        yield block


def _recipient(block: dict[str, str]) -> Recipient | None:
    address = _address_of(block.get("final-recipient", ""))
    original = _address_of(block.get("original-recipient", ""))
    chosen = address or original or _address_of(block.get("x-actual-recipient", ""))
    action = block.get("action", "").partition("(")[0].strip().lower()
    if not chosen or not (action or "status" in block):
        return None
    status = code_in(block.get("status", ""))
    said = block.get("diagnostic-code", "")
    said = said.partition(";")[2].strip() if ";" in said[:20] else said
    said = " ".join(decode_words(said).split())[:MAX_SAID]
    kind = _ACTIONS.get(action) or (DELAY if status.startswith("4") else BOUNCE)
    if kind == BOUNCE and status.startswith("2"):
        kind = SUCCESS
    closer = code_in(said)
    if closer and (not status or status.endswith(".0.0")):
        status = closer
    return Recipient(chosen, kind, status, said)


def _address_of(value: str) -> str:
    """The address of `rfc822; a@b` and its relatives, escapes undone; "" without one."""
    unescaped = _ESCAPED.sub(_character, decode_words(value))
    found = _ADDRESS.findall(unescaped.partition(";")[2] or unescaped)
    return normal(found[-1]) if found else ""


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""


def code_in(said: str) -> str:
    """The enhanced status code (RFC 3463) that a text holds, else one made of its reply code."""
    if match := _CODE.search(said[:2000]):
        return match[1]
    reply = _REPLY.search(said[:2000])
    return f"{reply[1][0]}.0.0" if reply else ""
