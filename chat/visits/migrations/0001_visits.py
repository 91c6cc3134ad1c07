"""Visitors, visits and the pages they saw."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("helpdesk", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visitor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid_sha256", models.CharField(max_length=64)),
                ("visits", models.PositiveIntegerField(default=0)),
                ("first_seen_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("consented_at", models.DateTimeField()),
                ("consent_version", models.CharField(blank=True, max_length=80)),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                ("declines", models.PositiveSmallIntegerField(default=0)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="helpdesk.customer",
                    ),
                ),
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
                "verbose_name": "visitor",
                "verbose_name_plural": "visitors",
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("pages", models.PositiveIntegerField(default=0)),
                ("landing", models.CharField(blank=True, max_length=500)),
                ("referrer", models.CharField(blank=True, max_length=253)),
                ("utm", models.JSONField(blank=True, default=dict)),
                ("searches", models.JSONField(blank=True, default=list)),
                (
                    "device",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("tablet", "Tablet"),
                            ("computer", "Computer"),
                        ],
                        default="computer",
                        max_length=8,
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=8)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("network", models.GenericIPAddressField(blank=True, null=True)),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="visits",
                        to="helpdesk.conversation",
                    ),
                ),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.inbox",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stays",
                        to="visits.visitor",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
            },
        ),
        migrations.CreateModel(
            name="PageView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("url", models.CharField(max_length=500)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("seconds", models.PositiveIntegerField(default=0)),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="views",
                        to="visits.visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "page view",
                "verbose_name_plural": "page views",
                "indexes": [models.Index(fields=["visit", "at"], name="page_view_trail")],
            },
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(fields=["seen_at"], name="visitor_seen"),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.UniqueConstraint(
                fields=("inbox", "uid_sha256"), name="visitor_uid_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["inbox", "-started_at"], name="visit_newest"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["ended_at"], name="visit_ended"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(fields=("inbox", "key"), name="visit_key_unique"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("device__in", ["phone", "tablet", "computer"])),
                name="visit_device_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gte", models.F("started_at"))), name="visit_in_order"
            ),
        ),
    ]
