"""What `manage.py smppd` does for one inbox: it holds the bind, submits jobs, keeps what comes."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from redis.exceptions import RedisError

from channels_sms.smpp import desk, pdu, texts
from channels_sms.smpp.adapter import concat
from channels_sms.smpp.link import CutError, Link, LinkError, Place, UnwantedError
from helpdesk import channel_health, inbound
from helpdesk.adapters import Raw
from helpdesk.models import InboundEvent, Inbox, InboxHealth

LOCK = 7_201_340_000  # and the inbox's number: one bind for it, however many processes
AGAIN = timedelta(minutes=2)  # what came so long before a bind may come once more after it
LOOK = 10.0  # seconds after which it is asked again whether the bind is ours and wanted
LONGEST_PAUSE = 60.0
WAY = "smpp"
R = TypeVar("R")
_LOCKED = """SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND pid = pg_backend_pid()) OR pg_try_advisory_lock(%s)"""
log = logging.getLogger("channels_sms.smppd")


class Bind:
    """The line of one inbox, in a thread with an event loop of its own, until stop is set."""

    def __init__(
        self, inbox_id: int, stop: threading.Event, *, enquire: float = 30.0, pause: float = 1.0
    ) -> None:
        self._id, self._stop, self._enquire, self._first = inbox_id, stop, enquire, pause
        self._again: dict[str, list[str]] = {}
        self._throttled = 0.0
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="smpp-lock")

    def run(self) -> None:
        """Hold the line, bind again whenever it ends; returns when stopped or not wanted."""
        try:
            asyncio.run(self._serve())
        finally:
            self._keeper.submit(_let_go)
            self._keeper.shutdown()

    async def _ours(self) -> Inbox | None:
        """The inbox while it is wanted and no other process has its bind."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._keeper, _held, self._id)

    async def _serve(self) -> None:
        pause = self._first
        while not self._stop.is_set():
            inbox = await self._ours()
            if inbox is None:
                return
            began = time.monotonic()
            try:
                if await self._bound(inbox):
                    continue
            except LinkError as error:
                await _in_thread(_unwell, inbox, error)
                log.warning("inbox %s: %s", self._id, error)
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = self._first
            await self._pause(inbox, pause * random.uniform(0.5, 1))  # noqa: S311
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _pause(self, inbox: Inbox, seconds: float) -> None:
        """Wait before the next bind, but not for somebody who has just mended the settings."""
        until = time.monotonic() + seconds
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 2.0))
            if left > 2.0 and _place(inbox) != _place(await self._ours() or inbox):
                return

    async def _bound(self, inbox: Inbox) -> bool:
        """Hold one line; true when it was left because it is to be another one. LinkError."""
        self._again = await _in_thread(_lately, inbox)
        link = Link(_place(inbox), lambda body: self._keep(inbox, body), enquire=self._enquire)
        ready = asyncio.Event()
        line = asyncio.create_task(link.run(ready.set))
        bound = asyncio.create_task(ready.wait())
        await asyncio.wait({line, bound}, return_when=asyncio.FIRST_COMPLETED)
        bound.cancel()
        jobs: set[asyncio.Task[None]] = set()
        if ready.is_set():
            await _in_thread(channel_health.worked, inbox.pk, WAY)
        looked, moved = time.monotonic(), False
        while not line.done() and not self._stop.is_set():
            if time.monotonic() - looked > LOOK:
                looked, now = time.monotonic(), await self._ours()
                moved = now is not None and _place(now) != _place(inbox)
                if now is None or moved:
                    break
                await _in_thread(channel_health.worked, inbox.pk, WAY)
            job = await _in_thread(_next_job, self._id)
            if job is None:
                continue
            task = asyncio.create_task(self._submit(link, job))
            jobs.add(task)
            task.add_done_callback(jobs.discard)
            await asyncio.sleep(max(0.0, self._throttled))
        if jobs:
            await asyncio.wait(jobs)
        if line.done():
            line.result()  # raises what ended it
            return False
        await link.stop()
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
        return moved

    async def _submit(self, link: Link, job: desk.Job) -> None:
        """All parts of a text, in order; the last one asks for a receipt."""
        coding, parts = texts.parts(job.text, job.reference)
        named, sent = "", 0
        try:
            for place, data in enumerate(parts, 1):
                short = pdu.Short(
                    source=job.source,
                    destination=job.to,
                    text=data,
                    esm_class=pdu.UDH if len(parts) > 1 else 0,
                    data_coding=coding,
                    registered=int(place == len(parts)),
                    validity=job.validity,
                )
                answer = await link.submit(short)
                if answer.status != pdu.OK:
                    self._throttled = 1.0 if answer.status in (pdu.THROTTLED, pdu.QUEUE_FULL) else 0
                    return await _in_thread(
                        desk.tell, job, desk.Outcome(status=answer.status, sent=sent)
                    )
                named, sent = pdu.message_id(answer.body), sent + 1
            self._throttled = 0.0
            await _in_thread(desk.tell, job, desk.Outcome(named, sent=sent))
        except CutError:
            await _in_thread(desk.tell, job, desk.Outcome(sent=sent, cut=True))
        except LinkError:  # it never left
            outcome = desk.Outcome(status=pdu.SYSTEM_ERROR, sent=sent)
            await _in_thread(desk.tell, job, outcome)

    async def _keep(self, inbox: Inbox, body: bytes) -> bool:
        """Commit it; what the last line brought and could not hear answered comes again."""
        digest = hashlib.sha256(body).hexdigest()[:40]
        before = self._again.get(digest)
        key = before.pop() if before else f"{digest}:{secrets.token_hex(6)}"
        headers = {"digest": digest, "via": "smpp"}
        if of := concat(body):
            headers["concat"] = of
        try:
            await _in_thread(inbound.accept, inbox, Raw(key, body, headers))
        except DatabaseError as error:
            log.warning("inbox %s: a text is not kept: %s", self._id, error)
            return False
        return True


