"""When each social inbox is looked after next: due times are rows."""

from __future__ import annotations

from django.db import models

from helpdesk.models import Inbox


class Upkeep(models.Model):
    """The next look at an inbox's subscription, and at what its provider does not send again.

    caught_up: everything the provider had until then is stored.
    """

    inbox = models.OneToOneField(
        Inbox, on_delete=models.CASCADE, primary_key=True, related_name="social_upkeep"
    )
    check_at = models.DateTimeField()
    catch_up_at = models.DateTimeField()
    caught_up = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.inbox_id}"
