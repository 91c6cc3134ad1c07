"""A channel for tests of the core: does what the test scripts, remembers what it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from helpdesk import adapters
from helpdesk.adapters import (
    Capabilities,
    Ignored,
    InboundMessage,
    Outgoing,
    Parsed,
    Person,
    Raw,
    Receipt,
    Sent,
    UnreadableError,
)
from helpdesk.models import Inbox

Step = Exception | Sent | Callable[[], Sent]


@dataclass
class ScriptedChannel:
    """Sends go through `script` (an error is raised, a Sent returned), then succeed."""

    channel: str = "test"
    provider: str = ""
    label: str = "Test"
    icon: str = "chat"
    identity_kind: str = "phone"
    capabilities: Capabilities = field(default_factory=Capabilities)
    parser_version: int = 3
    script: list[Step] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    parsed: int = 0
    broken_parser: BaseException | None = None

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        self.sent.append(outgoing)
        if callable(step):
            return step()
        return step or Sent(f"id-{outgoing.delivery_id}")

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """A JSON list of elements: {"text", "from", "id"}, {"receipt": …} or {"ignore": why}."""
        self.parsed += 1
        if self.broken_parser is not None:
            raise self.broken_parser
        try:
            elements = orjson.loads(raw.body)
        except orjson.JSONDecodeError as error:
            raise UnreadableError(str(error)) from error
        return [_element(one) for one in elements]


def _element(one: dict[str, Any]) -> Parsed:
    if "ignore" in one:
        return Ignored(one["ignore"])
    if "receipt" in one:
        return Receipt(**one["receipt"])
    person = Person("phone", one["from"], verified=True)
    return InboundMessage(person, one["text"], external_id=one["id"])


class FindingChannel(ScriptedChannel):
    """A channel whose provider lists what it accepted; `found` is what a look-up says."""

    found: Sent | Exception | None = None

    def find(self, inbox: Inbox, outgoing: Outgoing) -> Sent | None:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@contextmanager
def registered(channel: ScriptedChannel) -> Iterator[None]:
    """Known to adapter_for() inside the block; blocks may be nested."""
    key = (channel.channel, channel.provider)
    before = adapters._adapters.get(key)
    adapters.register(channel)
    try:
        yield
    finally:
        if before is None:
            del adapters._adapters[key]
        else:
            adapters.register(before)
