"""What the battery needs to know of a channel: how to write, sign and break in its language.

A channel joins the battery by a subclass of Subject in every.SUBJECTS. One with a webhook must
join (test_every_webhook_adapter_takes_part); another may, and then only the tests of sending
and of repeated payloads apply to it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, cast

from django.conf import settings

from helpdesk.adapters import Raw, WebhookAdapter, WebhookRequest, adapter_for
from helpdesk.models import Inbox
from helpdesk.sandbox.control import Control


@dataclass(frozen=True)
class Hook:
    """A provider's call as it would be posted."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


def request_of(inbox: Inbox, hook: Hook) -> WebhookRequest:
    """The call as the hook view hands it to an adapter."""
    url = f"{settings.PUBLIC_BASE_URL}/hooks/{inbox.provider}/{inbox.key}"
    return WebhookRequest(
        "POST",
        f"{url}?{hook.query}" if hook.query else url,
        {name.lower(): value for name, value in hook.headers.items()},
        hook.body,
        hook.content_type,
    )


class Subject:
    """One adapter under test. `control` drives its fake; `base_url` is where the fake serves.

    fake: "" for a provider that is only tested by its calls. too_long: 0 for no limit.
    signed_apart: the proof is a header of its own. vouches: its addresses are as good as its
    signature. threaded: see Capabilities. media: customers can send files; fetches_files: they
    are not in the call itself. captions: a file and its words come as one message. repeats: a
    repeated send has one effect, so an ambiguous one is simply sent again. reports: how many
    receipts it sends of what arrives; echo_state: what its first one proves; best_state: the best
    that one tells; undelivered: the state and code that the fault makes of it, where the fake
    reports by itself. shows_unknown: a message of an unknown kind is shown as such; else the
    payload is kept and ignored. slower: seconds that it waits when it is told to wait for 7.
    """

    channel: ClassVar[str]
    provider: ClassVar[str]
    fake: ClassVar[str] = ""
    sender: ClassVar[str]
    address: ClassVar[str]
    refused_code: ClassVar[int | str]
    broken_code: ClassVar[int]
    too_long: ClassVar[int]
    signature_header: ClassVar[str] = ""
    signed_apart: ClassVar[bool] = True
    receipts: ClassVar[bool] = False
    vouches: ClassVar[bool] = True
    threaded: ClassVar[bool] = False
    media: ClassVar[bool] = True
    fetches_files: ClassVar[bool] = True
    captions: ClassVar[bool] = True
    repeats: ClassVar[bool] = False
    reports: ClassVar[int] = 2
    echo_state: ClassVar[str] = "sent"
    best_state: ClassVar[str] = "read"
    undelivered: ClassVar[tuple[str, str]] = ("", "")
    shows_unknown: ClassVar[bool] = False
    slower: ClassVar[int] = 7

    @classmethod
    def hooked(cls) -> bool:
        """Whether the provider calls us."""
        return bool(cls.signature_header) or not cls.signed_apart

    def __init__(self, control: Control, base_url: str) -> None:
        self.control = control
        self.base_url = base_url

    def begin(self) -> None:
        """Before a test: the fake has forgotten the last one."""
        if self.fake:
            self.control.reset()

    def end(self) -> None:
        """After a test."""

    def inbox(self, number: int = 1) -> Inbox:
        """An inbox whose provider is the fake; another number, another account."""
        raise NotImplementedError

    def text(self, inbox: Inbox, text: str, number: int = 1) -> Hook:
        """The signed call for one text; equal arguments, equal calls."""
        raise NotImplementedError

    def unknown(self, inbox: Inbox) -> Hook:
        """A signed call of a kind that the adapter does not know."""
        raise NotImplementedError

    def broken(self, inbox: Inbox) -> Hook:
        """A signed call with nothing in it to read."""
        raise NotImplementedError

    def receipt(self, inbox: Inbox, delivery: int, provider_id: str, state: str) -> Hook:
        """A signed call that reports the state of what we sent."""
        raise NotImplementedError

    def write(self, inbox: Inbox, **order: Any) -> None:
        """Let the fake's customer write, with files if need be, to `order["hook"]`."""
        raise NotImplementedError

    def raw(self, inbox: Inbox, text: str, number: int = 1) -> Raw:
        """The stored payload of `text()`."""
        (raw,) = self.raws(inbox, self.text(inbox, text, number))
        return raw

    def raws(self, inbox: Inbox, hook: Hook) -> list[Raw]:
        """What is stored of a call; a channel without a webhook makes it directly."""
        adapter = cast("WebhookAdapter", adapter_for(inbox))
        request = request_of(inbox, hook)
        adapter.verify(inbox, request)
        return list(adapter.raws(inbox, request))

    def fault(self, kind: str, **more: Any) -> None:
        """Script the fake: 429, 5xx, cut, cut_after_accept, reset, garbage (Control.fault)."""
        self.control.fault(kind, **more)

    def move(self, inbox: Inbox, base: str) -> None:
        """Let the inbox call another address."""
        inbox.settings["api_base"] = base

    def refuse(self) -> None:
        """Let the provider refuse the next send for good."""
        self.control.fault("error", code=int(self.refused_code))

    def revoke(self) -> None:
        """Let the provider refuse our credentials at the next send."""
        self.control.fault("error", code=self.broken_code)

    def sends(self) -> list[dict[str, Any]]:
        """What the provider accepted, oldest first."""
        return self.control.sends()

    def file_name(self, sent: Mapping[str, Any]) -> str:
        """The name of the file that went out with a text, or as a text of its own; "" for none."""
        return str(sent["file"])

    def signs(self, inbox: Inbox, hook: Hook, body: bytes) -> Hook:
        """The call with another body, proved as this provider does: here by what stands beside."""
        return replace(hook, body=body)

    def forgeries(self, hook: Hook) -> Iterator[tuple[str, Hook]]:
        """The call with each wrong spelling of its signature."""
        right = hook.headers[self.signature_header]
        others = {k: v for k, v in hook.headers.items() if k != self.signature_header}
        yield "missing", replace(hook, headers=others)
        for name, value in {
            "empty": "",
            "truncated": right[:-1],
            "longer": right + "A",
            "other case": right.swapcase(),
            "wrong": base64.b64encode(b"0" * 20).decode(),
        }.items():
            yield name, replace(hook, headers={**others, self.signature_header: value})
