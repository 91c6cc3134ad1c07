"""Bounces in a carrier's own words: qmail, exim, Exchange, Notes, Japanese carriers (H1, H2)."""

from __future__ import annotations

import html as html_words
import re
from dataclasses import dataclass
from typing import Final

MAX_TEXT: Final = 100_000
_LINES: Final = 200
_SAID: Final = 400

_ADDRESS: Final = re.compile(r"[^\s<>@,;:()\[\]\"'`]{1,64}@[^\s<>@,;:()\[\]\"'`]{1,255}")
_TAG: Final = re.compile(r"<[/!a-zA-Z][^<>]{0,500}>")
_COPY: Final = re.compile(
    r"(?:-{2,}\s*)?(?:below this line is a copy|this is a copy of (?:the|your) message"
    r"|(?:original|returned) message (?:follows|headers|text)|original message\b"
    r"|message header follows"
    r"|(?:the )?headers? of the (?:original|returned)|unsent message (?:below|follows)"
    r"|ursprüngliche nachricht|message d'origine|元のメッセージ|原始邮件|received: from )",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"undeliver|delivery (?:status|failure|failed|error|has failed|problem|incomplete|report"
    r"|notification|delayed)|deliver(?:y|ing) .{0,30}fail|failure (?:notice|delivery)"
    r"|fail(?:ed|ure).{0,20}deliver|returned mail|returned to sender|mail (?:could not|delivery)"
    r"|message (?:could not|not) (?:be )?delivered|non[- ]?deliver|mail system error|bounced?\b"
    r"|warning: (?:could not send|message)|rejected mail|unknown (?:user|recipient)"
    r"|could not be delivered"
    r"|unzustellbar|nicht zugestellt|zustellung|fehlgeschlagen|non remis|échec|non distribu|remise"
    r"|no (?:se )?(?:pudo|ha podido)|no entregad|devuelt|mancata consegna|mancato recapito"
    r"|impossibile"
    r"|non recapitabil|niet (?:bezorgd|afgeleverd)|onbestelbaar|niedostarcz|nie można dostarczyć"
    r"|zwrot"
    r"|não (?:foi )?(?:entregue|possível)|não entregue|falha na entrega|kunde inte levereras"
    r"|olevererbar"
    r"|kunne ikke leveres|uleverbar|toimitus|ei voitu|nedoruč|nelze doručit|kézbesít|teslim edil"
    r"|недоставлен|не доставлен|не удалось доставить|доставк|не вдалося|配信|送信できません"
    r"|エラー|不達"
    r"|返送|退信|投递失败|无法投递|系统退信|无法送达|배달|전송 실패|반송|לא נמסר"
    r"|لم يتم التسليم|تعذر",
    re.IGNORECASE,
)
_FAILED: Final = re.compile(
    r"qmail-send program|could ?n[o']t be delivered|was ?n[o']t delivered|not delivered to"
    r"|did not reach|unable to deliver|undeliverable|could not deliver|cannot be delivered"
    r"|delivery (?:to the following|has failed|failed|attempts?)|permanent(?:ly)? (?:error|fail"
    r"|fatal)"
    r"|delivery .{0,40}failed|wasn't able to deliver|address(?:es)? failed|returned to (?:you"
    r"|sender)"
    r"|had (?:permanent )?(?:fatal )?errors|user unknown|no such (?:user|recipient|mailbox"
    r"|person|address)"
    r"|(?:user|recipient|mailbox|address|account)\b.{0,40}(?:unknown|not found|does ?n[o']t exist"
    r"|rejected|unavailable|disabled|full|not listed|invalid)|over quota|quota exceeded"
    r"|mailbox full"
    r"|nicht zugestellt|konnte nicht|unzustellbar|n'a pas pu être|non remis|impossible de"
    r"|no se (?:pudo|ha podido)|non è stato (?:possibile|recapitat|consegnat)|kon niet|niet bezorgd"
    r"|nie (?:można|mogła|został)|não (?:pôde|foi|pode)|kunde inte|kunne ikke|ei voitu|nelze|nebyl"
    r"|nem (?:sikerült|kézbesít)|teslim edile|не (?:удалось|может|было|вдалося|доставлен)"
    r"|送信できませんでした|配信できません|届けられません|送れませんでした|エラーのため"
    r"|宛先が見つかりません"
    r"|无法(?:投递|送达|发送)|退回|不存在|배달되지|전송하지 못|לא ניתן|تعذر",
    re.IGNORECASE,
)
_REPLY: Final = re.compile(
    r"(?<![\d.])[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}|(?<![\d.])#?[45]\.\d\.\d{1,3}\b"
    r"|(?<![\d.:])5[05]\d[ -](?=\D)"
)
_DELAYED: Final = re.compile(
    r"warning|delay|still being (?:retried|tried)|not yet been delivered|will (?:continue|keep|be)"
    r" (?:to |on )?(?:try|retr|attempt)|temporar|verzögert|wird weiter|retard|retras|ritard|vertrag"
    r"|opóźni|atras|försen|forsink|задерж|遅延|延迟",
    re.IGNORECASE,
)
_FINAL: Final = re.compile(
    r"permanent|giving up|given up|too long|will not be retried|no further|not be delivered|expired"
    r"|failed\b|undeliverable|5\.\d\.\d",
    re.IGNORECASE,
)
_NO_USER: Final = re.compile(
    r"user unknown|unknown (?:user|recipient|address|local|mailbox)|no such (?:user|recipient"
    r"|mailbox"
    r"|person|address|account|local)|(?:does|do) ?n[o']t exist|doesn.t have a"
    r"|not (?:a )?(?:valid|known)"
    r"|not found|not listed|recipient (?:name )?(?:is )?not recognized|no mailbox (?:here )?by that"
    r"|invalid (?:recipient|mailbox|address|user)|(?:mailbox|account|user"
    r"|address)\b.{0,30}(?:disabled"
    r"|inactive|suspended|deactivated|closed|deleted|no longer)|no longer (?:valid|available"
    r"|active|in use)"
    r"|host (?:or domain name )?(?:not found|unknown)|domain .{0,40}not (?:found|exist)|nullmx"
    r"|null mx"
    r"|unrouteable address|unroutable|bad destination|recipientnotfound|resolver\.adr"
    r"|mailbox unavailable|no account|宛先が見つかりません|unbekannt|existiert nicht"
    r"|n'existe pas|inconnu"
    r"|no existe|non esiste|bestaat niet|nie istnieje|não existe|finns inte|findes ikke|neexist"
    r"|не существует"
    r"|不存在|存在しません",
    re.IGNORECASE,
)
_FULL: Final = re.compile(
    r"quota|(?:mail)?box (?:is )?(?:too )?full|full mailbox|storage|insufficient|mailbox size"
    r"|exceed(?:ed|s)? .{0,30}(?:limit|storage)|voll\b|pleine|llen[oa]|volle?\b|容量|переполнен",
    re.IGNORECASE,
)
_BIG: Final = re.compile(
    r"too (?:big|large)|size (?:limit|exceed)|message size|max(?:imum)? size", re.IGNORECASE
)
_POLICY: Final = re.compile(
    r"spam|policy|block(?:ed|list)|blacklist|reject(?:ed)? (?:due|by|for)|denied|not (?:allowed"
    r"|permitted"
    r"|authorized|authenticated)|reputation|spf|dkim|dmarc|virus|content|greylist|rate.?limit|relay"
    r"|listed (?:at|in|by)|rbl|spamhaus|barracuda|suspicious|unsolicited",
    re.IGNORECASE,
)
_ROUTE: Final = re.compile(
    r"timed? ?out|unreachable|connection refused|no route|could not connect|dns|loop|too many hops"
    r"|retry time|not responding|network|lost connection",
    re.IGNORECASE,
)


