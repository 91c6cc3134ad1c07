"""Every table of the core, and what only SQL can say: search and the audit's guard.

The 35 steps that led here were made before the first release. A desk that has them all goes on.
What search knows of a word is part of the rows: who changes search_words.FOLDS writes a migration
that makes `helpdesk_words` and what rests on it anew.
"""

import datetime as dt
import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import helpdesk.models.fields
import helpdesk.models.inboxes
import helpdesk.models.messages
import helpdesk.models.promises
from helpdesk.migrations._create_tables import CreateTables
from helpdesk.search_words import FOLDS

# Enough for the longest mail that people write, and less than a tsvector holds.
MOST = 200_000


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _vector(column: str) -> str:
    """What the index knows of a column. A query has to say it in the same words."""
    folded = f"translate(left({column}, {MOST}), {_quoted(''.join(FOLDS))}, "
    return f"to_tsvector('simple', {folded}{_quoted(''.join(FOLDS.values()))}))"


FOLD = f"""
CREATE FUNCTION helpdesk_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN {_vector("$1")};
"""
MESSAGES = """
ALTER TABLE helpdesk_message ADD COLUMN words tsvector
    GENERATED ALWAYS AS (helpdesk_words(subject || ' ' || body)) STORED;
CREATE INDEX message_words ON helpdesk_message USING gin (words);
"""
CUSTOMERS = """
CREATE INDEX customer_words ON helpdesk_customer USING gin (helpdesk_words(name));
CREATE INDEX identity_words ON helpdesk_customeridentity USING gin (helpdesk_words(address));
"""


