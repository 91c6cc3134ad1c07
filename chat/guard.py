"""Who may come in and how fast: limits (AUT-18), bans, and the shield of the offline form.

Counting is Valkey's, so that several servers count together; without it each process counts
for itself, since a visitor's words must not wait for a cache. A refusal always says why and,
where waiting helps, how long: the browser keeps the text.
"""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Q
from redis.exceptions import RedisError

from chat.kept import Kept
from chat.models import Ban, BanKind, VisitorSession
from helpdesk import audit, by_customer, client_ip, quick_redis
from helpdesk.models import Act, Agent, Conversation, Customer, Inbox

if TYPE_CHECKING:
    from chat.sessions import Visitor

log = logging.getLogger(__name__)

TEXTS_PER_MINUTE = 30
WITHOUT_VALKEY = 5.0
REMEMBERED = 10_000
STANDING_FOR = 2.0
FASTEST_HUMAN = 3
FORM_LIVES = 24 * 3600

# One window slides: what was used in the last minute counts less with every moment that passes.
_SLIDE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, span = tonumber(ARGV[1]), tonumber(ARGV[2])
local slot = math.floor(now / span)
local kept = redis.call('HMGET', KEYS[1], 'slot', 'now', 'before')
local age = slot - (tonumber(kept[1]) or slot)
local used, before = tonumber(kept[2]) or 0, tonumber(kept[3]) or 0
if age == 1 then used, before = 0, used elseif age > 1 then used, before = 0, 0 end
local left = span - now % span
if used + before * left / span + 1 > most then
  if used + 1 <= most then return math.ceil(left - (most - 1 - used) * span / before) end
  return math.ceil(left + span - (most - 1) * span / used)
end
redis.call('HSET', KEYS[1], 'slot', slot, 'now', used + 1, 'before', before)
redis.call('PEXPIRE', KEYS[1], 2 * span)
return 0
"""


class RefusedError(by_customer.RefusedError):
    """What a visitor may not do (now); retry_ms 0: waiting is no help."""

    def __init__(self, code: str, *, retry_ms: int = 0, until: datetime | None = None) -> None:
        super().__init__(code, retryable=retry_ms > 0)
        self.retry_ms = retry_ms
        self.until = until

    def answer(self) -> dict[str, Any]:
        """The refusal as sockets and HTTP tell it."""
        told: dict[str, Any] = {"code": self.code, "retryable": self.retryable}
        if self.retry_ms:
            told["retry_ms"] = self.retry_ms
        if self.until:
            told["until"] = self.until.isoformat(timespec="seconds")
        return told


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` in `seconds`, of one sender in one widget; never twice as many in any such time."""

    name: str
    most: int
    seconds: float = 60.0


SESSIONS = Limit("session", 20)
UPLOADS = Limit("upload", 10)
FORMS = Limit("form", 5)
ACTS = Limit("act", 300)
HITS = Limit("hit", 240)

