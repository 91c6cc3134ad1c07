"""The log of phone calls.

Additive only: safe before the deploy. Going back drops the log; its entries in threads stay.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0026_opt_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=120)),
                (
                    "way",
                    models.CharField(
                        choices=[("in", "Incoming call"), ("out", "Outgoing call")], max_length=3
                    ),
                ),
                ("theirs", models.CharField(max_length=320, verbose_name="their number")),
                ("ours", models.CharField(blank=True, max_length=320, verbose_name="our number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting in line"),
                            ("ringing", "Ringing"),
                            ("in_progress", "Talking"),
                            ("completed", "Ended"),
                            ("busy", "Busy"),
                            ("failed", "Failed"),
                            ("no_answer", "No answer"),
                            ("canceled", "Hung up before an answer"),
                        ],
                        max_length=11,
                    ),
                ),
                ("sequence", models.BigIntegerField(default=0)),
                ("noted", models.BigIntegerField(default=0)),
                ("began_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("seconds", models.PositiveIntegerField(default=0)),
                ("hold_seconds", models.PositiveIntegerField(default=0)),
                (
                    "disposition",
                    models.CharField(blank=True, max_length=120, verbose_name="outcome"),
                ),
                ("reason_code", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "recording_url",
                    models.URLField(blank=True, max_length=500, verbose_name="recording"),
                ),
                (
                    "recording_notice",
                    models.BooleanField(default=False, verbose_name="the caller was told of it"),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="calls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "callback",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="helpdesk.task",
                    ),
                ),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="helpdesk.inbox",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="call",
                        to="helpdesk.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("inbox", "external_id"),
                        name="call_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "queued",
                                    "ringing",
                                    "in_progress",
                                    "completed",
                                    "busy",
                                    "failed",
                                    "no_answer",
                                    "canceled",
                                ],
                            )
                        ),
                        name="call_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["in", "out"])), name="call_way_known"
                    ),
                ],
            },
        ),
    ]
