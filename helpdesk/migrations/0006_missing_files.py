"""Why a file that came has no content.

Additive only, with a default in the database: safe before the deploy. Going back forgets the why.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0005_probes"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="missing",
            field=models.CharField(
                blank=True,
                choices=[
                    ("too_big", "Larger than what is kept"),
                    ("gone", "Not there, or something else instead"),
                    ("late", "Did not come in time"),
                    ("refused", "At an address that is not called"),
                ],
                db_default="",
                max_length=8,
            ),
        ),
    ]
