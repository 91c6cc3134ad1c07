"""What became of raw payloads, and how each way into an inbox is doing.

Additive: safe before the deploy. Going back forgets which payload became which message, the reasons
of discarded ones, and the health of ways in, which is measured anew. A desk of some million
payloads builds the index by hand with CREATE INDEX CONCURRENTLY first.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0021_reports_of_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="inboundevent",
            name="finished_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="inboundevent",
            name="message",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="raw_events",
                to="helpdesk.message",
            ),
        ),
        migrations.AddField(
            model_name="inboundevent",
            name="discard_reason",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="inboundevent",
            index=models.Index(fields=["inbox", "-received_at"], name="inbound_newest"),
        ),
        migrations.CreateModel(
            name="ChannelHealth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("way", models.CharField(max_length=20)),
                ("worked_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("broken", models.BooleanField(default=False)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("advice", models.CharField(blank=True, max_length=40)),
                ("behind_since", models.DateTimeField(null=True)),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ways",
                        to="helpdesk.inbox",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("failing_since__isnull", False)),
                        fields=["inbox"],
                        name="channel_health_failing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("inbox", "way"), name="channel_health_once")
                ],
            },
        ),
    ]
