"""Drafts on the server, replies that leave later, preferences of agents, time to take back.

Additive only: safe before the deploy. Going back drops the drafts and what was scheduled.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0014_template_variants"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="preferences",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, verbose_name="preferences"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="before",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("reply", "Reply"), ("note", "Note"), ("ask", "Ask colleague")],
                        max_length=5,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("files", models.JSONField(blank=True, default=list)),
                ("to", models.JSONField(blank=True, default=list)),
                ("version", models.PositiveBigIntegerField()),
                ("updated_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="helpdesk.conversation",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agent", "conversation", "mode"), name="draft_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["reply", "note", "ask"])),
                        name="draft_mode_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduledReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("body", models.TextField(blank=True)),
                ("attachments", models.JSONField(blank=True, default=list)),
                ("meta", models.JSONField(blank=True, default=dict)),
                ("then", models.CharField(blank=True, default="", max_length=10)),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for its time"),
                            ("sent", "Sent"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Not sent"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("cancel_if_customer_writes", models.BooleanField(default=False)),
                ("seq", models.PositiveBigIntegerField(default=0)),
                ("reason", models.CharField(blank=True, default="", max_length=10)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scheduled",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scheduled",
                        to="helpdesk.conversation",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="helpdesk.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "scheduled reply",
                "verbose_name_plural": "scheduled replies",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at"],
                        name="scheduled_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "failed"))),
                        fields=["conversation", "due_at"],
                        name="scheduled_shown",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "sent", "cancelled", "failed"])
                        ),
                        name="scheduled_state_known",
                    )
                ],
            },
        ),
    ]
