"""Addresses whose owners want no automatic mail.

Additive only: safe before the deploy. Going back needs the rows of the new reason lifted.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0023_mail_out"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="suppressedaddress", name="suppression_reason_known"
        ),
        migrations.AlterField(
            model_name="suppressedaddress",
            name="reason",
            field=models.CharField(
                choices=[
                    ("bounced", "The address does not take mail"),
                    ("complained", "Our mail was reported as spam"),
                    ("unsubscribed", "No automatic mail is wanted"),
                ],
                max_length=12,
                verbose_name="reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppressedaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["bounced", "complained", "unsubscribed"])),
                name="suppression_reason_known",
            ),
        ),
    ]
