"""The words of templates move into variants and back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("helpdesk", "0013_views_and_tags")]
AFTER = [("helpdesk", "0014_template_variants")]
OLD = (
    ("plain", "", "Hello {{ customer.name }}"),
    ("kept", "pl", 'Hi {{ customer.first_name | there }}, "so" | {{ agent.name|me & you }}'),
)


@pytest.mark.django_db(transaction=True)
def test_there_and_back() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        old = MigrationExecutor(connection).migrate(BEFORE).apps.get_model("helpdesk", "Template")
        for shortcut, language, text in OLD:
            old.objects.create(name=shortcut, shortcut=shortcut, language=language, text=text)
        new = MigrationExecutor(connection).migrate(AFTER).apps
        variants = new.get_model("helpdesk", "TemplateVariant").objects
        said = dict(variants.values_list("template__shortcut", "text"))
        assert said["plain"] == "Hello {{ customer.name }}"
        assert said["kept"] == (
            'Hi {{ customer.first_name | default: "there" }}, "so" | '
            '{{ agent.name | default: "me & you" }}'
        )
        assert set(variants.values_list("language", "register")) == {
            ("", "neutral"),
            ("pl", "neutral"),
        }
        template = new.get_model("helpdesk", "Template").objects
        kept = template.get(shortcut="kept")
        variants.create(template=kept, language="pl", register="formal", text="Later")
        waiting = template.create(name="p", shortcut="p", state="proposed")
        variants.create(template=waiting, text="Proposed")
        old = MigrationExecutor(connection).migrate(BEFORE).apps.get_model("helpdesk", "Template")
        back = set(old.objects.values_list("shortcut", "language", "text"))
        assert back == {
            OLD[0],
            ("kept", "pl", OLD[1][2].replace("name|me", "name | me")),
        }
        old.objects.all().delete()
    finally:
        MigrationExecutor(connection).migrate(newest)
