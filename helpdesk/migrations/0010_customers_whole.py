"""Companies with rows of their own, custom fields, merges that can be undone, who is blocked.

Not before the deploy: the code before it reads the company as a text; run it with the new code.
Back: companies become texts again (their domain and notes are lost), and so do values of custom
fields and the history of merges; undo open merges first, or they stay as they are.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Lower


def to_rows(apps: Any, _editor: Any) -> None:
    """A company for each name that customers have, however its letters are written."""
    company = apps.get_model("helpdesk", "Company")
    customer = apps.get_model("helpdesk", "Customer")
    names = customer.objects.exclude(company_name="").order_by("company_name")
    for name in names.values_list("company_name", flat=True).distinct():
        plain = name.strip()
        if not plain:
            continue
        known = company.objects.annotate(low=Lower("name")).filter(low=Lower(Value(plain))).first()
        row = known or company.objects.create(name=plain)
        customer.objects.filter(company_name=name).update(company_id=row.pk)


def to_texts(apps: Any, _editor: Any) -> None:
    """The name of the company beside the customer, as it was."""
    company = apps.get_model("helpdesk", "Company")
    customer = apps.get_model("helpdesk", "Customer")
    for pk, name in company.objects.values_list("pk", "name"):
        customer.objects.filter(company_id=pk).update(company_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0009_alerts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "companies",
            },
        ),
        migrations.CreateModel(
            name="CustomerMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="merged")),
                ("moved", models.JSONField(default=dict)),
                ("filled", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
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
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("choices", models.JSONField(blank=True, default=list, verbose_name="choices")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "custom field",
                "verbose_name_plural": "custom fields",
                "ordering": ("position", "pk"),
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="blocked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="blocked since"),
        ),
        migrations.AddField(
            model_name="customer",
            name="blocked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="blocked by",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="blocked_reason",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="why blocked"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="fields",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="helpdesk.customer",
            ),
        ),
        migrations.AddIndex(
            model_name="customeridentity",
            index=models.Index(
                django.db.models.functions.text.Lower("address"), name="identity_address"
            ),
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
            model_name="company",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="company_name_unique"
            ),
        ),
        migrations.RenameField("customer", "company", "company_name"),
        migrations.AddField(
            model_name="customer",
            name="company",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="customers",
                to="helpdesk.company",
                verbose_name="company",
            ),
        ),
        # Data and columns in one transaction: the checks of new keys must be done before the next.
        migrations.RunPython(to_rows, to_texts),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField("customer", "company_name"),
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
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="customer_not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="merged",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="helpdesk.customer",
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="survivor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="helpdesk.customer",
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["text", "number", "date", "choice", "flag"])),
                name="custom_field_kind_known",
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
    ]
