"""Who wants no more texts: an address is left alone from one of our addresses, or from all.

Safe before the deploy: what knows no `ours` writes "", which is what it meant. Going back forgets
who opted out: do not send texts then.
"""

from django.db import migrations, models


def forget_opt_outs(apps, schema_editor):
    """The older tables have no place for them."""
    apps.get_model("helpdesk", "SuppressedAddress").objects.filter(reason="opted_out").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0025_choices_and_reasons"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="suppressedaddress",
            name="suppressed_once",
        ),
        migrations.RemoveConstraint(
            model_name="suppressedaddress",
            name="suppression_reason_known",
        ),
        migrations.AddField(
            model_name="suppressedaddress",
            name="ours",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=320, verbose_name="our address"
            ),
        ),
        migrations.AlterField(
            model_name="suppressedaddress",
            name="reason",
            field=models.CharField(
                choices=[
                    ("bounced", "The address does not take mail"),
                    ("complained", "Our mail was reported as spam"),
                    ("unsubscribed", "No automatic mail is wanted"),
                    ("opted_out", "They want no more texts"),
                ],
                max_length=12,
                verbose_name="reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppressedaddress",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("kind", "address", "ours"),
                name="suppressed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppressedaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["bounced", "complained", "unsubscribed", "opted_out"])
                ),
                name="suppression_reason_known",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_opt_outs),
    ]