_GONE: Final = frozenset(("1.1", "1.2", "1.3", "1.6", "1.10", "4.4", "4.310"))


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says: of whom, whether it will be tried again, and the telling line."""

    addresses: list[str]
    delayed: bool
    said: str


def read(subject: str, text: str) -> Told | None:
    """A daemon's text as a bounce; None when neither subject nor text speaks of a failure."""
    head = _before_copy(text)
    failed = _FAILED.search(head)
    told = _REPLY.search(head) or _ADDRESS.search(head)
    if not failed and not (told and _SUBJECT.search(subject)):
        return None
    delayed = bool(_DELAYED.search(subject) or (_DELAYED.search(head) and not _FINAL.search(head)))
    addresses = [one.rstrip(".'") for one in _near_failure(head)]
    return Told(addresses, delayed, sentence(head))


def sentence(text: str) -> str:
    """The line that says why, with the one that follows it; "" without one."""
    lines = [line.strip() for line in _before_copy(text).split("\n")]
    for index, line in enumerate(lines):
        if _REPLY.search(line) or _NO_USER.search(line) or _FULL.search(line):
            following = lines[index + 1] if index + 1 < len(lines) else ""
            return f"{line} {following}".strip()[:_SAID]
    return ""


def without_tags(html: str) -> str:
    """The words of a report in HTML, roughly: its lines are all that matters here."""
    broken = re.sub(r"(?i)<(?:br|/p|/div|/tr|/td)\b[^<>]{0,200}>", "\n", html[:MAX_TEXT])
    plain = _TAG.sub(" ", broken)
    return html_words.unescape(plain)


def cause(status: str, said: str) -> str:
    """Why: no_such_user, full, too_big, refused, unreachable or unknown (RFC 3463, H2).

    The code decides where it is one of the address itself; the words where it says little.
    """
    detail = status[2:] if status[:2] in {"4.", "5."} else ""
    about_address = detail.startswith("1.")
    policy = _POLICY.search(said) is not None
    unknown = _NO_USER.search(said) is not None
    found = (
        ("full", detail == "2.2" or (not about_address and _FULL.search(said))),
        ("too_big", detail in {"2.3", "3.4"} or (not about_address and _BIG.search(said))),
        ("no_such_user", detail in _GONE or (detail == "2.1" and not policy)),
        ("refused", detail.startswith("7.") and (policy or not unknown)),
        ("no_such_user", unknown),
        ("refused", policy or detail == "6.0"),
        ("unreachable", detail.startswith("4.") or _ROUTE.search(said)),
    )
    return next((name for name, holds in found if holds), "unknown")


def _before_copy(text: str) -> str:
    """What the daemon itself wrote: its first lines, up to the mail that it returns."""
    lines = text[:MAX_TEXT].split("\n")[:_LINES]
    for index, line in enumerate(lines):
        if index and _COPY.match(line.strip(" -=>*")[:200]):
            return "\n".join(lines[:index])
    return "\n".join(lines)


def _near_failure(head: str) -> list[str]:
    """The addresses that the text complains of: first those that stand alone in a line."""
    alone: list[str] = []
    inside: list[str] = []
    for line in head.split("\n"):
        found = _ADDRESS.findall(line[:1000])
        if not found:
            continue
        bare = line.strip(" \t<>:'\"()*-•・.,;[]")
        if bare == found[0] or bare.startswith(f"{found[0]}>:") or line.strip().startswith("<"):
            alone.append(found[0])
        else:
            inside += found
    return alone or inside
