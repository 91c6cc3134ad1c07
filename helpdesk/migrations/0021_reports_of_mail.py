"""What is reported of a mail: states of a delivery and of each recipient, addresses left alone.

Additive: safe before the deploy. Going back forgets the reports and the suppressed addresses, and
calls a mail that came back failed, one that is late sent, and one that was reported delivered.
"""

from typing import Any

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


def unreported(apps: Any, _editor: Any) -> None:
    """The states that the older code knows."""
    deliveries = apps.get_model("helpdesk", "Delivery").objects
    for state, older in (("bounced", "failed"), ("delayed", "sent"), ("complained", "delivered")):
        deliveries.filter(state=state).update(state=older)


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0020_resolved_newest_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="AutomaticTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=340, unique=True)),
                ("since", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="DeliveryRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=320)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "Sent"),
                            ("delayed", "On its way, but late"),
                            ("delivered", "Delivered"),
                            ("read", "Read"),
                            ("bounced", "Came back"),
                            ("complained", "Reported as spam"),
                        ],
                        default="sent",
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=60)),
                ("said", models.CharField(blank=True, max_length=500)),
                ("history", models.JSONField(default=list)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "recipient of a delivery",
                "verbose_name_plural": "recipients of deliveries",
            },
        ),
        migrations.CreateModel(
            name="SuppressedAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("address", models.CharField(max_length=320, verbose_name="address")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("bounced", "The address does not take mail"),
                            ("complained", "Our mail was reported as spam"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("said", models.CharField(blank=True, max_length=500, verbose_name="said")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="lifted")),
            ],
            options={
                "verbose_name": "suppressed address",
                "verbose_name_plural": "suppressed addresses",
            },
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_state_known",
        ),
        migrations.AddField(
            model_name="parkedreceipt",
            name="hard",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="parkedreceipt",
            name="recipient",
            field=models.CharField(blank=True, db_default="", default="", max_length=320),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting to be sent"),
                    ("sending", "Being sent"),
                    ("retry", "Waiting, will be tried again"),
                    ("sent", "Sent"),
                    ("delayed", "On its way, but late"),
                    ("delivered", "Delivered"),
                    ("read", "Read"),
                    ("bounced", "Came back"),
                    ("complained", "Reported as spam"),
                    ("uncertain", "Maybe sent"),
                    ("failed", "Not sent"),
                    ("expired", "Not sent: too old"),
                    ("cancelled", "Cancelled"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "queued",
                            "sending",
                            "retry",
                            "sent",
                            "delayed",
                            "delivered",
                            "read",
                            "bounced",
                            "complained",
                            "uncertain",
                            "failed",
                            "expired",
                            "cancelled",
                        ],
                    )
                ),
                name="delivery_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="automatictally",
            index=models.Index(fields=["since"], name="automatic_tally_old"),
        ),
        migrations.AddField(
            model_name="deliveryrecipient",
            name="delivery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="recipients",
                to="helpdesk.delivery",
            ),
        ),
        migrations.AddField(
            model_name="suppressedaddress",
            name="delivery",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="helpdesk.delivery",
                verbose_name="delivery",
            ),
        ),
        migrations.AddField(
            model_name="suppressedaddress",
            name="lifted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="lifted by",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryrecipient",
            constraint=models.UniqueConstraint(
                fields=("delivery", "address"), name="delivery_recipient_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["sent", "delayed", "delivered", "read", "bounced", "complained"])
                ),
                name="recipient_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppressedaddress",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("kind", "address"),
                name="suppressed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppressedaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["bounced", "complained"])),
                name="suppression_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppressedaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("address", django.db.models.functions.text.Lower("address"))),
                name="suppressed_address_lower",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, unreported),
    ]
