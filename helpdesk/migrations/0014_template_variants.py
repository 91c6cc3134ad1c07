"""A template's words become its variants, in the language of helpdesk.phrasing.texts.

Deploy it with the old processes stopped: the columns text and language go. Back again keeps one
text of each template (the neutral one before the others), and loses the rest, the figures, the
forms of address and what was only proposed.
"""

from __future__ import annotations

import re

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_OLD = re.compile(r"\{\{\s*([a-z_.]{1,60})\s*\|\s*([^{}|:\"']{1,120}?)\s*\}\}")
_NEW = re.compile(r"\{\{\s*([a-z_.]{1,60})\s*\|\s*default:\s*\"([^\"{}|]*)\"\s*\}\}")
_BATCH = 500


def into_variants(apps, schema_editor):
    """One variant for each template; a fallback becomes the filter `default`."""
    template, variant = (
        apps.get_model("helpdesk", name) for name in ("Template", "TemplateVariant")
    )
    variant.objects.bulk_create(
        [
            variant(
                template_id=one.pk,
                language=one.language,
                text=_OLD.sub(r'{{ \1 | default: "\2" }}', one.text),
            )
            for one in template.objects.only("pk", "language", "text").iterator()
        ],
        batch_size=_BATCH,
    )
    # What waits to be checked would forbid the change of the table that follows.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def out_of_variants(apps, schema_editor):
    """The neutral text first, else whichever is there."""
    template, variant = (
        apps.get_model("helpdesk", name) for name in ("Template", "TemplateVariant")
    )
    template.objects.exclude(state="active").delete()
    chosen = {}
    for one in variant.objects.order_by("pk"):
        best = chosen.setdefault(one.template_id, one)
        if best.register != "neutral" and one.register == "neutral":
            chosen[one.template_id] = one
    for pk, one in chosen.items():
        text = _NEW.sub(r"{{ \1 | \2 }}", one.text)
        template.objects.filter(pk=pk).update(language=one.language, text=text)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0013_views_and_tags"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "language",
                    models.CharField(blank=True, default="", max_length=8, verbose_name="language"),
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
            ],
            options={
                "verbose_name": "form of address",
                "verbose_name_plural": "forms of address",
                "ordering": ("language", "pk"),
            },
        ),
        migrations.CreateModel(
            name="TemplateUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
            ],
            options={
                "verbose_name": "use of a template",
                "verbose_name_plural": "uses of templates",
            },
        ),
        migrations.CreateModel(
            name="TemplateVariant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "language",
                    models.CharField(blank=True, default="", max_length=8, verbose_name="language"),
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
                    models.CharField(blank=True, default="", max_length=20, verbose_name="channel"),
                ),
                ("text", models.TextField(max_length=10000, verbose_name="text")),
            ],
            options={
                "verbose_name": "variant",
                "verbose_name_plural": "variants",
                "ordering": ("language", "register", "channel", "pk"),
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="register",
            field=models.CharField(
                blank=True,
                choices=[("formal", "Formal"), ("informal", "Informal"), ("neutral", "Neutral")],
                db_default="",
                default="",
                max_length=8,
                verbose_name="form of address",
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="category",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="category"),
        ),
        migrations.AddField(
            model_name="template",
            name="exempt",
            field=models.BooleanField(
                default=False,
                help_text="For legal texts and instructions: they need no personal words.",
                verbose_name="may go out word for word",
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="proposed_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="state",
            field=models.CharField(
                choices=[("active", "In use"), ("proposed", "Proposed"), ("refused", "Refused")],
                default="active",
                max_length=8,
                verbose_name="state",
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
            model_name="template",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["active", "proposed", "refused"])),
                name="template_state_known",
            ),
        ),
        migrations.AddField(
            model_name="addressform",
            name="inbox",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="address_forms",
                to="helpdesk.inbox",
            ),
        ),
        migrations.AddField(
            model_name="templateuse",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="template_uses",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="templateuse",
            name="inbox",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="helpdesk.inbox",
            ),
        ),
        migrations.AddField(
            model_name="templateuse",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="template_uses",
                to="helpdesk.message",
            ),
        ),
        migrations.AddField(
            model_name="templateuse",
            name="template",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="measured",
                to="helpdesk.template",
            ),
        ),
        migrations.AddField(
            model_name="templatevariant",
            name="template",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="variants",
                to="helpdesk.template",
            ),
        ),
        migrations.AddField(
            model_name="templateuse",
            name="variant",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="helpdesk.templatevariant",
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
            index=models.Index(fields=["inbox", "-at", "template"], name="use_inbox_newest"),
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
                condition=models.Q(("edit__gte", 0), ("edit__lte", 1)), name="use_edit_is_a_share"
            ),
        ),
        # With a default, so that the way back can put the column in again.
        migrations.AlterField(
            model_name="template",
            name="text",
            field=models.TextField(default="", verbose_name="text"),
        ),
        migrations.RunPython(into_variants, out_of_variants),
        migrations.RemoveField(model_name="template", name="text"),
        migrations.RemoveField(model_name="template", name="language"),
    ]
