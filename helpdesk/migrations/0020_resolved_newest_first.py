"""What is over, newest first: a page of it costs the same however old the desk is.

Additive: safe before the deploy. A desk of some million conversations builds the index by hand with
CREATE INDEX CONCURRENTLY first, and runs this with --fake.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0019_template_files"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(
                    ("merged_into__isnull", True), ("state__in", ("resolved", "closed"))
                ),
                fields=["-last_message_at", "-id"],
                name="conv_over_newest",
            ),
        ),
    ]
