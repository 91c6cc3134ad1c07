"""When gateways are asked for what their webhooks did not bring: at the start, then each 5 min."""

from __future__ import annotations

import time

from channels_sms.providers.twilio import TwilioAdapter
from helpdesk import nudge
from helpdesk.adapters import adapter_for, adapters
from helpdesk.models import Inbox

EVERY_SECONDS = 300.0
# Of the sweeper's process, on its monotonic clock: a new sweeper asks at once.
_due: dict[int, float] = {}


def sweep() -> int:
    """Wake a worker for each inbox whose turn it is; how many. Calls nobody itself."""
    now = time.monotonic()
    providers = [one.provider for one in adapters() if isinstance(one, TwilioAdapter)]
    inboxes = Inbox.objects.filter(provider__in=providers, enabled=True).exclude(address="")
    turn = [pk for pk in inboxes.values_list("pk", flat=True) if _due.get(pk, now) <= now]
    for pk in turn:
        nudge.wake("channels_sms.pull", pk)
        _due[pk] = now + EVERY_SECONDS
    return len(turn)


def pull(inbox_id: int) -> int:
    """Store what one inbox's gateway has and we have not; how many."""
    inbox = Inbox.objects.filter(pk=inbox_id, enabled=True).first()
    adapter = adapter_for(inbox) if inbox else None
    if inbox is None or not isinstance(adapter, TwilioAdapter):
        return 0
    return adapter.pull(inbox)
