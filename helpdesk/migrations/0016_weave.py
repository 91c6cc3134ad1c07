"""Merged, split and linked conversations, the order of a saved view.

Before the deploy: the running code does not know the columns and writes none of them (the order
has a default in the database). Back: drops them; a conversation that is merged then stays closed,
and what was linked is no longer, so undo merges first. The indexes are of active conversations
only and made in seconds.
"""

from __future__ import annotations

import datetime as dt

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0015_drafts_and_scheduled"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConversationLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "link of conversations",
                "verbose_name_plural": "links of conversations",
            },
        ),
        migrations.CreateModel(
            name="ConversationMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("source_seq", models.PositiveBigIntegerField()),
                ("before", models.JSONField(default=dict)),
                ("moved", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "merge of conversations",
                "verbose_name_plural": "merges of conversations",
            },
        ),
        migrations.AddField(
            model_name="conversation",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="strands",
                to="helpdesk.conversation",
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="split_from",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="splits",
                to="helpdesk.conversation",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="order",
            field=models.CharField(
                choices=[
                    ("newest", "Newest activity first"),
                    ("waiting", "Longest wait first"),
                    ("due", "Due soonest first"),
                    ("created", "Newest conversation first"),
                ],
                db_default="newest",
                default="newest",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="conv_merged",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("split_from__isnull", False)),
                fields=["split_from"],
                name="conv_split",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    "waiting_since",
                    models.Value(dt.datetime(9999, 12, 31, 0, 0, tzinfo=dt.UTC)),
                ),
                models.F("id"),
                condition=models.Q(("state__in", ("new", "open", "pending", "on_hold", "snoozed"))),
                name="conv_by_wait",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    "promised_at",
                    models.Value(dt.datetime(9999, 12, 31, 0, 0, tzinfo=dt.UTC)),
                ),
                models.F("id"),
                condition=models.Q(("state__in", ("new", "open", "pending", "on_hold", "snoozed"))),
                name="conv_by_promise",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True), ("state", "closed"), _connector="OR"
                ),
                name="conversation_merged_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(("order__in", ["newest", "waiting", "due", "created"])),
                name="view_order_known",
            ),
        ),
        migrations.AddField(
            model_name="conversationlink",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="conversationlink",
            name="first",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="helpdesk.conversation",
            ),
        ),
        migrations.AddField(
            model_name="conversationlink",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="helpdesk.conversation",
            ),
        ),
        migrations.AddField(
            model_name="conversationmerge",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="conversationmerge",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="merges",
                to="helpdesk.conversation",
            ),
        ),
        migrations.AddField(
            model_name="conversationmerge",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="helpdesk.conversation",
            ),
        ),
        migrations.AddField(
            model_name="conversationmerge",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationlink",
            constraint=models.UniqueConstraint(
                fields=("first", "second"), name="conversation_link_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))),
                name="conversation_link_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("source",),
                name="conversation_merged_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("target")), _negated=True),
                name="conversation_merge_of_two",
            ),
        ),
    ]
