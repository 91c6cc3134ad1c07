"""Signatures of agents, copies that have left already, and how fast an inbox sends.

Additive only: safe before the deploy. Going back drops signatures and forgets both counts.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0022_channel_health"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="signature",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="signature"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="done",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.CreateModel(
            name="SendingBudget",
            fields=[
                (
                    "inbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sending_budget",
                        serialize=False,
                        to="helpdesk.inbox",
                    ),
                ),
                ("left", models.FloatField()),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "sending budget",
                "verbose_name_plural": "sending budgets",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left__gte", 0)), name="budget_not_overdrawn"
                    )
                ],
            },
        ),
    ]