GUARD = """
CREATE FUNCTION helpdesk_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Retention may take what is older than two years; TRUNCATE has no row.
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '24 months' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'the audit log is only added to (% on %)', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON helpdesk_auditentry
  FOR EACH ROW EXECUTE FUNCTION helpdesk_audit_stays();
CREATE TRIGGER audit_entry_is_not_emptied BEFORE TRUNCATE ON helpdesk_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION helpdesk_audit_stays();
CREATE TRIGGER audit_seal_stays BEFORE UPDATE OR DELETE ON helpdesk_auditseal
  FOR EACH ROW EXECUTE FUNCTION helpdesk_audit_stays();
CREATE TRIGGER audit_seal_is_not_emptied BEFORE TRUNCATE ON helpdesk_auditseal
  FOR EACH STATEMENT EXECUTE FUNCTION helpdesk_audit_stays();
"""
NO_GUARD = """
DROP TRIGGER audit_entry_stays ON helpdesk_auditentry;
DROP TRIGGER audit_entry_is_not_emptied ON helpdesk_auditentry;
DROP TRIGGER audit_seal_stays ON helpdesk_auditseal;
DROP TRIGGER audit_seal_is_not_emptied ON helpdesk_auditseal;
DROP FUNCTION helpdesk_audit_stays();
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("helpdesk", "0001_initial"),
        ("helpdesk", "0002_context_ratings_leads"),
        ("helpdesk", "0003_answers_elsewhere"),
        ("helpdesk", "0004_work_and_promises"),
        ("helpdesk", "0005_work_follows_its_conversation"),
        ("helpdesk", "0006_rush"),
        ("helpdesk", "0007_ledger"),
        ("helpdesk", "0008_search"),
        ("helpdesk", "0009_alerts"),
        ("helpdesk", "0010_customers_whole"),
        ("helpdesk", "0011_macros_and_rules"),
        ("helpdesk", "0012_together"),
        ("helpdesk", "0013_views_and_tags"),
        ("helpdesk", "0014_template_variants"),
        ("helpdesk", "0015_drafts_and_scheduled"),
        ("helpdesk", "0016_weave"),
        ("helpdesk", "0017_mailview"),
        ("helpdesk", "0018_profiles"),
        ("helpdesk", "0019_template_files"),
        ("helpdesk", "0020_resolved_newest_first"),
        ("helpdesk", "0021_reports_of_mail"),
        ("helpdesk", "0022_channel_health"),
        ("helpdesk", "0023_mail_out"),
        ("helpdesk", "0024_no_automatic_mail"),
        ("helpdesk", "0025_choices_and_reasons"),
        ("helpdesk", "0026_opt_out"),
        ("helpdesk", "0027_phone_calls"),
        ("helpdesk", "0028_social"),
        ("helpdesk", "0029_call_lines"),
        ("helpdesk", "0030_accounts"),
        ("helpdesk", "0031_api_tokens"),
        ("helpdesk", "0032_webhooks"),
        ("helpdesk", "0033_audit"),
        ("helpdesk", "0034_privacy"),
        ("helpdesk", "0035_imports"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="BusinessHours",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        (
                            "calendar",
                            models.JSONField(
                                default=helpdesk.models.promises.office_hours,
                                verbose_name="calendar",
                            ),
                        ),
                        (
                            "country",
                            models.CharField(
                                blank=True,
                                default="",
                                max_length=2,
                                verbose_name="public holidays of",
                            ),
                        ),
                        (
                            "region",
                            models.CharField(
                                blank=True, default="", max_length=10, verbose_name="region"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "business hours",
                        "verbose_name_plural": "business hours",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="CapacityProfile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        (
                            "units",
                            models.PositiveSmallIntegerField(default=12, verbose_name="units"),
                        ),
                        (
                            "limits",
                            models.JSONField(
                                blank=True, default=dict, verbose_name="limits by channel"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "capacity profile",
                        "verbose_name_plural": "capacity profiles",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="Inbox",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        ("channel", models.CharField(max_length=20, verbose_name="channel")),
                        (
                            "provider",
                            models.CharField(blank=True, max_length=20, verbose_name="provider"),
                        ),
                        (
                            "key",
                            models.CharField(
                                default=helpdesk.models.inboxes.new_key,
                                max_length=40,
                                unique=True,
                                verbose_name="key",
                            ),
                        ),
                        (
                            "address",
                            models.CharField(blank=True, max_length=320, verbose_name="address"),
                        ),
                        (
                            "language",
                            models.CharField(default="en", max_length=8, verbose_name="language"),
                        ),
                        (
                            "settings",
                            models.JSONField(blank=True, default=dict, verbose_name="settings"),
                        ),
                        (
                            "secrets",
                            helpdesk.models.fields.EncryptedJSONField(
                                blank=True, default=dict, editable=True, verbose_name="secrets"
                            ),
                        ),
                        ("enabled", models.BooleanField(default=True, verbose_name="enabled")),
                        (
                            "health",
                            models.CharField(
                                choices=[
                                    ("ok", "Working"),
                                    ("broken", "Disconnected: held, not lost"),
                                ],
                                default="ok",
                                max_length=8,
                            ),
                        ),
                        ("health_note", models.CharField(blank=True, max_length=300)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "verbose_name": "inbox",
                        "verbose_name_plural": "inboxes",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        (
                            "name",
                            models.CharField(max_length=40, primary_key=True, serialize=False),
                        ),
                        ("beat_at", models.DateTimeField()),
                        ("detail", models.JSONField(default=dict)),
                    ],
                    options={
                        "verbose_name": "sign of life",
                        "verbose_name_plural": "signs of life",
                    },
                ),
                migrations.CreateModel(
                    name="Skill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        ("description", models.TextField(blank=True, verbose_name="description")),
                    ],
                    options={
                        "verbose_name": "skill",
                        "verbose_name_plural": "skills",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="Team",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "team",
                        "verbose_name_plural": "teams",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="Agent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "first_name",
                            models.CharField(blank=True, max_length=150, verbose_name="first name"),
                        ),
                        (
                            "last_name",
                            models.CharField(blank=True, max_length=150, verbose_name="last name"),
                        ),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="date joined"
                            ),
                        ),
                        (
                            "email",
                            models.EmailField(
                                max_length=254, unique=True, verbose_name="e-mail address"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("agent", "Agent"),
                                    ("senior", "Senior agent"),
                                    ("supervisor", "Supervisor"),
                                    ("admin", "Administrator"),
                                ],
                                default="agent",
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(default="en", max_length=8, verbose_name="language"),
                        ),
                        (
                            "language_chosen",
                            models.BooleanField(db_default=False, default=False, editable=False),
                        ),
                        (
                            "presence",
                            models.CharField(
                                choices=[
                                    ("online", "Online"),
                                    ("busy", "Busy"),
                                    ("wrap_up", "Wrap-up"),
                                    ("break", "On a break"),
                                    ("lunch", "At lunch"),
                                    ("meeting", "In a meeting"),
                                    ("training", "In training"),
                                    ("coaching", "Being coached"),
                                    ("back_office", "Other work"),
                                    ("not_responding", "Not responding"),
                                    ("offline", "Offline"),
                                ],
                                default="offline",
                                max_length=14,
                                verbose_name="presence",
                            ),
                        ),
                        (
                            "presence_since",
                            models.DateTimeField(blank=True, null=True, verbose_name="since"),
                        ),
                        (
                            "last_seen_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="last seen"),
                        ),
                        (
                            "last_assigned_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="last assigned"
                            ),
                        ),
                        (
                            "last_released_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="last finished"
                            ),
                        ),
                        (
                            "channels_off",
                            models.JSONField(
                                blank=True, default=list, verbose_name="channels switched off"
                            ),
                        ),
                        (
                            "flex",
                            models.JSONField(
                                blank=True, default=list, verbose_name="channels in training"
                            ),
                        ),
                        (
                            "auto_accept",
                            models.BooleanField(
                                default=False, verbose_name="takes work without being asked"
                            ),
                        ),
                        (
                            "alerts",
                            models.JSONField(
                                blank=True,
                                db_default={},
                                default=dict,
                                verbose_name="how to be called",
                            ),
                        ),
                        (
                            "misses",
                            models.PositiveSmallIntegerField(
                                default=0, verbose_name="offers missed in a row"
                            ),
                        ),
                        (
                            "preferences",
                            models.JSONField(
                                blank=True, db_default={}, default=dict, verbose_name="preferences"
                            ),
                        ),
                        (
                            "public_name",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=80,
                                verbose_name="name before customers",
                            ),
                        ),
                        (
                            "bio",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=120,
                                verbose_name="one line about them",
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=64,
                                verbose_name="time zone",
                            ),
                        ),
                        (
                            "signature",
                            models.TextField(
                                blank=True, db_default="", default="", verbose_name="signature"
                            ),
                        ),
                        (
                            "photo",
                            models.CharField(
                                blank=True, db_default="", default="", editable=False, max_length=64
                            ),
                        ),
                        (
                            "signed_out_at",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                        (
                            "capacity",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="agents",
                                to="helpdesk.capacityprofile",
                                verbose_name="capacity profile",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "agent",
                        "verbose_name_plural": "agents",
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        ("role", models.CharField(blank=True, max_length=12)),
                        ("ip", models.GenericIPAddressField(null=True)),
                        ("act", models.CharField(max_length=20, verbose_name="what")),
                        ("about", models.CharField(blank=True, max_length=60)),
                        ("about_id", models.CharField(blank=True, max_length=64)),
                        ("changes", models.JSONField(default=dict)),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=300, verbose_name="reason"),
                        ),
                        (
                            "actor",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="who",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "audit entry",
                        "verbose_name_plural": "audit entries",
                    },
                ),
                migrations.CreateModel(
                    name="AutomaticTally",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("key", models.CharField(max_length=340, unique=True)),
                        ("since", models.DateTimeField()),
                        ("count", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["since"], name="automatic_tally_old")],
                    },
                ),
                migrations.CreateModel(
                    name="Circuit",
                    fields=[
                        (
                            "inbox",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="circuit",
                                serialize=False,
                                to="helpdesk.inbox",
                            ),
                        ),
                        ("failures", models.PositiveSmallIntegerField(default=0)),
                        ("first_at", models.DateTimeField()),
                        ("open_since", models.DateTimeField(null=True)),
                        ("probe_at", models.DateTimeField(null=True)),
                        ("error", models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        "verbose_name": "circuit breaker",
                        "verbose_name_plural": "circuit breakers",
                    },
                ),
                migrations.CreateModel(
                    name="SendingBudget",
                    fields=[
                        (
                            "inbox",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="sending_budget",
                                serialize=False,
                                to="helpdesk.inbox",
                            ),
                        ),
                        ("left", models.FloatField()),
                        ("counted_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "sending budget",
                        "verbose_name_plural": "sending budgets",
                    },
                ),
                migrations.CreateModel(
                    name="ChannelHealth",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("way", models.CharField(max_length=20)),
                        ("worked_at", models.DateTimeField(null=True)),
                        ("failing_since", models.DateTimeField(null=True)),
                        ("broken", models.BooleanField(default=False)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("advice", models.CharField(blank=True, max_length=40)),
                        ("behind_since", models.DateTimeField(null=True)),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="ways",
                                to="helpdesk.inbox",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ApprovedText",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("language", models.CharField(max_length=16)),
                        ("category", models.CharField(blank=True, max_length=40)),
                        ("body", models.TextField()),
                        ("gaps", models.PositiveSmallIntegerField(default=0)),
                        ("approved", models.BooleanField(default=True)),
                        ("seen_at", models.DateTimeField()),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="approved_texts",
                                to="helpdesk.inbox",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("name", "language"),
                    },
                ),
                migrations.CreateModel(
                    name="ApiToken",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("digest", models.BinaryField(max_length=32)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        (
                                            "conversations:read",
                                            "Read conversations and their messages",
                                        ),
                                        ("conversations:write", "Assign, tag and change the state"),
                                        ("messages:write", "Write to customers"),
                                        ("notes:read", "Read and write internal notes"),
                                        ("contacts:read", "Read customers"),
                                        ("contacts:write", "Change customers"),
                                        ("templates:read", "Read templates"),
                                        ("reports", "Read reports"),
                                        (
                                            "admin",
                                            "Steer queues and agents, and see how the desk is set up",
                                        ),
                                    ],
                                    max_length=24,
                                ),
                                size=None,
                            ),
                        ),
                        ("everywhere", models.BooleanField(default=True)),
                        (
                            "networks",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=49),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("used_at", models.DateTimeField(null=True)),
                        ("revoked_at", models.DateTimeField(null=True)),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="api_tokens",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "inboxes",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="helpdesk.inbox"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "API token",
                        "verbose_name_plural": "API tokens",
                    },
                ),
                migrations.CreateModel(
                    name="AddressForm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                blank=True, default="", max_length=8, verbose_name="language"
                            ),
                        ),
                        (
                            "register",
                            models.CharField(
                                choices=[
                                    ("formal", "Formal"),
                                    ("informal", "Informal"),
                                    ("neutral", "Neutral"),
                                ],
                                max_length=8,
                                verbose_name="form of address",
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="address_forms",
                                to="helpdesk.inbox",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "form of address",
                        "verbose_name_plural": "forms of address",
                        "ordering": ("language", "pk"),
                    },
                ),
                migrations.CreateModel(
                    name="Company",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "domain",
                            models.CharField(
                                blank=True,
                                help_text="Of its e-mail addresses, like firm.example.",
                                max_length=253,
                                verbose_name="domain",
                            ),
                        ),
                        ("notes", models.TextField(blank=True, verbose_name="notes")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                    ],
                    options={
                        "verbose_name": "company",
                        "verbose_name_plural": "companies",
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("name"),
                                name="company_name_unique",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Conversation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("open", "Open"),
                                    ("pending", "Waiting for the customer"),
                                    ("on_hold", "On hold"),
                                    ("snoozed", "Snoozed"),
                                    ("resolved", "Resolved"),
                                    ("closed", "Closed"),
                                    ("spam", "Spam"),
                                ],
                                default="new",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(blank=True, max_length=300, verbose_name="subject"),
                        ),
                        (
                            "language",
                            models.CharField(blank=True, max_length=8, verbose_name="language"),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=120, verbose_name="reason"),
                        ),
                        (
                            "priority",
                            models.PositiveSmallIntegerField(
                                db_default=1, default=1, verbose_name="priority"
                            ),
                        ),
                        ("context", models.JSONField(blank=True, default=dict)),
                        ("answers", models.JSONField(blank=True, default=dict)),
                        (
                            "reply_address",
                            models.CharField(blank=True, db_default="", default="", max_length=320),
                        ),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                blank=True,
                                db_default=[],
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="comes back at"
                            ),
                        ),
                        ("promised_at", models.DateTimeField(blank=True, null=True)),
                        ("late_from", models.DateTimeField(blank=True, null=True)),
                        (
                            "reopened",
                            models.PositiveIntegerField(default=0, verbose_name="times reopened"),
                        ),
                        ("last_seq", models.PositiveBigIntegerField(default=0)),
                        ("public_seq", models.PositiveBigIntegerField(default=0)),
                        ("agent_read_seq", models.PositiveBigIntegerField(default=0)),
                        ("customer_got_seq", models.PositiveBigIntegerField(default=0)),
                        ("customer_read_seq", models.PositiveBigIntegerField(default=0)),
                        ("last_message_at", models.DateTimeField(blank=True, null=True)),
                        ("last_preview", models.CharField(blank=True, max_length=160)),
                        ("last_direction", models.CharField(blank=True, max_length=3)),
                        (
                            "waiting_since",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="customer waits since"
                            ),
                        ),
                        ("unread", models.PositiveIntegerField(default=0)),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="started"),
                        ),
                        (
                            "resolved_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="resolved"),
                        ),
                        (
                            "assignee",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="conversations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "follow_up_of",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="follow_ups",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="conversations",
                                to="helpdesk.inbox",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="strands",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "reply_inbox",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="helpdesk.inbox",
                            ),
                        ),
                        (
                            "split_from",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="splits",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "conversation",
                        "verbose_name_plural": "conversations",
                    },
                ),
                migrations.CreateModel(
                    name="ConversationEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("seq", models.PositiveBigIntegerField()),
                        ("kind", models.CharField(max_length=30)),
                        ("payload", models.JSONField(default=dict)),
                        ("created_at", models.DateTimeField()),
                        (
                            "actor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ConversationLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "first",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "second",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "link of conversations",
                        "verbose_name_plural": "links of conversations",
                    },
                ),
                migrations.CreateModel(
                    name="ConversationMerge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("source_seq", models.PositiveBigIntegerField()),
                        ("before", models.JSONField(default=dict)),
                        ("moved", models.JSONField(default=dict)),
                        ("undone_at", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="merges",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "target",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "merge of conversations",
                        "verbose_name_plural": "merges of conversations",
                    },
                ),
                migrations.CreateModel(
                    name="Customer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        (
                            "language",
                            models.CharField(blank=True, max_length=8, verbose_name="language"),
                        ),
                        ("city", models.CharField(blank=True, max_length=120, verbose_name="city")),
                        (
                            "timezone",
                            models.CharField(blank=True, max_length=64, verbose_name="time zone"),
                        ),
                        ("vip", models.BooleanField(default=False, verbose_name="VIP")),
                        ("fields", models.JSONField(blank=True, db_default={}, default=dict)),
                        (
                            "blocked_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="blocked since"
                            ),
                        ),
                        (
                            "blocked_reason",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=200,
                                verbose_name="why blocked",
                            ),
                        ),
                        (
                            "register",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("formal", "Formal"),
                                    ("informal", "Informal"),
                                    ("neutral", "Neutral"),
                                ],
                                db_default="",
                                default="",
                                max_length=8,
                                verbose_name="form of address",
                            ),
                        ),
                        (
                            "show_pictures",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                verbose_name="always show pictures of mails",
                            ),
                        ),
                        (
                            "erased_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="erased"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "blocked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="blocked by",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="customers",
                                to="helpdesk.company",
                                verbose_name="company",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absorbed",
                                to="helpdesk.customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "customer",
                        "verbose_name_plural": "customers",
                    },
                ),
                migrations.AddField(
                    model_name="conversation",
                    name="customer",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversations",
                        to="helpdesk.customer",
                    ),
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("contact", "Handling the conversation"),
                                    ("tracking", "Being recognised on the site"),
                                    ("marketing", "Offers and follow-up"),
                                    ("recording", "Recording of calls"),
                                    ("remote_help", "Remote help"),
                                ],
                                max_length=12,
                                verbose_name="purpose",
                            ),
                        ),
                        (
                            "version",
                            models.CharField(
                                blank=True, max_length=80, verbose_name="version of the text"
                            ),
                        ),
                        ("text", models.CharField(blank=True, max_length=500, verbose_name="text")),
                        ("language", models.CharField(blank=True, max_length=8)),
                        (
                            "source",
                            models.CharField(blank=True, max_length=80, verbose_name="where"),
                        ),
                        (
                            "proof",
                            models.CharField(blank=True, max_length=300, verbose_name="proof"),
                        ),
                        ("given_at", models.DateTimeField(verbose_name="given")),
                        ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="consents",
                                to="helpdesk.customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "consent",
                        "verbose_name_plural": "consents",
                    },
                ),
                migrations.CreateModel(
                    name="CustomerIdentity",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("address", models.CharField(max_length=320, verbose_name="address")),
                        ("verified", models.BooleanField(default=False, verbose_name="verified")),
                        (
                            "evidence",
                            models.CharField(blank=True, max_length=200, verbose_name="evidence"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="identities",
                                to="helpdesk.customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "customer identity",
                        "verbose_name_plural": "customer identities",
                    },
                ),
                migrations.CreateModel(
                    name="CustomerMerge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="merged")),
                        ("moved", models.JSONField(default=dict)),
                        ("filled", models.JSONField(default=dict)),
                        ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "merged",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="helpdesk.customer",
                            ),
                        ),
                        (
                            "survivor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges",
                                to="helpdesk.customer",
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "merge of customers",
                        "verbose_name_plural": "merges of customers",
                    },
                ),
                migrations.CreateModel(
                    name="CustomField",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("key", models.SlugField(max_length=40, unique=True, verbose_name="key")),
                        ("label", models.CharField(max_length=80, verbose_name="label")),
                        ("translations", models.JSONField(blank=True, default=dict)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("text", "Text"),
                                    ("number", "Number"),
                                    ("date", "Date"),
                                    ("choice", "Choice"),
                                    ("flag", "Yes or no"),
                                ],
                                default="text",
                                max_length=6,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "choices",
                            models.JSONField(blank=True, default=list, verbose_name="choices"),
                        ),
                        (
                            "position",
                            models.PositiveSmallIntegerField(default=0, verbose_name="position"),
                        ),
                    ],
                    options={
                        "verbose_name": "custom field",
                        "verbose_name_plural": "custom fields",
                        "ordering": ("position", "pk"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["text", "number", "date", "choice", "flag"])
                                ),
                                name="custom_field_kind_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DataCopy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("token_sha256", models.CharField(max_length=64, unique=True)),
                        ("notes", models.BooleanField(default=False)),
                        ("file", models.FileField(blank=True, max_length=200, upload_to="")),
                        ("size", models.PositiveBigIntegerField(default=0)),
                        ("asked_at", models.DateTimeField()),
                        ("ready_at", models.DateTimeField(null=True)),
                        ("until", models.DateTimeField()),
                        ("fault", models.CharField(blank=True, max_length=200)),
                        ("fetched", models.PositiveIntegerField(default=0)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="copies",
                                to="helpdesk.customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "copy of a person's data",
                        "verbose_name_plural": "copies of a person's data",
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("to", models.CharField(max_length=320)),
                        (
                            "state",
                            models.CharField(
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
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("next_at", models.DateTimeField()),
                        ("before", models.JSONField(null=True)),
                        ("done", models.JSONField(blank=True, db_default=[], default=list)),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("lease_owner", models.UUIDField(null=True)),
                        ("provider_id", models.CharField(blank=True, max_length=400)),
                        ("error_code", models.CharField(blank=True, max_length=60)),
                        ("error", models.CharField(blank=True, max_length=500)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "conversation",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="helpdesk.inbox",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "delivery",
                        "verbose_name_plural": "deliveries",
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryRecipient",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                        (
                            "delivery",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="recipients",
                                to="helpdesk.delivery",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "recipient of a delivery",
                        "verbose_name_plural": "recipients of deliveries",
                    },
                ),
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("reply", "Reply"),
                                    ("note", "Note"),
                                    ("ask", "Ask colleague"),
                                ],
                                max_length=5,
                            ),
                        ),
                        ("text", models.TextField(blank=True)),
                        ("files", models.JSONField(blank=True, default=list)),
                        ("to", models.JSONField(blank=True, default=list)),
                        ("version", models.PositiveBigIntegerField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="drafts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="drafts",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "draft",
                        "verbose_name_plural": "drafts",
                    },
                ),
                migrations.CreateModel(
                    name="Erasure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("tombstones", models.JSONField(default=list)),
                        ("counts", models.JSONField(default=dict)),
                        ("files", models.JSONField(default=list)),
                        ("done_at", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="erasures",
                                to="helpdesk.customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "erasure",
                        "verbose_name_plural": "erasures",
                    },
                ),
                migrations.CreateModel(
                    name="Face",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("digest", models.CharField(db_index=True, max_length=64)),
                        ("png", models.BinaryField()),
                        ("kept_at", models.DateTimeField(auto_now=True)),
                        (
                            "agent",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="face",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "photo",
                        "verbose_name_plural": "photos",
                    },
                ),
                migrations.CreateModel(
                    name="FetchedPicture",
                    fields=[
                        ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("content_type", models.CharField(blank=True, max_length=20)),
                        ("body", models.BinaryField()),
                        ("fetched_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "fetched picture",
                        "verbose_name_plural": "fetched pictures",
                        "indexes": [
                            models.Index(fields=["fetched_at"], name="fetched_picture_age")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IdempotencyKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("key", models.CharField(max_length=200)),
                        ("digest", models.BinaryField(max_length=32)),
                        ("status", models.PositiveSmallIntegerField(default=0)),
                        ("answer", models.BinaryField(default=b"")),
                        ("created_at", models.DateTimeField()),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "token",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.apitoken",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ImportedTalk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("source", models.CharField(max_length=20)),
                        ("key", models.CharField(max_length=120)),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ImportRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("source", models.CharField(max_length=20)),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="file")),
                        ("at", models.DateTimeField()),
                        ("report", models.JSONField(default=dict)),
                        ("made", models.JSONField(default=list)),
                        ("filled", models.JSONField(default=dict)),
                        ("undone_at", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "import",
                        "verbose_name_plural": "imports",
                    },
                ),
                migrations.CreateModel(
                    name="Lead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        (
                            "email",
                            models.CharField(blank=True, max_length=320, verbose_name="e-mail"),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=32, verbose_name="phone"),
                        ),
                        ("need", models.TextField(blank=True, verbose_name="need")),
                        (
                            "budget",
                            models.CharField(blank=True, max_length=80, verbose_name="budget"),
                        ),
                        (
                            "consent",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="consented to"
                            ),
                        ),
                        (
                            "consent_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="consented"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("contacted", "Contacted"),
                                    ("won", "Won"),
                                    ("lost", "Lost"),
                                ],
                                default="new",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "value",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="value",
                            ),
                        ),
                        (
                            "currency",
                            models.CharField(blank=True, max_length=3, verbose_name="currency"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="captured"),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "conversation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leads",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="leads",
                                to="helpdesk.customer",
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to="helpdesk.inbox",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leads",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lead",
                        "verbose_name_plural": "leads",
                    },
                ),
                migrations.CreateModel(
                    name="LedgerLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("channel", models.CharField(blank=True, max_length=20)),
                        ("starts_at", models.DateTimeField()),
                        ("promised", models.PositiveSmallIntegerField(default=0)),
                        ("staffed", models.PositiveSmallIntegerField(default=0)),
                        ("up", models.PositiveSmallIntegerField(default=0)),
                        ("seen", models.PositiveSmallIntegerField(default=0)),
                        ("causes", models.JSONField(default=dict)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("channel", "starts_at"), name="ledger_line_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("promised__lte", 31),
                                    ("seen__lte", 31),
                                    ("staffed__lte", 31),
                                    ("up__lte", 31),
                                ),
                                name="ledger_line_has_five_minutes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LegalHold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        ("at", models.DateTimeField()),
                        ("lifted_at", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="helpdesk.customer",
                            ),
                        ),
                        (
                            "lifted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "legal hold",
                        "verbose_name_plural": "legal holds",
                    },
                ),
                migrations.CreateModel(
                    name="Macro",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("actions", models.JSONField(default=list, verbose_name="actions")),
                        (
                            "position",
                            models.PositiveIntegerField(default=0, verbose_name="position"),
                        ),
                        ("uses", models.PositiveIntegerField(default=0, verbose_name="times used")),
                        ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="macros",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "macro",
                        "verbose_name_plural": "macros",
                        "ordering": ("position", "pk"),
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=helpdesk.models.fields.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("seq", models.PositiveBigIntegerField()),
                        ("public_seq", models.PositiveBigIntegerField(null=True)),
                        (
                            "direction",
                            models.CharField(
                                choices=[("in", "From the customer"), ("out", "To the customer")],
                                max_length=3,
                            ),
                        ),
                        (
                            "visibility",
                            models.CharField(
                                choices=[
                                    ("public", "Visible to the customer"),
                                    ("internal", "Not visible to the customer"),
                                ],
                                default="public",
                                max_length=8,
                            ),
                        ),
                        ("client_id", models.UUIDField(null=True)),
                        ("external_id", models.CharField(blank=True, max_length=400)),
                        ("subject", models.CharField(blank=True, max_length=300)),
                        ("body", models.TextField(blank=True)),
                        ("html", models.TextField(blank=True)),
                        ("meta", models.JSONField(blank=True, default=dict)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        (
                            "author",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="messages",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="helpdesk.inbox",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "message",
                        "verbose_name_plural": "messages",
                    },
                ),
                migrations.CreateModel(
                    name="Mention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("read_at", models.DateTimeField(null=True)),
                        (
                            "agent",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mentions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mentions",
                                to="helpdesk.message",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "mention",
                        "verbose_name_plural": "mentions",
                    },
                ),
                migrations.CreateModel(
                    name="InboundEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("dedupe_key", models.CharField(max_length=200)),
                        ("content_sha256", models.BinaryField(max_length=32)),
                        ("headers", models.JSONField(default=dict)),
                        ("body", models.BinaryField()),
                        ("received_at", models.DateTimeField(verbose_name="received")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("done", "Done"),
                                    ("ignored", "Ignored"),
                                    ("quarantined", "Could not be read"),
                                    ("discarded", "Discarded"),
                                ],
                                default="new",
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "attempts",
                            models.PositiveIntegerField(default=0, verbose_name="attempts"),
                        ),
                        ("next_at", models.DateTimeField()),
                        ("error", models.TextField(blank=True, verbose_name="error")),
                        ("parser_version", models.PositiveIntegerField(default=0)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("discard_reason", models.CharField(blank=True, max_length=300)),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="inbound_events",
                                to="helpdesk.inbox",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="raw_events",
                                to="helpdesk.message",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "inbound event",
                        "verbose_name_plural": "inbound events",
                    },
                ),
                migrations.AddField(
                    model_name="delivery",
                    name="message",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delivery",
                        to="helpdesk.message",
                    ),
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=helpdesk.models.fields.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("name", models.CharField(max_length=255)),
                        ("content_type", models.CharField(max_length=120)),
                        ("size", models.PositiveBigIntegerField()),
                        ("sha256", models.CharField(blank=True, max_length=64)),
                        ("content_id", models.CharField(blank=True, max_length=255)),
                        (
                            "file",
                            models.FileField(
                                blank=True,
                                max_length=200,
                                upload_to=helpdesk.models.messages.attachment_path,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attachments",
                                to="helpdesk.message",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "attachment",
                        "verbose_name_plural": "attachments",
                    },
                ),
                migrations.CreateModel(
                    name="MessageChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("target", models.CharField(max_length=400)),
                        ("key", models.CharField(max_length=400)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("edited", "Edited"),
                                    ("deleted", "Deleted"),
                                    ("reaction", "Reaction"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("sender", models.CharField(blank=True, max_length=320)),
                        ("text", models.TextField(blank=True)),
                        ("at", models.DateTimeField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.inbox",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="changes",
                                to="helpdesk.message",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("to", models.EmailField(max_length=254)),
                        ("words", helpdesk.models.fields.EncryptedJSONField(default=dict)),
                        ("made_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField(null=True)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("error", models.CharField(blank=True, default="", max_length=300)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("due_at__isnull", False)),
                                fields=["due_at"],
                                name="notice_due",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Order",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("number", models.CharField(max_length=100, verbose_name="number")),
                        (
                            "value",
                            models.DecimalField(
                                decimal_places=2, max_digits=14, verbose_name="value"
                            ),
                        ),
                        ("currency", models.CharField(max_length=3, verbose_name="currency")),
                        ("visitor", models.CharField(blank=True, max_length=64)),
                        ("ordered_at", models.DateTimeField(verbose_name="ordered")),
                        (
                            "conversation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="orders",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="orders",
                                to="helpdesk.customer",
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="helpdesk.inbox",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "order",
                        "verbose_name_plural": "orders",
                    },
                ),
                migrations.CreateModel(
                    name="OwnWord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("language", models.CharField(max_length=8, verbose_name="language")),
                        ("word", models.CharField(max_length=60, verbose_name="word")),
                        ("added_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "own word",
                        "verbose_name_plural": "own words",
                        "ordering": ("language", "word"),
                    },
                ),
                migrations.CreateModel(
                    name="ParkedReceipt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("provider_id", models.CharField(max_length=400)),
                        ("state", models.CharField(max_length=10)),
                        ("error_code", models.CharField(blank=True, max_length=60)),
                        ("error", models.CharField(blank=True, max_length=500)),
                        (
                            "recipient",
                            models.CharField(blank=True, db_default="", default="", max_length=320),
                        ),
                        ("hard", models.BooleanField(db_default=False, default=False)),
                        ("received_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.inbox",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="PushKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("key", helpdesk.models.fields.EncryptedJSONField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("pk", 1)), name="push_key_only_one"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PushSubscription",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("endpoint_hash", models.CharField(max_length=64, unique=True)),
                        ("secrets", helpdesk.models.fields.EncryptedJSONField()),
                        ("device", models.CharField(blank=True, max_length=80)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("pushed_at", models.DateTimeField(null=True)),
                        ("fault", models.CharField(blank=True, max_length=120)),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="push_subscriptions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Queue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        (
                            "strategy",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("least_loaded", "Who has least to do"),
                                    ("longest_idle", "Who waits longest for work"),
                                    ("round_robin", "One after the other"),
                                    ("best_skill", "Who knows it best"),
                                ],
                                default="",
                                max_length=12,
                                verbose_name="who gets it",
                            ),
                        ),
                        (
                            "assist",
                            models.BooleanField(
                                default=False, verbose_name="answer with a translator"
                            ),
                        ),
                        (
                            "hours",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="queues",
                                to="helpdesk.businesshours",
                                verbose_name="business hours",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "queue",
                        "verbose_name_plural": "queues",
                        "ordering": ("name",),
                    },
                ),
                migrations.AddField(
                    model_name="inbox",
                    name="queue",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="inboxes",
                        to="helpdesk.queue",
                        verbose_name="queue",
                    ),
                ),
                migrations.CreateModel(
                    name="Rating",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("score", models.PositiveSmallIntegerField(verbose_name="score")),
                        (
                            "text",
                            models.TextField(blank=True, verbose_name="in the customer's words"),
                        ),
                        ("solved", models.BooleanField(null=True, verbose_name="solved")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="given"),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rating",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rating",
                        "verbose_name_plural": "ratings",
                    },
                ),
                migrations.CreateModel(
                    name="Retention",
                    fields=[
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("chats", "Chats, texts and social messages"),
                                    ("mails", "Mails and forms"),
                                    ("calls", "Recordings of calls"),
                                    ("raw", "Raw messages as they came in"),
                                    ("copies", "Copies made for people who asked for their data"),
                                ],
                                max_length=8,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("days", models.PositiveIntegerField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["chats", "mails", "calls", "raw", "copies"])
                                ),
                                name="retention_kind_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoleRule",
                    fields=[
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("agent", "Agent"),
                                    ("senior", "Senior agent"),
                                    ("supervisor", "Supervisor"),
                                    ("admin", "Administrator"),
                                ],
                                max_length=12,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("second_factor", models.BooleanField(default=False)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("role__in", ["agent", "senior", "supervisor", "admin"])
                                ),
                                name="role_rule_role_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        ("kind", models.CharField(max_length=30, verbose_name="when")),
                        ("conditions", models.JSONField(default=dict, verbose_name="if")),
                        ("actions", models.JSONField(default=list, verbose_name="then")),
                        (
                            "position",
                            models.PositiveIntegerField(default=0, verbose_name="position"),
                        ),
                        ("enabled", models.BooleanField(default=False, verbose_name="switched on")),
                        (
                            "stop_after",
                            models.BooleanField(
                                default=False, verbose_name="no later rule after it"
                            ),
                        ),
                        (
                            "everywhere",
                            models.BooleanField(default=False, verbose_name="in every inbox"),
                        ),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        (
                            "author",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "inboxes",
                            models.ManyToManyField(
                                blank=True,
                                related_name="rules",
                                to="helpdesk.inbox",
                                verbose_name="inboxes",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule",
                        "verbose_name_plural": "rules",
                        "ordering": ("position", "pk"),
                    },
                ),
                migrations.CreateModel(
                    name="RuleFiring",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("fired", "Done"),
                                    ("no_match", "Conditions not met"),
                                    ("refused", "Not possible"),
                                    ("failed", "Faulty"),
                                    ("looped", "Stopped: it went in circles"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("detail", models.JSONField(default=dict)),
                        ("paused_until", models.DateTimeField(null=True)),
                        (
                            "conversation",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversationevent",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="firings",
                                to="helpdesk.rule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "firing",
                        "verbose_name_plural": "firings",
                    },
                ),
                migrations.CreateModel(
                    name="RuleRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        (
                            "event",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversationevent",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Rush",
                    fields=[
                        (
                            "id",
                            models.PositiveSmallIntegerField(
                                default=1, primary_key=True, serialize=False
                            ),
                        ),
                        ("measured_at", models.DateTimeField(null=True)),
                        ("figures", models.JSONField(default=dict)),
                        ("since", models.DateTimeField(null=True)),
                        ("signs", models.JSONField(default=list)),
                        ("calm_since", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("id", 1)), name="rush_is_one_row"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScheduledReply",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("client_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                        ("body", models.TextField(blank=True)),
                        ("attachments", models.JSONField(blank=True, default=list)),
                        ("meta", models.JSONField(blank=True, default=dict)),
                        ("then", models.CharField(blank=True, default="", max_length=10)),
                        ("due_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting for its time"),
                                    ("sent", "Sent"),
                                    ("cancelled", "Cancelled"),
                                    ("failed", "Not sent"),
                                ],
                                default="waiting",
                                max_length=9,
                            ),
                        ),
                        ("cancel_if_customer_writes", models.BooleanField(default=False)),
                        ("seq", models.PositiveBigIntegerField(default=0)),
                        ("reason", models.CharField(blank=True, default="", max_length=10)),
                        ("error", models.CharField(blank=True, default="", max_length=300)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="scheduled",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="scheduled",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="helpdesk.message",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "scheduled reply",
                        "verbose_name_plural": "scheduled replies",
                    },
                ),
                migrations.CreateModel(
                    name="SignIn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("session", models.CharField(max_length=40, unique=True)),
                        ("began_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField()),
                        ("address", models.GenericIPAddressField(blank=True, null=True)),
                        ("device", models.CharField(blank=True, default="", max_length=200)),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sign_ins",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("-seen_at",),
                    },
                ),
                migrations.CreateModel(
                    name="Relief",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("limits", "Higher limits"),
                                    ("skill", "A skill added"),
                                    ("reserves", "Reserves called in"),
                                ],
                                max_length=8,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                blank=True, default="", max_length=20, verbose_name="channel"
                            ),
                        ),
                        (
                            "more",
                            models.PositiveSmallIntegerField(
                                default=0,
                                validators=[django.core.validators.MaxValueValidator(3)],
                                verbose_name="more at once",
                            ),
                        ),
                        (
                            "level",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                                verbose_name="level",
                            ),
                        ),
                        ("before", models.PositiveSmallIntegerField(null=True)),
                        (
                            "emergency",
                            models.BooleanField(
                                default=False, verbose_name="late mail keeps nobody free"
                            ),
                        ),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        ("made_at", models.DateTimeField(verbose_name="since")),
                        ("until", models.DateTimeField(null=True, verbose_name="until")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                        (
                            "agents",
                            models.ManyToManyField(
                                related_name="reliefs",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="agents",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "ended_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="ended by",
                            ),
                        ),
                        (
                            "skill",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.skill",
                                verbose_name="skill",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "relief",
                        "verbose_name_plural": "reliefs",
                        "ordering": ("-made_at", "-pk"),
                    },
                ),
                migrations.CreateModel(
                    name="QueueSkill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "level",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                                verbose_name="level",
                            ),
                        ),
                        ("hard", models.BooleanField(default=False, verbose_name="never without")),
                        (
                            "queue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="needs",
                                to="helpdesk.queue",
                            ),
                        ),
                        (
                            "skill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.skill",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "needed skill",
                        "verbose_name_plural": "needed skills",
                    },
                ),
                migrations.AddField(
                    model_name="queue",
                    name="skills",
                    field=models.ManyToManyField(
                        related_name="+", through="helpdesk.QueueSkill", to="helpdesk.skill"
                    ),
                ),
                migrations.CreateModel(
                    name="AgentSkill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "level",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                                verbose_name="level",
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="agent_skills",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "skill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="agent_skills",
                                to="helpdesk.skill",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "agent skill",
                        "verbose_name_plural": "agent skills",
                    },
                ),
                migrations.AddField(
                    model_name="agent",
                    name="skills",
                    field=models.ManyToManyField(
                        related_name="agents", through="helpdesk.AgentSkill", to="helpdesk.skill"
                    ),
                ),
                migrations.CreateModel(
                    name="SLAPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        (
                            "position",
                            models.PositiveIntegerField(default=100, verbose_name="position"),
                        ),
                        ("enabled", models.BooleanField(default=True, verbose_name="in force")),
                        (
                            "conditions",
                            models.JSONField(blank=True, default=dict, verbose_name="for whom"),
                        ),
                        ("targets", models.JSONField(default=dict, verbose_name="targets")),
                        (
                            "warnings",
                            models.JSONField(blank=True, default=list, verbose_name="warnings"),
                        ),
                        (
                            "steps",
                            models.JSONField(
                                blank=True, default=list, verbose_name="automatic steps"
                            ),
                        ),
                        (
                            "objective",
                            models.PositiveSmallIntegerField(
                                db_default=90,
                                default=90,
                                help_text="What share of the first replies is to come within the time promised.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="to be kept, per cent",
                            ),
                        ),
                        (
                            "on_hold_stops",
                            models.BooleanField(
                                default=False, verbose_name="on hold stops the clock"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "promise",
                        "verbose_name_plural": "promises",
                        "ordering": ("position", "pk"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("objective__gte", 1), ("objective__lte", 100)),
                                name="policy_objective_is_a_share",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SLAClock",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("metric", models.CharField(max_length=10)),
                        ("clock", models.JSONField()),
                        ("open", models.BooleanField(default=True)),
                        ("started_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField(null=True)),
                        ("fulfilled_at", models.DateTimeField(null=True)),
                        ("breached_at", models.DateTimeField(null=True)),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="clocks",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="helpdesk.slapolicy",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SuppressedAddress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("address", models.CharField(max_length=320, verbose_name="address")),
                        (
                            "ours",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=320,
                                verbose_name="our address",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
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
                        ("said", models.CharField(blank=True, max_length=500, verbose_name="said")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="since"),
                        ),
                        ("lifted_at", models.DateTimeField(null=True, verbose_name="lifted")),
                        (
                            "delivery",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="helpdesk.delivery",
                                verbose_name="delivery",
                            ),
                        ),
                        (
                            "lifted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="lifted by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "suppressed address",
                        "verbose_name_plural": "suppressed addresses",
                    },
                ),
                migrations.CreateModel(
                    name="Tag",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        (
                            "colour",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (70, "Sand"),
                                    (40, "Orange"),
                                    (140, "Green"),
                                    (180, "Teal"),
                                    (240, "Blue"),
                                    (300, "Violet"),
                                    (350, "Pink"),
                                ],
                                default=70,
                                verbose_name="colour",
                            ),
                        ),
                        (
                            "archived",
                            models.BooleanField(
                                db_default=False, default=False, verbose_name="put away"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tag",
                        "verbose_name_plural": "tags",
                        "ordering": ("name",),
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("name"),
                                name="tag_name_unique",
                                violation_error_message="There is a tag of this name.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("colour__in", [70, 40, 140, 180, 240, 300, 350])
                                ),
                                name="tag_colour_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Task",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("text", models.CharField(max_length=300, verbose_name="what")),
                        ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                        ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                        ("reminded_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "assignee",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="tasks",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tasks",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "task",
                        "verbose_name_plural": "tasks",
                    },
                ),
                migrations.CreateModel(
                    name="Call",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=120)),
                        (
                            "way",
                            models.CharField(
                                choices=[("in", "Incoming call"), ("out", "Outgoing call")],
                                max_length=3,
                            ),
                        ),
                        ("theirs", models.CharField(max_length=320, verbose_name="their number")),
                        (
                            "ours",
                            models.CharField(blank=True, max_length=320, verbose_name="our number"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "Waiting in line"),
                                    ("ringing", "Ringing"),
                                    ("in_progress", "Talking"),
                                    ("completed", "Ended"),
                                    ("busy", "Busy"),
                                    ("failed", "Failed"),
                                    ("no_answer", "No answer"),
                                    ("canceled", "Hung up before an answer"),
                                ],
                                max_length=11,
                            ),
                        ),
                        ("sequence", models.BigIntegerField(default=0)),
                        ("noted", models.BigIntegerField(default=0)),
                        ("began_at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("seconds", models.PositiveIntegerField(default=0)),
                        ("hold_seconds", models.PositiveIntegerField(default=0)),
                        ("lines", models.JSONField(blank=True, db_default={}, default=dict)),
                        (
                            "disposition",
                            models.CharField(blank=True, max_length=120, verbose_name="outcome"),
                        ),
                        (
                            "reason_code",
                            models.CharField(blank=True, max_length=60, verbose_name="reason"),
                        ),
                        ("notes", models.TextField(blank=True, verbose_name="notes")),
                        (
                            "recording_url",
                            models.URLField(blank=True, max_length=500, verbose_name="recording"),
                        ),
                        (
                            "recording_notice",
                            models.BooleanField(
                                default=False, verbose_name="the caller was told of it"
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="calls",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="calls",
                                to="helpdesk.inbox",
                            ),
                        ),
                        (
                            "message",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="call",
                                to="helpdesk.message",
                            ),
                        ),
                        (
                            "callback",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="helpdesk.task",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "call",
                        "verbose_name_plural": "calls",
                    },
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("filters", models.JSONField(default=list)),
                        (
                            "shared",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Only me"),
                                    ("team", "A team"),
                                    ("everyone", "Everyone"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "order",
                            models.CharField(
                                choices=[
                                    ("newest", "Newest activity first"),
                                    ("waiting", "Longest wait first"),
                                    ("due", "Due soonest first"),
                                    ("created", "Newest conversation first"),
                                ],
                                db_default="newest",
                                default="newest",
                                max_length=8,
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=0)),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="saved_views",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="saved_views",
                                to="helpdesk.team",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "view",
                        "verbose_name_plural": "views",
                        "ordering": ("position", "pk"),
                    },
                ),
                migrations.AddField(
                    model_name="queue",
                    name="primary",
                    field=models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        to="helpdesk.team",
                        verbose_name="teams asked first",
                    ),
                ),
                migrations.AddField(
                    model_name="queue",
                    name="secondary",
                    field=models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        to="helpdesk.team",
                        verbose_name="teams that help out",
                    ),
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("agent", "Agent"),
                                    ("senior", "Senior agent"),
                                    ("supervisor", "Supervisor"),
                                    ("admin", "Administrator"),
                                ],
                                default="agent",
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        ("token_sha256", models.CharField(max_length=64, unique=True)),
                        ("made_at", models.DateTimeField()),
                        ("until", models.DateTimeField()),
                        ("used_at", models.DateTimeField(blank=True, null=True)),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "notice",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="helpdesk.notice",
                            ),
                        ),
                        (
                            "teams",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="helpdesk.team"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("-made_at", "-pk"),
                    },
                ),
                migrations.AddField(
                    model_name="inbox",
                    name="teams",
                    field=models.ManyToManyField(
                        blank=True, related_name="inboxes", to="helpdesk.team"
                    ),
                ),
                migrations.CreateModel(
                    name="TeamMembership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="helpdesk.team",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "team membership",
                        "verbose_name_plural": "team memberships",
                    },
                ),
                migrations.AddField(
                    model_name="team",
                    name="members",
                    field=models.ManyToManyField(
                        related_name="teams",
                        through="helpdesk.TeamMembership",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.CreateModel(
                    name="Template",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        (
                            "shortcut",
                            models.CharField(
                                help_text="What agents type after the slash.",
                                max_length=40,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[\\w-]+\\Z", "Letters, digits, - and _ only."
                                    )
                                ],
                                verbose_name="shortcut",
                            ),
                        ),
                        (
                            "category",
                            models.CharField(
                                blank=True, default="", max_length=60, verbose_name="category"
                            ),
                        ),
                        (
                            "exempt",
                            models.BooleanField(
                                default=False,
                                help_text="For legal texts and instructions: they need no personal words.",
                                verbose_name="may go out word for word",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("active", "In use"),
                                    ("proposed", "Proposed"),
                                    ("refused", "Refused"),
                                    ("taken", "Taken over"),
                                ],
                                default="active",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "refusal",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                editable=False,
                                max_length=300,
                                verbose_name="why it was refused",
                            ),
                        ),
                        (
                            "uses",
                            models.PositiveIntegerField(
                                default=0, editable=False, verbose_name="times used"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        (
                            "proposed_for",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="proposals",
                                to="helpdesk.template",
                                verbose_name="proposed for",
                            ),
                        ),
                        (
                            "updated_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "template",
                        "verbose_name_plural": "templates",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="TemplateVariant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                blank=True, default="", max_length=8, verbose_name="language"
                            ),
                        ),
                        (
                            "register",
                            models.CharField(
                                choices=[
                                    ("formal", "Formal"),
                                    ("informal", "Informal"),
                                    ("neutral", "Neutral"),
                                ],
                                default="neutral",
                                max_length=8,
                                verbose_name="form of address",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                blank=True, default="", max_length=20, verbose_name="channel"
                            ),
                        ),
                        ("text", models.TextField(max_length=10000, verbose_name="text")),
                        (
                            "template",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="variants",
                                to="helpdesk.template",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "variant",
                        "verbose_name_plural": "variants",
                        "ordering": ("language", "register", "channel", "pk"),
                    },
                ),
                migrations.CreateModel(
                    name="TemplateUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("edit", models.FloatField()),
                        (
                            "band",
                            models.CharField(
                                choices=[
                                    ("verbatim", "Word for word"),
                                    ("personalised", "Personalised"),
                                    ("rewritten", "Rewritten"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="template_uses",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "inbox",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.inbox",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="template_uses",
                                to="helpdesk.message",
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="measured",
                                to="helpdesk.template",
                            ),
                        ),
                        (
                            "variant",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="helpdesk.templatevariant",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "use of a template",
                        "verbose_name_plural": "uses of templates",
                    },
                ),
                migrations.CreateModel(
                    name="TemplateFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "attachment",
                            models.OneToOneField(
                                editable=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="template_file",
                                to="helpdesk.attachment",
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="helpdesk.template",
                            ),
                        ),
                        (
                            "variant",
                            models.ForeignKey(
                                blank=True,
                                help_text="Empty: it goes with every variant.",
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="helpdesk.templatevariant",
                                verbose_name="variant",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "file",
                        "verbose_name_plural": "files",
                        "ordering": ("pk",),
                    },
                ),
                migrations.CreateModel(
                    name="Timer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("cycle", models.PositiveIntegerField(default=0)),
                        ("kind", models.CharField(max_length=40)),
                        ("facts", models.JSONField(default=dict)),
                        ("due_at", models.DateTimeField()),
                        ("fired_at", models.DateTimeField(null=True)),
                        ("late", models.BooleanField(default=False)),
                        (
                            "clock",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="timers",
                                to="helpdesk.slaclock",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Watch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="watches",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="watches",
                                to="helpdesk.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "watched conversation",
                        "verbose_name_plural": "watched conversations",
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEndpoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("url", models.CharField(max_length=500, verbose_name="address")),
                        ("secrets", helpdesk.models.fields.EncryptedJSONField(default=dict)),
                        ("old_until", models.DateTimeField(null=True)),
                        (
                            "kinds",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=30), size=None
                            ),
                        ),
                        ("notes", models.BooleanField(default=False)),
                        ("everywhere", models.BooleanField(default=True)),
                        ("enabled", models.BooleanField(default=True, verbose_name="switched on")),
                        ("read_to", models.BigIntegerField()),
                        ("failing_since", models.DateTimeField(null=True)),
                        ("stopped_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "inboxes",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="helpdesk.inbox"
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "webhook",
                        "verbose_name_plural": "webhooks",
                        "ordering": ("name", "pk"),
                    },
                ),
                migrations.CreateModel(
                    name="WebhookDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("kind", models.CharField(max_length=30)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "Waiting"),
                                    ("sending", "Being sent"),
                                    ("done", "Arrived"),
                                    ("failed", "Given up"),
                                ],
                                default="queued",
                                max_length=8,
                            ),
                        ),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("next_at", models.DateTimeField()),
                        ("give_up_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("created_at", models.DateTimeField()),
                        ("tried_at", models.DateTimeField(null=True)),
                        (
                            "conversation",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="helpdesk.conversationevent",
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="helpdesk.webhookendpoint",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "webhook delivery",
                        "verbose_name_plural": "webhook deliveries",
                    },
                ),
                migrations.CreateModel(
                    name="WorkItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("channel", models.CharField(max_length=20)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "Waiting"),
                                    ("offered", "Offered"),
                                    ("active", "With an agent"),
                                    ("wrap_up", "Wrap-up"),
                                    ("done", "Done"),
                                ],
                                default="queued",
                                max_length=8,
                            ),
                        ),
                        ("requeued", models.BooleanField(default=False)),
                        ("enqueued_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("parked_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("outcome", models.CharField(blank=True, default="", max_length=20)),
                        ("due_at", models.DateTimeField(null=True)),
                        ("target", models.FloatField(null=True)),
                        ("extra_steps", models.PositiveSmallIntegerField(default=0)),
                        ("declined", models.JSONField(default=dict)),
                        ("decision", models.JSONField(default=dict)),
                        (
                            "agent",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="work",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="work",
                                to="helpdesk.conversation",
                            ),
                        ),
                        (
                            "queue",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="work",
                                to="helpdesk.queue",
                            ),
                        ),
                        (
                            "sticky",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Offer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                        (
                            "answered",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("accepted", "Accepted"),
                                    ("assigned", "Assigned"),
                                    ("declined", "Declined"),
                                    ("missed", "Missed"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                default="open",
                                max_length=9,
                            ),
                        ),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("decision", models.JSONField(default=dict)),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="offers",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="offers",
                                to="helpdesk.workitem",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="AgentLanguage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("language", models.CharField(max_length=8, verbose_name="language")),
                        (
                            "level",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                                verbose_name="level",
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="languages",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "language",
                        "verbose_name_plural": "languages",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agent", "language"), name="agent_language_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("level__gte", 1), ("level__lte", 5)),
                                name="agent_language_level_1_to_5",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="seal",
                                serialize=False,
                                to="helpdesk.auditentry",
                            ),
                        ),
                        ("day", models.DateField()),
                        ("position", models.PositiveIntegerField()),
                        ("previous", models.CharField(max_length=64)),
                        ("hash", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("day", "position"), name="audit_seal_in_line"
                            )
                        ],
                    },
                ),
                migrations.AddIndex(
                    model_name="auditentry",
                    index=models.Index(fields=["actor", "-id"], name="audit_by_actor"),
                ),
                migrations.AddIndex(
                    model_name="auditentry",
                    index=models.Index(fields=["act", "-id"], name="audit_by_act"),
                ),
                migrations.AddIndex(
                    model_name="auditentry",
                    index=models.Index(fields=["about", "about_id", "-id"], name="audit_by_object"),
                ),
                migrations.AddIndex(
                    model_name="auditentry",
                    index=models.Index(fields=["at"], name="audit_by_time"),
                ),
                migrations.AddConstraint(
                    model_name="circuit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("open_since__isnull", True), ("probe_at__isnull", True)),
                            models.Q(("open_since__isnull", False), ("probe_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="circuit_open_has_probe",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sendingbudget",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("left__gte", 0)), name="budget_not_overdrawn"
                    ),
                ),
                migrations.AddIndex(
                    model_name="channelhealth",
                    index=models.Index(
                        condition=models.Q(("failing_since__isnull", False)),
                        fields=["inbox"],
                        name="channel_health_failing",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="channelhealth",
                    constraint=models.UniqueConstraint(
                        fields=("inbox", "way"), name="channel_health_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="approvedtext",
                    constraint=models.UniqueConstraint(
                        fields=("inbox", "name", "language"), name="approved_text_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="apitoken",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "scopes__contained_by",
                                [
                                    "conversations:read",
                                    "conversations:write",
                                    "messages:write",
                                    "notes:read",
                                    "contacts:read",
                                    "contacts:write",
                                    "templates:read",
                                    "reports",
                                    "admin",
                                ],
                            ),
                            models.Q(("scopes", []), _negated=True),
                        ),
                        name="api_token_scopes_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="apitoken",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("created_at"),
                                    "+",
                                    models.Value("366 days", output_field=models.DurationField()),
                                ),
                            )
                        ),
                        name="api_token_ends_within_a_year",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="addressform",
                    constraint=models.UniqueConstraint(
                        fields=("inbox", "language"),
                        name="address_form_unique",
                        violation_error_message="This language has its form of address already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="addressform",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("register__in", ["formal", "informal", "neutral"])),
                        name="address_register_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversationevent",
                    constraint=models.UniqueConstraint(
                        fields=("conversation", "seq"), name="event_seq_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversationlink",
                    constraint=models.UniqueConstraint(
                        fields=("first", "second"), name="conversation_link_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversationlink",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="conversation_link_in_order",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversationmerge",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("source",),
                        name="conversation_merged_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversationmerge",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="conversation_merge_of_two",
                    ),
                ),
                migrations.AddIndex(
                    model_name="customer",
                    index=models.Index(fields=["-created_at", "-id"], name="customer_newest"),
                ),
                migrations.AddIndex(
                    model_name="customer",
                    index=models.Index(
                        django.db.models.functions.text.Lower("name"),
                        django.db.models.functions.text.Lower("city"),
                        condition=models.Q(("name", ""), _negated=True),
                        name="customer_name_city",
                    ),
                ),
                migrations.AddIndex(
                    model_name="customer",
                    index=models.Index(
                        condition=models.Q(("vip", True)), fields=["-id"], name="customer_vip"
                    ),
                ),
                migrations.AddIndex(
                    model_name="customer",
                    index=models.Index(
                        condition=models.Q(("blocked_at__isnull", False)),
                        fields=["-id"],
                        name="customer_blocked",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="customer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("register__in", ("", "formal", "informal", "neutral"))),
                        name="customer_register_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="customer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("id")), _negated=True),
                        name="customer_not_merged_into_itself",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        fields=["inbox", "-last_message_at", "-id"], name="conv_inbox_newest"
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(
                            ("state__in", ("new", "open", "pending", "on_hold", "snoozed"))
                        ),
                        fields=["inbox", "-last_message_at", "-id"],
                        name="conv_active_by_inbox",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(
                            ("state__in", ("new", "open", "pending", "on_hold", "snoozed"))
                        ),
                        fields=["assignee", "-last_message_at", "-id"],
                        name="conv_active_by_assignee",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(
                            ("state__in", ("new", "open", "pending", "on_hold", "snoozed")),
                            ("assignee__isnull", True),
                        ),
                        fields=["inbox", "id"],
                        name="conv_active_unassigned",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        fields=["customer", "-last_message_at"], name="conv_by_customer"
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(fields=["created_at"], name="conv_started"),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="conv_due",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=django.contrib.postgres.indexes.GinIndex(
                        fields=["tags"], name="conv_tags"
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(("late_from__isnull", False)),
                        fields=["late_from"],
                        name="conv_late",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(("state", "snoozed")),
                        fields=["inbox", "-last_message_at", "-id"],
                        name="conv_snoozed",
                    ),
                ),
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
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["merged_into"],
                        name="conv_merged",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        condition=models.Q(("split_from__isnull", False)),
                        fields=["split_from"],
                        name="conv_split",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "waiting_since",
                            models.Value(dt.datetime(9999, 12, 31, 0, 0, tzinfo=dt.UTC)),
                        ),
                        models.F("id"),
                        condition=models.Q(
                            ("state__in", ("new", "open", "pending", "on_hold", "snoozed"))
                        ),
                        name="conv_by_wait",
                    ),
                ),
                migrations.AddIndex(
                    model_name="conversation",
                    index=models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "promised_at",
                            models.Value(dt.datetime(9999, 12, 31, 0, 0, tzinfo=dt.UTC)),
                        ),
                        models.F("id"),
                        condition=models.Q(
                            ("state__in", ("new", "open", "pending", "on_hold", "snoozed"))
                        ),
                        name="conv_by_promise",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "new",
                                    "open",
                                    "pending",
                                    "on_hold",
                                    "snoozed",
                                    "resolved",
                                    "closed",
                                    "spam",
                                ],
                            )
                        ),
                        name="conversation_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "snoozed"), _negated=True),
                            ("due_at__isnull", False),
                            _connector="OR",
                        ),
                        name="conversation_snooze_has_due",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("public_seq__lte", models.F("last_seq"))),
                        name="conversation_public_within_all",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into__isnull", True), ("state", "closed"), _connector="OR"
                        ),
                        name="conversation_merged_is_closed",
                    ),
                ),
                migrations.AddIndex(
                    model_name="consent",
                    index=models.Index(fields=["customer", "-given_at"], name="consent_newest"),
                ),
                migrations.AddConstraint(
                    model_name="consent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                ["contact", "tracking", "marketing", "recording", "remote_help"],
                            )
                        ),
                        name="consent_purpose_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="customeridentity",
                    index=models.Index(
                        django.db.models.functions.text.Lower("address"), name="identity_address"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="customeridentity",
                    constraint=models.UniqueConstraint(
                        fields=("kind", "address"), name="identity_unique"
                    ),
                ),
                migrations.AddIndex(
                    model_name="customermerge",
                    index=models.Index(fields=["survivor", "-at", "-id"], name="merge_newest"),
                ),
                migrations.AddConstraint(
                    model_name="customermerge",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("merged",),
                        name="customer_merged_once",
                    ),
                ),
                migrations.AddIndex(
                    model_name="datacopy",
                    index=models.Index(
                        condition=models.Q(("fault", ""), ("ready_at__isnull", True)),
                        fields=["asked_at"],
                        name="data_copy_to_make",
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
                            (
                                "state__in",
                                ["sent", "delayed", "delivered", "read", "bounced", "complained"],
                            )
                        ),
                        name="recipient_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="draft",
                    constraint=models.UniqueConstraint(
                        fields=("agent", "conversation", "mode"), name="draft_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="draft",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("mode__in", ["reply", "note", "ask"])),
                        name="draft_mode_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="erasure",
                    index=models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["at"],
                        name="erasure_unfinished",
                    ),
                ),
                migrations.AddIndex(
                    model_name="idempotencykey",
                    index=models.Index(fields=["created_at"], name="idempotency_old"),
                ),
                migrations.AddConstraint(
                    model_name="idempotencykey",
                    constraint=models.UniqueConstraint(
                        fields=("agent", "token", "key"),
                        name="idempotency_once",
                        nulls_distinct=False,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="importedtalk",
                    constraint=models.UniqueConstraint(
                        fields=("source", "key"), name="imported_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="importrun",
                    index=models.Index(fields=["-at"], name="import_newest"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["inbox", "-created_at", "-id"], name="lead_newest"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["inbox", "status", "-id"], name="lead_by_status"),
                ),
                migrations.AddConstraint(
                    model_name="lead",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("status__in", ["new", "contacted", "won", "lost"])),
                        name="lead_status_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="lead",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("email", ""), ("phone", ""), _negated=True),
                        name="lead_can_be_reached",
                    ),
                ),
                migrations.AddIndex(
                    model_name="legalhold",
                    index=models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["customer"],
                        name="legal_hold_standing",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="macro",
                    constraint=models.UniqueConstraint(
                        models.F("owner"),
                        models.F("name"),
                        name="macro_name_unique",
                        nulls_distinct=False,
                    ),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(fields=["external_id"], name="message_external_id"),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(
                        condition=models.Q(("visibility", "internal")),
                        fields=["conversation", "-created_at", "-id"],
                        name="message_notes",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="message",
                    constraint=models.UniqueConstraint(
                        fields=("conversation", "seq"), name="message_seq_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="message",
                    constraint=models.UniqueConstraint(
                        fields=("conversation", "public_seq"), name="message_public_seq_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="message",
                    constraint=models.UniqueConstraint(
                        fields=("conversation", "client_id"), name="message_client_id_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="message",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("inbox", "direction", "external_id"),
                        name="message_external_id_unique",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="message",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("public_seq__isnull", False), ("visibility", "public")),
                            models.Q(
                                ("direction", "out"),
                                ("public_seq__isnull", True),
                                ("visibility", "internal"),
                            ),
                            _connector="OR",
                        ),
                        name="message_note_has_no_public_seq",
                    ),
                ),
                migrations.AddIndex(
                    model_name="mention",
                    index=models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["agent", "-message"],
                        name="mention_unread",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="mention",
                    constraint=models.UniqueConstraint(
                        fields=("agent", "message"), name="mention_unique"
                    ),
                ),
                migrations.AddIndex(
                    model_name="inboundevent",
                    index=models.Index(
                        condition=models.Q(("state", "new")), fields=["next_at"], name="inbound_due"
                    ),
                ),
                migrations.AddIndex(
                    model_name="inboundevent",
                    index=models.Index(
                        condition=models.Q(("state", "quarantined")),
                        fields=["-received_at"],
                        name="inbound_quarantine",
                    ),
                ),
                migrations.AddIndex(
                    model_name="inboundevent",
                    index=models.Index(fields=["inbox", "-received_at"], name="inbound_newest"),
                ),
                migrations.AddConstraint(
                    model_name="inboundevent",
                    constraint=models.UniqueConstraint(
                        fields=("inbox", "dedupe_key"), name="inbound_dedupe"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="inboundevent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["new", "done", "ignored", "quarantined", "discarded"])
                        ),
                        name="inbound_state_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="delivery",
                    index=models.Index(
                        condition=models.Q(
                            ("state__in", ("queued", "retry", "sending", "uncertain"))
                        ),
                        fields=["next_at"],
                        name="delivery_due",
                    ),
                ),
                migrations.AddIndex(
                    model_name="delivery",
                    index=models.Index(
                        condition=models.Q(
                            ("state__in", ("queued", "retry", "sending", "uncertain"))
                        ),
                        fields=["conversation", "id"],
                        name="delivery_order",
                    ),
                ),
                migrations.AddIndex(
                    model_name="delivery",
                    index=models.Index(
                        fields=["inbox", "provider_id"], name="delivery_provider_id"
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
                    model_name="messagechange",
                    index=models.Index(fields=["inbox", "target"], name="message_change_target"),
                ),
                migrations.AddIndex(
                    model_name="messagechange",
                    index=models.Index(
                        condition=models.Q(("message__isnull", True)),
                        fields=["created_at"],
                        name="message_change_parked",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="messagechange",
                    constraint=models.UniqueConstraint(
                        fields=("inbox", "key"), name="message_change_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="messagechange",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["edited", "deleted", "reaction"])),
                        name="message_change_kind_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(fields=["inbox", "-ordered_at"], name="order_newest"),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        condition=models.Q(("visitor", ""), _negated=True),
                        fields=["inbox", "visitor"],
                        name="order_by_visitor",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.UniqueConstraint(
                        fields=("inbox", "number"), name="order_counted_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="ownword",
                    constraint=models.UniqueConstraint(
                        fields=("language", "word"), name="own_word_unique"
                    ),
                ),
                migrations.AddIndex(
                    model_name="parkedreceipt",
                    index=models.Index(fields=["inbox", "provider_id"], name="parked_by_id"),
                ),
                migrations.AddIndex(
                    model_name="rating",
                    index=models.Index(fields=["-created_at", "-id"], name="rating_newest"),
                ),
                migrations.AddConstraint(
                    model_name="rating",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("score__gte", 1), ("score__lte", 5)),
                        name="rating_score_1_to_5",
                    ),
                ),
                migrations.AddIndex(
                    model_name="rulefiring",
                    index=models.Index(fields=["rule", "-id"], name="firing_by_rule"),
                ),
                migrations.AddIndex(
                    model_name="rulefiring",
                    index=models.Index(
                        fields=["conversation", "rule", "-at"], name="firing_by_conversation"
                    ),
                ),
                migrations.AddIndex(
                    model_name="rulefiring",
                    index=models.Index(fields=["at"], name="firing_by_age"),
                ),
                migrations.AddConstraint(
                    model_name="rulefiring",
                    constraint=models.UniqueConstraint(
                        fields=("rule", "event"), name="firing_once_per_event"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rulefiring",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["fired", "no_match", "refused", "failed", "looped"])
                        ),
                        name="firing_outcome_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="rulerun",
                    index=models.Index(fields=["due_at"], name="rule_run_due"),
                ),
                migrations.AddIndex(
                    model_name="scheduledreply",
                    index=models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at"],
                        name="scheduled_due",
                    ),
                ),
                migrations.AddIndex(
                    model_name="scheduledreply",
                    index=models.Index(
                        condition=models.Q(("state__in", ("waiting", "failed"))),
                        fields=["conversation", "due_at"],
                        name="scheduled_shown",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="scheduledreply",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "sent", "cancelled", "failed"])
                        ),
                        name="scheduled_state_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="relief",
                    index=models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["until"],
                        name="relief_open",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="relief",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["limits", "skill", "reserves"])),
                        name="relief_kind_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="relief",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "skill"), ("skill__isnull", False)),
                            models.Q(
                                models.Q(("kind", "skill"), _negated=True), ("until__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="relief_has_what_its_kind_needs",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="relief",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("more__lte", 3)), name="relief_adds_only_a_few"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="queueskill",
                    constraint=models.UniqueConstraint(
                        fields=("queue", "skill"), name="queue_skill_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="queueskill",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 5)),
                        name="queue_skill_level_1_to_5",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="agentskill",
                    constraint=models.UniqueConstraint(
                        fields=("agent", "skill"), name="agent_skill_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="agentskill",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 5)),
                        name="agent_skill_level_1_to_5",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="agent",
                    constraint=models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="agent_email_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="agent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["agent", "senior", "supervisor", "admin"])
                        ),
                        name="agent_role_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="agent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "presence__in",
                                [
                                    "online",
                                    "busy",
                                    "wrap_up",
                                    "break",
                                    "lunch",
                                    "meeting",
                                    "training",
                                    "coaching",
                                    "back_office",
                                    "not_responding",
                                    "offline",
                                ],
                            )
                        ),
                        name="agent_presence_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="slaclock",
                    index=models.Index(
                        condition=models.Q(("due_at__isnull", False), ("open", True)),
                        fields=["due_at"],
                        name="clock_due",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="slaclock",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("open", True)),
                        fields=("conversation", "metric"),
                        name="clock_one_open_per_metric",
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
                migrations.AddConstraint(
                    model_name="suppressedaddress",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("address", django.db.models.functions.text.Lower("address"))
                        ),
                        name="suppressed_address_lower",
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(
                            ("done_at__isnull", True),
                            ("due_at__isnull", False),
                            ("reminded_at__isnull", True),
                        ),
                        fields=["due_at"],
                        name="task_to_remind",
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["assignee", "due_at"],
                        name="task_open_by_assignee",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="task",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="task_says_what"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="call",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("inbox", "external_id"),
                        name="call_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="call",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "queued",
                                    "ringing",
                                    "in_progress",
                                    "completed",
                                    "busy",
                                    "failed",
                                    "no_answer",
                                    "canceled",
                                ],
                            )
                        ),
                        name="call_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="call",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("way__in", ["in", "out"])), name="call_way_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedview",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("shared__in", ["", "team", "everyone"])),
                        name="view_sharing_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedview",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("shared", "team"), ("team__isnull", False)),
                            models.Q(
                                models.Q(("shared", "team"), _negated=True), ("team__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="view_team_where_shared_with_one",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedview",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("order__in", ["newest", "waiting", "due", "created"])),
                        name="view_order_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="queue",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "strategy__in",
                                ("", "least_loaded", "longest_idle", "round_robin", "best_skill"),
                            )
                        ),
                        name="queue_strategy_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="invitation",
                    constraint=models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(
                            ("used_at__isnull", True), ("withdrawn_at__isnull", True)
                        ),
                        name="invitation_one_open",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="invitation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["agent", "senior", "supervisor", "admin"])
                        ),
                        name="invitation_role_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="inbox",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("address", ""), _negated=True),
                        fields=("channel", "provider", "address"),
                        name="inbox_address_unique",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="inbox",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("health__in", ["ok", "broken"])),
                        name="inbox_health_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="teammembership",
                    constraint=models.UniqueConstraint(
                        fields=("team", "agent"), name="membership_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="template",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["active", "proposed", "refused", "taken"])
                        ),
                        name="template_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="templatevariant",
                    constraint=models.UniqueConstraint(
                        fields=("template", "language", "register", "channel"),
                        name="template_variant_unique",
                        violation_error_message="There is a variant for this already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="templatevariant",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("register__in", ["formal", "informal", "neutral"])),
                        name="variant_register_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="templateuse",
                    index=models.Index(
                        fields=["inbox", "-at", "template"], name="use_inbox_newest"
                    ),
                ),
                migrations.AddIndex(
                    model_name="templateuse",
                    index=models.Index(fields=["agent", "-at"], name="use_agent_newest"),
                ),
                migrations.AddConstraint(
                    model_name="templateuse",
                    constraint=models.UniqueConstraint(
                        fields=("message", "template"), name="template_use_unique"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="templateuse",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("band__in", ["verbatim", "personalised", "rewritten"])),
                        name="use_band_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="templateuse",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("edit__gte", 0), ("edit__lte", 1)),
                        name="use_edit_is_a_share",
                    ),
                ),
                migrations.AddIndex(
                    model_name="timer",
                    index=models.Index(
                        condition=models.Q(("fired_at__isnull", True)),
                        fields=["due_at"],
                        name="timer_due",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="timer",
                    constraint=models.UniqueConstraint(
                        fields=("clock", "cycle", "kind"), name="timer_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="watch",
                    constraint=models.UniqueConstraint(
                        fields=("agent", "conversation"), name="watch_unique"
                    ),
                ),
                migrations.AddIndex(
                    model_name="webhookdelivery",
                    index=models.Index(
                        condition=models.Q(("state__in", ("queued", "sending"))),
                        fields=["endpoint", "next_at"],
                        name="webhook_due",
                    ),
                ),
                migrations.AddIndex(
                    model_name="webhookdelivery",
                    index=models.Index(
                        condition=models.Q(("state__in", ("queued", "sending"))),
                        fields=["endpoint", "conversation", "id"],
                        name="webhook_order",
                    ),
                ),
                migrations.AddIndex(
                    model_name="webhookdelivery",
                    index=models.Index(fields=["created_at"], name="webhook_old"),
                ),
                migrations.AddIndex(
                    model_name="webhookdelivery",
                    index=models.Index(fields=["conversation"], name="webhook_of_conversation"),
                ),
                migrations.AddConstraint(
                    model_name="webhookdelivery",
                    constraint=models.UniqueConstraint(
                        fields=("event", "endpoint"), name="webhook_told_once_an_event"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="webhookdelivery",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sending", "done", "failed"])),
                        name="webhook_state_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="workitem",
                    index=models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["enqueued_at", "id"],
                        name="work_queued",
                    ),
                ),
                migrations.AddIndex(
                    model_name="workitem",
                    index=models.Index(fields=["enqueued_at"], name="work_by_arrival"),
                ),
                migrations.AddIndex(
                    model_name="workitem",
                    index=models.Index(
                        condition=models.Q(("state__in", ("offered", "active", "wrap_up"))),
                        fields=["agent"],
                        name="work_held_by_agent",
                    ),
                ),
                migrations.AddIndex(
                    model_name="workitem",
                    index=models.Index(
                        condition=models.Q(("state__in", ("offered", "wrap_up"))),
                        fields=["expires_at"],
                        name="work_expiring",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workitem",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=("conversation",),
                        name="work_one_open_per_conversation",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workitem",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "offered", "active", "wrap_up", "done"])
                        ),
                        name="work_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workitem",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "queued"), _negated=True),
                            ("agent__isnull", True),
                            _connector="OR",
                        ),
                        name="work_queued_has_no_agent",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workitem",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("offered", "wrap_up")), _negated=True),
                            ("expires_at__isnull", False),
                            _connector="OR",
                        ),
                        name="work_timed_has_end",
                    ),
                ),
                migrations.AddIndex(
                    model_name="offer",
                    index=models.Index(fields=["agent", "-made_at"], name="offer_by_agent"),
                ),
                migrations.AddConstraint(
                    model_name="offer",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("answered", "open")),
                        fields=("item",),
                        name="offer_one_open_per_item",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="offer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "answered__in",
                                ["open", "accepted", "assigned", "declined", "missed", "withdrawn"],
                            )
                        ),
                        name="offer_answer_known",
                    ),
                ),
            ]
        ),
        migrations.RunSQL(FOLD, "DROP FUNCTION helpdesk_words(text)"),
        migrations.RunSQL(MESSAGES, "ALTER TABLE helpdesk_message DROP COLUMN words"),
        migrations.RunSQL(CUSTOMERS, "DROP INDEX customer_words; DROP INDEX identity_words"),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