# What a system starts when it is opened. Pages and drawings that can carry scripts are no such:
# they are kept, and only ever handed out as downloads (helpdesk.files).
_STARTS = (
    *(b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"L\x00\x00\x00\x01\x14\x02\x00"),
    *(b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce"),
)
_PROGRAMS = re.compile(
    r"\.(?:apk|appx|bat|chm|cmd|cpl|deb|dll|dmg|exe|gadget|hta|inf|iso|jar|jse?|lnk|msc|msix?"
    r"|msp|ps1|psm1|reg|rpm|scf|scr|sct|sh|sys|url|vbe?|vbs|ws[cfh]?|xll)"
)


def texts(inbox: Inbox) -> Limit:
    """A visitor's texts: the widget's own number or 30, and a third more for a rush."""
    own = inbox.settings.get("texts_per_minute")
    rate = own if isinstance(own, int) and own > 0 else TEXTS_PER_MINUTE
    return Limit("text", rate + rate // 3)


def take(limit: Limit, inbox: Inbox, sender: str) -> None:
    """Count one act of a sender. Raises RefusedError("slow_down")."""
    wait = _wait(limit, f"{inbox.pk}:{sender}")
    if wait > 0:
        raise RefusedError("slow_down", retry_ms=wait)


def take_of(limit: Limit, inbox: Inbox, address: client_ip.IP | None) -> None:
    """Count one act of an internet address. Raises RefusedError("slow_down").

    This very machine is not counted: it is our own proxy that was not told of, or a test.
    """
    if address is not None and not address.is_loopback:
        take(limit, inbox, client_ip.keyed(address)[:32])


class _Local:
    """The same count in this process, for the while that Valkey is away."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, int, int]] = OrderedDict()

    def wait(self, key: str, most: int, span: int, now: int) -> int:
        """Milliseconds to wait, 0 to go on."""
        slot, left = now // span, span - now % span
        then, used, before = self._kept.pop(key, (slot, 0, 0))
        if slot != then:
            used, before = 0, used if slot == then + 1 else 0
        wait = 0
        if used + before * left / span + 1 > most:
            if used + 1 <= most:
                wait = int(left - (most - 1 - used) * span / before) + 1
            else:
                wait = int(left + span - (most - 1) * span / used) + 1
        else:
            used += 1
        self._kept[key] = (slot, used, before)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return wait


_local = _Local()
_back_at = 0.0


def _wait(limit: Limit, sender: str) -> int:
    global _back_at
    key, span = f"limit:{limit.name}:{sender}", int(limit.seconds * 1000)
    if time.monotonic() >= _back_at:
        try:
            counted: Any = quick_redis.client().eval(_SLIDE, 1, key, limit.most, span)
            return int(counted)
        except (RedisError, OSError) as error:
            _back_at = time.monotonic() + WITHOUT_VALKEY
            log.warning("limits are counted here, Valkey is not reached: %s", error)
    return _local.wait(key, limit.most, span, int(time.time() * 1000))


def admit(visitor: Visitor) -> None:
    """Let a visitor in unless he, his customer or his address is banned. Raises RefusedError."""
    who = Q(kind=BanKind.VISITOR, value=visitor.address)
    if visitor.network:
        who |= Q(kind=BanKind.NETWORK, value=visitor.network)
    if visitor.customer_id:
        # A ban of one who was merged holds for the person that they turned out to be.
        same = Customer.objects.filter(merged_into=visitor.customer_id).values_list("pk", flat=True)
        them = [str(pk) for pk in (visitor.customer_id, *same)]
        who |= Q(kind=BanKind.CUSTOMER, value__in=them)
    standing = Ban.objects.filter(who, inbox=visitor.inbox, until__gt=datetime.now(UTC))
    until = standing.order_by("-until").values_list("until", flat=True).first()
    if until:
        raise RefusedError("banned", until=until)


def anybody_banned(inbox: Inbox) -> bool:
    """Whether the widget has any ban at all, as of STANDING_FOR seconds ago at most."""
    return _standing.of(inbox)


def _stands(inbox: Inbox) -> bool:
    return Ban.objects.filter(inbox=inbox, until__gt=datetime.now(UTC)).exists()


_standing = Kept(_stands, STANDING_FOR)


def ban(
    inbox: Inbox, kind: BanKind, value: str, *, until: datetime, reason: str, by: Agent | None
) -> Ban:
    """Keep somebody from writing until then; a second ban of the same replaces the first."""
    _standing.forget(inbox.pk)
    with transaction.atomic():
        made, _created = Ban.objects.update_or_create(
            inbox=inbox,
            kind=kind,
            value=value,
            defaults={"until": until, "reason": reason[:200], "by": by},
        )
        told = {"kind": ("", kind), "until": ("", until)}
        # Not why: it may name somebody who is erased one day, and the audit forgets nothing.
        audit.record(Act.BLOCKED, made, by=by, changes=told)
    return made


def value_of(conversation: Conversation, kind: BanKind) -> str:
    """What a ban of the visitor in this conversation is kept by; "" if we do not know it."""
    if kind == BanKind.CUSTOMER:
        return str(conversation.customer_id)
    session = VisitorSession.objects.filter(conversation=conversation).order_by("-pk").first()
    if session is None:
        return ""
    return session.network if kind == BanKind.NETWORK else session.address


def runs(name: str, data: bytes) -> bool:
    """Whether a file is a program, by its first bytes or by what its name makes a system do.

    Invisible characters, dots and spaces at the end do not hide the name's ending.
    """
    plain = "".join(char for char in name if char.isprintable()).rstrip(". ").lower()
    return data.startswith(_STARTS) or bool(_PROGRAMS.fullmatch(plain[plain.rfind(".") :]))


def stamp() -> str:
    """Proof of when a form was shown; human() wants it back."""
    return TimestampSigner(salt="chat.form").sign("shown")


def human(*, trap: str, took_ms: int, shown: str | None = None) -> bool:
    """Whether a form was filled in by a person, as far as one can tell without asking him.

    trap: a field that people do not see; took_ms: how long his browser says it took; shown:
    the stamp() that his page brought (None: the page has none), which cannot be made up.
    """
    if trap.strip() or took_ms < FASTEST_HUMAN * 1000:
        return False
    if shown is None:
        return True
    signer = TimestampSigner(salt="chat.form")
    try:
        signer.unsign(shown, max_age=FORM_LIVES)
    except BadSignature:
        return False
    try:
        signer.unsign(shown, max_age=FASTEST_HUMAN)
    except BadSignature:
        return True
    return False
