"""SMPP in the battery: a message centre of its own, and the process's line to it in a thread."""

from __future__ import annotations

import hashlib
import random
import threading
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from channels_sms.smpp import desk, pdu, serving, texts
from channels_sms.smpp.adapter import concat
from channels_sms.smpp.pdu import Short
from helpdesk.adapters import Raw
from helpdesk.models import ChannelHealth, InboundEvent, Inbox, InboxHealth
from tests.channels_sms.smsc import Smsc
from tests.contracts.subject import Hook, Subject
from tests.stack import until

FAULTS: dict[str, int | str] = {
    "429": pdu.THROTTLED, "5xx": pdu.SYSTEM_ERROR, "cut": "cut", "reset": "cut",
    "cut_after_accept": "cut_after_accept", "garbage": "garbage",
}  # fmt: skip
STATES = {"sent": "ENROUTE", "delivered": "DELIVRD", "failed": "UNDELIV", "undelivered": "UNDELIV"}


class SmppSubject(Subject):
    channel = "sms"
    provider = "smpp"
    fake = "smsc"
    sender = "+48600123456"
    address = "+48222000110"
    refused_code = "0x0B"
    too_long = 1601
    media = False
    slower = 10

    def begin(self) -> None:
        """The line is as quick as a test wants it."""
        self._patience = (desk.TAKEN_WITHIN, desk.STEP, serving.LOOK)
        desk.TAKEN_WITHIN, desk.STEP, serving.LOOK = 1.0, 0.1, 0.1
        self._stop, self._line = threading.Event(), threading.Thread()
        self._centre = Smsc().__enter__()

    def end(self) -> None:
        self._stop.set()
        if self._line.ident is not None:
            self._line.join(20)
        self._centre.__exit__(None, None, None)
        desk.TAKEN_WITHIN, desk.STEP, serving.LOOK = self._patience

    def inbox(self, number: int = 1) -> Inbox:
        """With a line to the message centre, where what is stored is committed."""
        settings.OUTBOUND_ALLOWED_HOSTS.append(f"127.0.0.1:{self._centre.port}")
        made = Inbox.objects.create(
            name=f"SMPP {number}",
            channel=self.channel,
            provider=self.provider,
            address=f"{self.address[:-1]}{number}",
            settings={"host": "127.0.0.1", "port": self._centre.port, "system_id": "parley"},
            secrets={"password": self._centre.password},
        )
        if number == 1 and not connection.in_atomic_block:
            bind = serving.Bind(made.pk, self._stop, pause=0.1)
            self._line = threading.Thread(target=bind.run, daemon=True)
            self._line.start()
            until(lambda: self._centre.binds, 20)
        return made

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        coding, (data,) = texts.parts(text, 0)
        return Hook(pdu.short(Short(self.sender, inbox.address, data, data_coding=coding)), "")

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        told = f"id:{provider_id} sub:001 dlvrd:001 stat:{STATES.get(state, state)} err:000"
        return Hook(
            pdu.short(Short(self.sender, inbox.address, told.encode(), esm_class=pdu.RECEIPT)), ""
        )

    def raws(self, inbox: Inbox, hook: Hook) -> list[Raw]:
        """As the process keeps them: what comes once more after a bind has the same key."""
        digest = hashlib.sha256(hook.body).hexdigest()[:40]
        headers = {"digest": digest, "via": "smpp"}
        if of := concat(hook.body):
            headers["concat"] = of
        return [Raw(digest, hook.body, headers)]

    def write(self, inbox: Inbox, **order: Any) -> None:
        """Each text, and after each time that the line broke all of them once more."""
        calls = [self.text(inbox, one) for one in order.get("texts") or [order["text"]]]
        for round_ in range(order.get("repeats", 1)):
            if round_:
                binds = self._centre.binds
                self._centre.hang_up()
                until(lambda binds=binds: self._centre.binds > binds, 20)  # type: ignore[misc]
            random.Random(order.get("shuffle")).shuffle(calls)
            heard = len(self._centre.answered)
            for hook in calls:
                self._centre.deliver(pdu.read_short(hook.body))
            until(lambda heard=heard: len(self._centre.answered) == heard + len(calls), 20)  # type: ignore[misc]
        assert InboundEvent.objects.count() == len(calls)

    def fault(self, kind: str, *, times: int = 1, **_more: Any) -> None:
        self._centre.script.extend([FAULTS[kind]] * times)

    def refuse(self) -> None:
        self._centre.script.append(pdu.BAD_DESTINATION)

    def revoke(self) -> None:
        self._centre.password = "another"
        self._centre.hang_up()
        until(lambda: Inbox.objects.filter(health=InboxHealth.BROKEN).exists(), 20)

    def move(self, inbox: Inbox, base: str) -> None:
        there = urlsplit(base)
        inbox.settings |= {"host": there.hostname, "port": there.port or 2775}
        inbox.save()
        failing = ChannelHealth.objects.filter(inbox=inbox, failing_since__isnull=False)
        until(failing.exists, 20)
        inbox.refresh_from_db()

    def sends(self) -> list[dict[str, Any]]:
        """Each text whole, by its parts."""
        found: list[dict[str, Any]] = []
        for place, one in enumerate(self._centre.taken):
            body, part = texts.decoded(one.text, one.data_coding, header=bool(one.esm_class & 0x40))
            if part is None or part.number == 1:
                found.append({"body": "", "to": one.destination, "file": "", "answers": ""})
            found[-1]["body"] += body
            found[-1]["provider_id"] = self._centre.named(place)
        return found
