"""When each social inbox is looked after next.

Additive: safe before the deploy. Going back forgets the times, which are made anew.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("helpdesk", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upkeep",
            fields=[
                (
                    "inbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="social_upkeep",
                        serialize=False,
                        to="helpdesk.inbox",
                    ),
                ),
                ("check_at", models.DateTimeField()),
                ("catch_up_at", models.DateTimeField()),
                ("caught_up", models.DateTimeField(null=True)),
            ],
        ),
    ]
