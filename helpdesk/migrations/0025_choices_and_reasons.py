"""Whether an agent chose his language, and why a proposed template was refused.

Additive only: safe before the deploy. Going back forgets both.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0024_no_automatic_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="language_chosen",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="template",
            name="refusal",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=300,
                verbose_name="why it was refused",
            ),
        ),
    ]
