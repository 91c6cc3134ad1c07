"""Mailboxes fetched by IMAP, their folders, and mails that were passed by.

Additive: safe before the deploy. Going back forgets how far folders were read; mail that was taken
in stays, and is known again by its content when a mailbox is set up anew.
"""

import django.db.models.deletion
from django.db import migrations, models

import helpdesk.models.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("helpdesk", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="FetchedMailbox",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=255)),
                ("port", models.PositiveIntegerField(default=993)),
                (
                    "security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS"),
                            ("starttls", "STARTTLS"),
                            ("none", "None (only inside your own network)"),
                        ],
                        default="tls",
                        max_length=8,
                    ),
                ),
                ("username", models.CharField(max_length=320)),
                (
                    "sign_in",
                    models.CharField(
                        choices=[
                            ("password", "Password"),
                            ("google", "Google"),
                            ("microsoft", "Microsoft"),
                        ],
                        default="password",
                        max_length=10,
                    ),
                ),
                ("client_id", models.CharField(blank=True, max_length=300)),
                ("secrets", helpdesk.models.fields.EncryptedJSONField(blank=True, default=dict)),
                ("token_until", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("setup", "Being set up"),
                            ("running", "Fetched"),
                            ("paused", "Paused"),
                            ("broken", "Signing in fails"),
                        ],
                        default="setup",
                        max_length=8,
                    ),
                ),
                ("mark_seen", models.BooleanField(default=False)),
                ("move_to", models.CharField(blank=True, max_length=255)),
                ("lease_owner", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                (
                    "inbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fetched_mailbox",
                        to="helpdesk.inbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "fetched mailbox",
                "verbose_name_plural": "fetched mailboxes",
            },
        ),
        migrations.CreateModel(
            name="MailFolder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "fill",
                    models.CharField(
                        choices=[
                            ("none", "Only new mail"),
                            ("7", "The last 7 days"),
                            ("30", "The last 30 days"),
                            ("all", "All that is there"),
                        ],
                        default="none",
                        max_length=4,
                    ),
                ),
                ("uidvalidity", models.PositiveBigIntegerField(default=0)),
                ("last_uid", models.PositiveBigIntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("since", models.DateField(null=True)),
                ("since_below", models.PositiveBigIntegerField(default=0)),
                ("stuck_uid", models.PositiveBigIntegerField(default=0)),
                ("stuck_times", models.PositiveIntegerField(default=0)),
                ("stuck_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="folders",
                        to="channels_email.fetchedmailbox",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="SkippedMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uidvalidity", models.PositiveBigIntegerField()),
                ("uid", models.PositiveBigIntegerField()),
                ("error", models.CharField(max_length=300)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("again", models.BooleanField(default=False)),
                (
                    "folder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skipped",
                        to="channels_email.mailfolder",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="fetchedmailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["setup", "running", "paused", "broken"])),
                name="mailbox_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailfolder",
            constraint=models.UniqueConstraint(fields=("mailbox", "name"), name="folder_once"),
        ),
        migrations.AddConstraint(
            model_name="skippedmail",
            constraint=models.UniqueConstraint(
                fields=("folder", "uidvalidity", "uid"), name="skipped_once"
            ),
        ),
    ]
