"""What a webhook is no longer told, and what of it the audit keeps."""

from __future__ import annotations

import pytest

from helpdesk.models import AuditEntry, WebhookDelivery
from helpdesk.services import messages, telling, webhooks
from helpdesk.services.webhooks import Draft
from tests import factories
from tests.api.test_webhooks import KINDS, endpoint
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db


def test_what_waits_is_not_told_once_it_is_no_longer_for_it(desk: Desk) -> None:
    """Whoever takes an inbox, a kind or the notes from a webhook takes what it was not told yet."""
    one = endpoint(desk.admin, notes=True)
    here = factories.conversation(desk.inbox)
    there = factories.conversation(desk.elsewhere)
    messages.note(here.pk, by=desk.agent, body="Among us")
    telling.collect()
    assert WebhookDelivery.objects.count() >= 3
    narrower = Draft(name="Shop", url=one.url, kinds=KINDS, inboxes=[desk.inbox.pk])
    webhooks.save(one, narrower, by=desk.admin)
    left = WebhookDelivery.objects.values_list("conversation", "kind")
    assert set(left) == {(here.pk, "message_received")}, there.pk


def test_the_audit_tells_the_host_of_a_webhook_alone(desk: Desk) -> None:
    """Chat services put the secret into the path."""
    endpoint(desk.admin, url="https://hooks.example/services/canary-secret?key=canary-secret")
    told = AuditEntry.objects.get(about="helpdesk.WebhookEndpoint").changes
    assert told["url"] == [None, "hooks.example"]
    assert "canary" not in str(AuditEntry.objects.values_list("changes", flat=True))
