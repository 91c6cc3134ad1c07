"""Browsers that may be pushed to, the desk's key, each agent's choices. Safe before the deploy."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import helpdesk.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0008_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="alerts",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, verbose_name="how to be called"
            ),
        ),
        migrations.CreateModel(
            name="PushKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", helpdesk.models.fields.EncryptedJSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="push_key_only_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("endpoint_hash", models.CharField(max_length=64, unique=True)),
                ("secrets", helpdesk.models.fields.EncryptedJSONField()),
                ("device", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("pushed_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=120)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
