"""Files of templates, and proposals that are to be a variant of a template.

Additive: safe before the deploy. Going back drops which files go with which template (their
content stays) and calls proposals that were taken over refused.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def untaken(apps: Any, _editor: Any) -> None:
    """The state that the older code does not know."""
    apps.get_model("helpdesk", "Template").objects.filter(state="taken").update(state="refused")


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0018_profiles"),
    ]

    operations = [
        migrations.CreateModel(
            name="TemplateFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "file",
                "verbose_name_plural": "files",
                "ordering": ("pk",),
            },
        ),
        migrations.AlterModelOptions(
            name="heartbeat",
            options={"verbose_name": "sign of life", "verbose_name_plural": "signs of life"},
        ),
        migrations.RemoveConstraint(
            model_name="template",
            name="template_state_known",
        ),
        migrations.AddField(
            model_name="template",
            name="proposed_for",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="proposals",
                to="helpdesk.template",
                verbose_name="proposed for",
            ),
        ),
        migrations.AlterField(
            model_name="template",
            name="state",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="template",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["active", "proposed", "refused", "taken"])),
                name="template_state_known",
            ),
        ),
        migrations.AddField(
            model_name="templatefile",
            name="attachment",
            field=models.OneToOneField(
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="template_file",
                to="helpdesk.attachment",
            ),
        ),
        migrations.AddField(
            model_name="templatefile",
            name="template",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="files",
                to="helpdesk.template",
            ),
        ),
        migrations.AddField(
            model_name="templatefile",
            name="variant",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: it goes with every variant.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="files",
                to="helpdesk.templatevariant",
                verbose_name="variant",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, untaken),
    ]
