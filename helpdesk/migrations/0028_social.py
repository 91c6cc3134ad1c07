"""Changes of messages, texts that providers approved, and circuit breakers.

Additive only: safe before the deploy. Going back forgets who changed what after it was sent
(messages stay as the changes left them), and both lists, which are made anew.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0027_phone_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Circuit",
            fields=[
                (
                    "inbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="circuit",
                        serialize=False,
                        to="helpdesk.inbox",
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("open_since", models.DateTimeField(null=True)),
                ("probe_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "circuit breaker",
                "verbose_name_plural": "circuit breakers",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("open_since__isnull", True), ("probe_at__isnull", True)),
                            models.Q(("open_since__isnull", False), ("probe_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="circuit_open_has_probe",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovedText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=16)),
                ("category", models.CharField(blank=True, max_length=40)),
                ("body", models.TextField()),
                ("gaps", models.PositiveSmallIntegerField(default=0)),
                ("approved", models.BooleanField(default=True)),
                ("seen_at", models.DateTimeField()),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approved_texts",
                        to="helpdesk.inbox",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "language"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("inbox", "name", "language"), name="approved_text_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("target", models.CharField(max_length=400)),
                ("key", models.CharField(max_length=400)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("edited", "Edited"),
                            ("deleted", "Deleted"),
                            ("reaction", "Reaction"),
                        ],
                        max_length=8,
                    ),
                ),
                ("sender", models.CharField(blank=True, max_length=320)),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="helpdesk.message",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["inbox", "target"], name="message_change_target"),
                    models.Index(
                        condition=models.Q(("message__isnull", True)),
                        fields=["created_at"],
                        name="message_change_parked",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("inbox", "key"), name="message_change_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["edited", "deleted", "reaction"])),
                        name="message_change_kind_known",
                    ),
                ],
            },
        ),
    ]
