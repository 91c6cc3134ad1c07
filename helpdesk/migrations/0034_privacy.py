"""Consents, legal holds, erasures, retention and copies of people's data.

Additive only: safe before the deploy. Going back forgets the tombstones of who was erased.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0033_audit"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="erased"
            ),
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("chats", "Chats, texts and social messages"),
                            ("mails", "Mails and forms"),
                            ("calls", "Recordings of calls"),
                            ("raw", "Raw messages as they came in"),
                            ("copies", "Copies made for people who asked for their data"),
                        ],
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("days", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["chats", "mails", "calls", "raw", "copies"])
                        ),
                        name="retention_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("contact", "Handling the conversation"),
                            ("tracking", "Being recognised on the site"),
                            ("marketing", "Offers and follow-up"),
                            ("recording", "Recording of calls"),
                            ("remote_help", "Remote help"),
                        ],
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "version",
                    models.CharField(blank=True, max_length=80, verbose_name="version of the text"),
                ),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="text")),
                ("language", models.CharField(blank=True, max_length=8)),
                ("source", models.CharField(blank=True, max_length=80, verbose_name="where")),
                ("proof", models.CharField(blank=True, max_length=300, verbose_name="proof")),
                ("given_at", models.DateTimeField(verbose_name="given")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="helpdesk.customer",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "indexes": [models.Index(fields=["customer", "-given_at"], name="consent_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                ["contact", "tracking", "marketing", "recording", "remote_help"],
                            )
                        ),
                        name="consent_purpose_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DataCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("notes", models.BooleanField(default=False)),
                ("file", models.FileField(blank=True, max_length=200, upload_to="")),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("ready_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField()),
                ("fault", models.CharField(blank=True, max_length=200)),
                ("fetched", models.PositiveIntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="helpdesk.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "copy of a person's data",
                "verbose_name_plural": "copies of a person's data",
                "indexes": [
                    models.Index(
                        condition=models.Q(("fault", ""), ("ready_at__isnull", True)),
                        fields=["asked_at"],
                        name="data_copy_to_make",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("tombstones", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
                ("files", models.JSONField(default=list)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="helpdesk.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["at"],
                        name="erasure_unfinished",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="helpdesk.customer",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "legal hold",
                "verbose_name_plural": "legal holds",
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["customer"],
                        name="legal_hold_standing",
                    )
                ],
            },
        ),
    ]
