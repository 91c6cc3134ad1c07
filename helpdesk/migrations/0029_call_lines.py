"""What was told of each line of a call.

Additive only: safe before the deploy. Going back forgets it: calls keep the state that they had.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0028_social"),
    ]

    operations = [
        migrations.AddField(
            model_name="call",
            name="lines",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
