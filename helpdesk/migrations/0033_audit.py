"""The audit log and its chain; the database refuses to change it.

Additive only: safe before the deploy. Going back forgets what was written down.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

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
    dependencies = [
        ("helpdesk", "0032_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("role", models.CharField(blank=True, max_length=12)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("act", models.CharField(max_length=20, verbose_name="what")),
                ("about", models.CharField(blank=True, max_length=60)),
                ("about_id", models.CharField(blank=True, max_length=64)),
                ("changes", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
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
                    models.UniqueConstraint(fields=("day", "position"), name="audit_seal_in_line")
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
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
