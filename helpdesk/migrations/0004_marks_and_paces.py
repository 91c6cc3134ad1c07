"""Our marks on customers' messages, the pace to each address, names that providers sent anew.

Additive only: safe before the deploy. Going back forgets marks on their way and what was counted.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0003_four_eyes"),
    ]

    operations = [
        migrations.CreateModel(
            name="SendingPace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.CharField(max_length=320)),
                ("due", models.DateTimeField()),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.inbox",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["due"], name="sending_pace_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("inbox", "to"), name="sending_pace_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SentReaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.CharField(max_length=320)),
                ("emoji", models.CharField(blank=True, max_length=40)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("retry", "Waiting, will be tried again"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.inbox",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="our_reaction",
                        to="helpdesk.message",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "retry", "sending"))),
                        fields=["next_at"],
                        name="sent_reaction_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "sending", "retry", "sent", "failed"])
                        ),
                        name="sent_reaction_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UnknownName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=4)),
                ("name", models.CharField(max_length=60)),
                ("times", models.PositiveBigIntegerField(default=0)),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unknown_names",
                        to="helpdesk.inbox",
                    ),
                ),
            ],
            options={
                "ordering": ("kind", "name"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("inbox", "kind", "name"), name="unknown_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("key", "type"))),
                        name="unknown_name_kind_known",
                    ),
                ],
            },
        ),
    ]
