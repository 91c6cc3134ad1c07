"""Where a customer asked to be answered. Safe before the deploy; undone by dropping the columns."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0002_context_ratings_leads")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="reply_inbox",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="helpdesk.inbox",
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="reply_address",
            field=models.CharField(blank=True, db_default="", default="", max_length=320),
        ),
    ]