def _place(inbox: Inbox) -> Place:
    told = inbox.settings
    return Place(
        host=str(told.get("host", "")),
        port=int(told.get("port") or 2775),
        system_id=str(told.get("system_id", "")),
        password=str(inbox.secrets.get("password", "")),
        system_type=str(told.get("system_type", "")),
        tls=bool(told.get("tls")),
    )


async def _in_thread(work: Callable[..., R], *given: Any) -> R:
    """Database work beside the loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, _sound, work, given)


def _sound(work: Callable[..., R], given: tuple[Any, ...]) -> R:
    try:
        return work(*given)
    finally:
        connection.close()  # the loop's threads come and go; theirs must not stay behind


def _held(inbox_id: int) -> Inbox | None:
    """The inbox if the advisory lock is ours; always in one thread: it is its connection's."""
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [LOCK + inbox_id])
        ours = bool(cursor.fetchone()[0])
    return wanted().filter(pk=inbox_id).first() if ours else None


def wanted() -> QuerySet[Inbox]:
    """The inboxes that have a line: a broken one waits for somebody who mends it."""
    own = Inbox.objects.filter(provider="smpp", enabled=True)
    return own.exclude(health=InboxHealth.BROKEN)


def _let_go() -> None:
    """The lock, with its connection: both belong to the thread that runs this."""
    connection.close()


def _unwell(inbox: Inbox, error: LinkError) -> None:
    """Say so; where trying again is no use, what is to go out is held until somebody mends it."""
    broken, text = isinstance(error, UnwantedError), str(error)[:300]
    channel_health.failed(inbox.pk, WAY, text, broken=broken)
    if broken:
        own = Inbox.objects.filter(pk=inbox.pk)
        own.update(health=InboxHealth.BROKEN, health_note=text)


def _lately(inbox: Inbox) -> dict[str, list[str]]:
    """The keys of what came shortly before, by its digest: the answer may not have been heard."""
    edge = datetime.now(UTC) - AGAIN
    rows = InboundEvent.objects.filter(inbox=inbox, received_at__gte=edge, headers__via="smpp")
    found: dict[str, list[str]] = {}
    for digest, key in rows.values_list("headers__digest", "dedupe_key"):
        found.setdefault(str(digest), []).append(key)
    return found


def _next_job(inbox_id: int) -> desk.Job | None:
    try:
        return desk.take(inbox_id)
    except (RedisError, OSError) as error:
        log.warning("no jobs are heard of: %s", error)
        return None
