"""Alarms that ring, whom they reach, and notices that tell of them.

Additive only: safe before the deploy. Going back forgets what rang and whom it was to reach.
"""

import django.core.validators
from django.db import migrations, models

import helpdesk.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="alarm",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="notice",
            name="to",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.CreateModel(
            name="AlarmWay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mails", models.JSONField(blank=True, default=list)),
                ("secrets", helpdesk.models.fields.EncryptedJSONField(blank=True, default=dict)),
                (
                    "hours",
                    models.PositiveSmallIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(168),
                        ],
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="alarm_way_only_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Ringing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("place", models.CharField(blank=True, default="", max_length=200)),
                ("value", models.FloatField()),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("over_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-pk",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("over_at__isnull", True)),
                        fields=("name", "place"),
                        name="ringing_once",
                    )
                ],
            },
        ),
    ]
