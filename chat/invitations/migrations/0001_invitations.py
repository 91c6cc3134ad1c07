import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("helpdesk", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trigger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name of the invitation")),
                (
                    "active",
                    models.BooleanField(
                        default=False,
                        help_text="Only active triggers invite anybody.",
                        verbose_name="active",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        default=100,
                        help_text="If several apply in the same moment, the smallest number wins.",
                        verbose_name="priority",
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("beat", "At any moment (looked at every 5 seconds)"),
                            ("page", "A page is opened"),
                            ("search", "The visitor searches"),
                            ("cart", "The cart changes"),
                            ("exit", "The pointer leaves the page (never on phones)"),
                            ("idle", "The visitor stops doing anything"),
                            ("distress", "The visitor has trouble (angry clicks, mistakes)"),
                            ("track", "The site reports an event"),
                        ],
                        default="beat",
                        max_length=10,
                        verbose_name="looked at when",
                    ),
                ),
                (
                    "conditions",
                    models.JSONField(blank=True, default=dict, verbose_name="conditions"),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("bubble", "Invitation beside the launcher"),
                            ("open", "Open the chat (once a visit, on phones an invitation)"),
                            ("message", "Message in the chat, as from an agent"),
                            ("card", "Card with a link, for an answer or an offer"),
                            ("callback", "Offer to call back"),
                            ("tag", "Only mark the visit"),
                            ("notify", "Only tell the agents: a visitor who may need help"),
                        ],
                        default="bubble",
                        max_length=10,
                        verbose_name="what happens",
                    ),
                ),
                ("texts", models.JSONField(blank=True, default=dict, verbose_name="texts")),
                (
                    "link",
                    models.CharField(
                        blank=True,
                        help_text="An https address, or a path on the site such as /help/sizes.",
                        max_length=500,
                        verbose_name="link of the card",
                    ),
                ),
                ("tag", models.CharField(blank=True, max_length=40, verbose_name="mark")),
                (
                    "show_agent",
                    models.BooleanField(
                        default=True,
                        help_text="The invitation carries the name and the initials of one who is online.",
                        verbose_name="show an agent",
                    ),
                ),
                (
                    "weekdays",
                    models.PositiveSmallIntegerField(
                        default=127,
                        validators=[django.core.validators.MaxValueValidator(127)],
                        verbose_name="weekdays",
                    ),
                ),
                ("begins", models.TimeField(blank=True, null=True, verbose_name="from")),
                (
                    "ends",
                    models.TimeField(
                        blank=True,
                        help_text="By the clock of the widget.",
                        null=True,
                        verbose_name="until",
                    ),
                ),
                (
                    "goal",
                    models.CharField(
                        choices=[
                            ("order", "An order within 24 hours"),
                            ("chat", "A chat within 24 hours"),
                            ("none", "None: do not measure"),
                        ],
                        default="order",
                        max_length=8,
                        verbose_name="goal",
                    ),
                ),
                (
                    "experiment",
                    models.PositiveIntegerField(
                        default=1, editable=False, verbose_name="measurement"
                    ),
                ),
                (
                    "measured_from",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="measured from",
                    ),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Fixed beforehand: the result is shown when these days are over, because looking earlier finds successes that are none.",
                        validators=[
                            django.core.validators.MinValueValidator(7),
                            django.core.validators.MaxValueValidator(180),
                        ],
                        verbose_name="days to measure",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "inbox",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all widgets.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.inbox",
                        verbose_name="widget",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ("priority", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Exposure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("experiment", models.PositiveIntegerField(default=1)),
                ("visit", models.CharField(max_length=64)),
                ("visitor", models.CharField(max_length=64)),
                ("page", models.PositiveIntegerField()),
                ("turn", models.PositiveSmallIntegerField(null=True)),
                (
                    "arm",
                    models.CharField(
                        choices=[
                            ("treat", "Invited group"),
                            ("control", "Not invited, for comparison"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("had_cart", models.BooleanField(default=False)),
                ("shown_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                ("chatted_at", models.DateTimeField(null=True)),
                ("ordered_at", models.DateTimeField(null=True)),
                ("order_value", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("order_currency", models.CharField(blank=True, max_length=3)),
                (
                    "conversation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="helpdesk.conversation",
                    ),
                ),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="helpdesk.inbox",
                    ),
                ),
                (
                    "trigger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="exposures",
                        to="invitations.trigger",
                    ),
                ),
            ],
            options={
                "verbose_name": "exposure",
                "verbose_name_plural": "exposures",
            },
        ),
        migrations.AddConstraint(
            model_name="trigger",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "event__in",
                        ["beat", "page", "search", "cart", "exit", "idle", "distress", "track"],
                    )
                ),
                name="trigger_event_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="trigger",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        ["bubble", "open", "message", "card", "callback", "tag", "notify"],
                    )
                ),
                name="trigger_action_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="trigger",
            constraint=models.CheckConstraint(
                condition=models.Q(("goal__in", ["order", "chat", "none"])),
                name="trigger_goal_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="trigger",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekdays__lte", 127)), name="trigger_weekdays_known"
            ),
        ),
        migrations.AddIndex(
            model_name="exposure",
            index=models.Index(fields=["inbox", "visitor", "-at"], name="exposure_past"),
        ),
        migrations.AddIndex(
            model_name="exposure",
            index=models.Index(fields=["inbox", "-at"], name="exposure_rate"),
        ),
        migrations.AddIndex(
            model_name="exposure",
            index=models.Index(fields=["trigger", "experiment", "arm"], name="exposure_report"),
        ),
        migrations.AddIndex(
            model_name="exposure",
            index=models.Index(
                condition=models.Q(("conversation__isnull", False)),
                fields=["conversation"],
                name="exposure_chat",
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.UniqueConstraint(
                fields=("inbox", "visit", "trigger"), name="exposure_once_a_visit"
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.UniqueConstraint(
                fields=("inbox", "visit", "turn"), name="exposure_turns"
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("turn__isnull", False)),
                fields=("inbox", "visit", "page"),
                name="exposure_once_a_page",
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("turn__isnull", True),
                    models.Q(("turn__gte", 1), ("turn__lte", 2)),
                    _connector="OR",
                ),
                name="exposure_twice_a_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.CheckConstraint(
                condition=models.Q(("arm__in", ["treat", "control"])), name="exposure_arm"
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("arm", "treat"),
                    models.Q(
                        ("accepted_at__isnull", True),
                        ("declined_at__isnull", True),
                        ("shown_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="exposure_control_sees_nothing",
            ),
        ),
    ]
