"""Tags, saved views, and the promise's due time in the row of its conversation.

Safe before the deploy: the old code leaves the new columns at their defaults, and what it changes
meanwhile is put right by the next event of the conversation. Back: reverse it after the old code
is running; tags and saved views are lost.
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# Running clocks as they stand: the first due time, and the last warning before it.
FILL = """
UPDATE helpdesk_conversation c SET promised_at = p.due, late_from = p.risk FROM (
    SELECT k.conversation_id, min(k.due_at) AS due, min(coalesce(w.at, k.due_at)) AS risk
    FROM helpdesk_slaclock k LEFT JOIN LATERAL (
        SELECT max(t.due_at) AS at FROM helpdesk_timer t
        WHERE t.clock_id = k.id AND t.kind LIKE 'warn:%' AND t.kind <> 'warn:100'
    ) w ON true
    WHERE k.open AND k.due_at IS NOT NULL GROUP BY k.conversation_id
) p WHERE p.conversation_id = c.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0012_together"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("filters", models.JSONField(default=list)),
                (
                    "shared",
                    models.CharField(
                        blank=True,
                        choices=[("", "Only me"), ("team", "A team"), ("everyone", "Everyone")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "view",
                "verbose_name_plural": "views",
                "ordering": ("position", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "colour",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (70, "Sand"),
                            (40, "Orange"),
                            (140, "Green"),
                            (180, "Teal"),
                            (240, "Blue"),
                            (300, "Violet"),
                            (350, "Pink"),
                        ],
                        default=70,
                        verbose_name="colour",
                    ),
                ),
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
                "ordering": ("name",),
            },
        ),
        migrations.AddField(
            model_name="conversation",
            name="late_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="promised_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="conv_tags"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("late_from__isnull", False)),
                fields=["late_from"],
                name="conv_late",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("state", "snoozed")),
                fields=["inbox", "-last_message_at", "-id"],
                name="conv_snoozed",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="saved_views",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="saved_views",
                to="helpdesk.team",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                name="tag_name_unique",
                violation_error_message="There is a tag of this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(("colour__in", [70, 40, 140, 180, 240, 300, 350])),
                name="tag_colour_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(("shared__in", ["", "team", "everyone"])),
                name="view_sharing_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("shared", "team"), ("team__isnull", False)),
                    models.Q(models.Q(("shared", "team"), _negated=True), ("team__isnull", True)),
                    _connector="OR",
                ),
                name="view_team_where_shared_with_one",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
