"""Macros and rules: four new tables. Safe before the deploy, and goes back by dropping them; the
old code knows none of them.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0010_customers_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                ("kind", models.CharField(max_length=30, verbose_name="when")),
                ("conditions", models.JSONField(default=dict, verbose_name="if")),
                ("actions", models.JSONField(default=list, verbose_name="then")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("enabled", models.BooleanField(default=False, verbose_name="switched on")),
                (
                    "stop_after",
                    models.BooleanField(default=False, verbose_name="no later rule after it"),
                ),
                ("everywhere", models.BooleanField(default=False, verbose_name="in every inbox")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inboxes",
                    models.ManyToManyField(
                        blank=True,
                        related_name="rules",
                        to="helpdesk.inbox",
                        verbose_name="inboxes",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule",
                "verbose_name_plural": "rules",
                "ordering": ("position", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Macro",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("actions", models.JSONField(default=list, verbose_name="actions")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("uses", models.PositiveIntegerField(default=0, verbose_name="times used")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="macros",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "macro",
                "verbose_name_plural": "macros",
                "ordering": ("position", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner"),
                        models.F("name"),
                        name="macro_name_unique",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleFiring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("fired", "Done"),
                            ("no_match", "Conditions not met"),
                            ("refused", "Not possible"),
                            ("failed", "Faulty"),
                            ("looped", "Stopped: it went in circles"),
                        ],
                        max_length=8,
                    ),
                ),
                ("detail", models.JSONField(default=dict)),
                ("paused_until", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.conversation",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.conversationevent",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="firings",
                        to="helpdesk.rule",
                    ),
                ),
            ],
            options={
                "verbose_name": "firing",
                "verbose_name_plural": "firings",
                "indexes": [
                    models.Index(fields=["rule", "-id"], name="firing_by_rule"),
                    models.Index(
                        fields=["conversation", "rule", "-at"], name="firing_by_conversation"
                    ),
                    models.Index(fields=["at"], name="firing_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "event"), name="firing_once_per_event"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["fired", "no_match", "refused", "failed", "looped"])
                        ),
                        name="firing_outcome_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.conversationevent",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="rule_run_due")],
            },
        ),
    ]
