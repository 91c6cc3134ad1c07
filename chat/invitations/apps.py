"""Invitations: when a visitor is asked whether he wants help, and whether that pays."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class InvitationsConfig(AppConfig):
    name = "chat.invitations"
    label = "invitations"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        """See every hit, chat and order; know when triggers or a widget's settings change."""
        from chat.invitations import engine
        from chat.invitations.models import Trigger
        from chat.visits import hooks
        from chat.visits.models import Visit, Visitor
        from helpdesk.models import Inbox, Order

        hooks.on_hit(engine.on_hit)
        post_save.connect(_order_saved, sender=Order, dispatch_uid="invitations-order")
        post_save.connect(_visit_saved, sender=Visit, dispatch_uid="invitations-visit")
        post_delete.connect(_visitor_gone, sender=Visitor, dispatch_uid="invitations-visitor")
        for model in (Trigger, Inbox):
            post_save.connect(_rules_changed, sender=model, dispatch_uid=f"invitations-{model}")


def _order_saved(*, instance: Any, created: bool, **_rest: Any) -> None:
    from chat.invitations import outcomes

    if created:
        outcomes.ordered(instance)


def _visit_saved(*, instance: Any, update_fields: Any, **_rest: Any) -> None:
    from chat.invitations import outcomes

    if instance.conversation_id and "conversation" in (update_fields or ()):
        outcomes.chatted(instance.inbox_id, instance.key, instance.conversation_id)


def _visitor_gone(*, instance: Any, **_rest: Any) -> None:
    from chat.invitations import outcomes

    outcomes.unlink(instance.inbox_id, instance.uid_sha256)


def _rules_changed(**_rest: Any) -> None:
    from chat.invitations import rules
    from helpdesk.after_commit import after_commit

    after_commit(rules.changed)
