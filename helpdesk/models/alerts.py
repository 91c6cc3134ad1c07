"""How agents are called: which browsers may be pushed to, and the key that proves it is us."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from helpdesk.models.fields import EncryptedJSONField


class PushKey(models.Model):
    """The desk's own key pair for Web Push (RFC 8292), made once; `key`: {"private": PEM}.

    Browsers bind their subscriptions to it: with another key they must subscribe anew.
    """

    key = EncryptedJSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="push_key_only_one"),)

    def __str__(self) -> str:
        return "push key"


class PushSubscription(models.Model):
    """A browser of an agent that may be called while Parley is closed there.

    endpoint: the address at the browser's push service, as secret as a password: who knows it
    and our key can write to the browser. keys: {"p256dh", "auth"} of RFC 8291.
    """

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint_hash = models.CharField(max_length=64, unique=True)
    secrets = EncryptedJSONField()
    device = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    pushed_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.agent_id} {self.device}"
