"""Profiles of agents with their photos, tags put away, own words of the dictionary.

Additive only: safe before the deploy. Going back drops photos, profiles and own words.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0017_mailview"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="bio",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=120,
                verbose_name="one line about them",
            ),
        ),
        migrations.AddField(
            model_name="agent",
            name="photo",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64
            ),
        ),
        migrations.AddField(
            model_name="agent",
            name="public_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=80,
                verbose_name="name before customers",
            ),
        ),
        migrations.AddField(
            model_name="agent",
            name="time_zone",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64, verbose_name="time zone"
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="archived",
            field=models.BooleanField(db_default=False, default=False, verbose_name="put away"),
        ),
        migrations.CreateModel(
            name="Face",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("png", models.BinaryField()),
                ("kept_at", models.DateTimeField(auto_now=True)),
                (
                    "agent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="face",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
            },
        ),
        migrations.CreateModel(
            name="OwnWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8, verbose_name="language")),
                ("word", models.CharField(max_length=60, verbose_name="word")),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "own word",
                "verbose_name_plural": "own words",
                "ordering": ("language", "word"),
                "constraints": [
                    models.UniqueConstraint(fields=("language", "word"), name="own_word_unique")
                ],
            },
        ),
    ]
