"""Views of the inbox that people make for themselves or for their team."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.people import Team


class Shared(models.TextChoices):
    """Who else has the view in their menu."""

    NOBODY = "", _("Only me")
    TEAM = "team", _("A team")
    EVERYONE = "everyone", _("Everyone")


class ViewOrder(models.TextChoices):
    """How the conversations of a view follow each other."""

    NEWEST = "newest", _("Newest activity first")
    WAITING = "waiting", _("Longest wait first")
    DUE = "due", _("Due soonest first")
    CREATED = "created", _("Newest conversation first")


class SavedView(models.Model):
    """A named filter over the inbox. filters: what helpdesk.selectors.filters reads.

    position orders the views of one owner. What a reader sees in a shared view is still only
    what the reader may see.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(_("name"), max_length=60)
    filters = models.JSONField(default=list)
    shared = models.CharField(max_length=8, choices=Shared, blank=True, default=Shared.NOBODY)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    order = models.CharField(
        max_length=8, choices=ViewOrder, default=ViewOrder.NEWEST, db_default=ViewOrder.NEWEST
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("view")
        verbose_name_plural = _("views")
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(shared__in=Shared.values), name="view_sharing_known"
            ),
            models.CheckConstraint(
                condition=models.Q(shared=Shared.TEAM, team__isnull=False)
                | (~models.Q(shared=Shared.TEAM) & models.Q(team__isnull=True)),
                name="view_team_where_shared_with_one",
            ),
            models.CheckConstraint(
                condition=models.Q(order__in=ViewOrder.values), name="view_order_known"
            ),
        )

    def __str__(self) -> str:
        return self.name
