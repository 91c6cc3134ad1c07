"""Pictures of mails: fetched ones for a while, and customers whose pictures are always shown.

Additive only: safe before the deploy. Going back forgets both.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0016_weave"),
    ]

    operations = [
        migrations.CreateModel(
            name="FetchedPicture",
            fields=[
                (
                    "key",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("content_type", models.CharField(blank=True, max_length=20)),
                ("body", models.BinaryField()),
                ("fetched_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "fetched picture",
                "verbose_name_plural": "fetched pictures",
                "indexes": [
                    models.Index(fields=["fetched_at"], name="fetched_picture_age"),
                ],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="show_pictures",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="always show pictures of mails"
            ),
        ),
    ]
