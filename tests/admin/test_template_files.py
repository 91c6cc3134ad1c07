"""Files of templates on their screen: added, shown, kept to the rules, named in the CSV."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from helpdesk.admin import template_csv
from helpdesk.models import Template, TemplateFile
from helpdesk.services import template_files
from tests import factories
from tests.admin.desk import Desk
from tests.admin.test_people import rows
from tests.admin.test_templates import form, upload

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60
ADD = "admin:helpdesk_template_add"
CHANGE = "admin:helpdesk_template_change"


def picture(name: str = "sizes.png", data: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.fixture
def template(desk: Desk) -> Template:
    made = factories.template("size", "The sizes")
    template_files.add(made, "sizes.png", PNG, by=desk.supervisor)
    return made


def changing(template: Template, *files: dict[str, Any], known: int = 0) -> dict[str, Any]:
    """The form of a template with its one variant as it is."""
    variant = template.variants.get()
    words = {
        "id": variant.pk, "template": template.pk, "language": "", "register": "neutral",
        "channel": "", "text": variant.text,
    }  # fmt: skip
    return {
        "name": template.name,
        "shortcut": template.shortcut,
        "state": "active",
        **rows("variants", words),
        "variants-INITIAL_FORMS": 1,
        **rows("files", *files),
        "files-INITIAL_FORMS": known,
    }


def test_a_new_template_comes_with_its_picture(desk: Desk) -> None:
    body = form("Hello") | rows("files", {"upload": picture(), "variant": ""})
    answer = desk.browser("supervisor").post(reverse(ADD), body)
    assert answer.status_code == 302
    kept = Template.objects.get(shortcut="new").files.get()
    assert (kept.attachment.name, kept.attachment.content_type) == ("sizes.png", "image/png")
    assert kept.attachment.uploaded_by == desk.supervisor


def test_it_is_shown_and_may_go_with_one_variant_or_go_away(desk: Desk, template: Template) -> None:
    client = desk.browser("supervisor")
    url = reverse(CHANGE, args=[template.pk])
    kept = template.files.get()
    assert f'src="/attachments/{kept.attachment_id}/"' in client.get(url).content.decode()
    variant = template.variants.get()
    row = {"id": kept.pk, "template": template.pk, "variant": variant.pk}
    assert client.post(url, changing(template, row, known=1)).status_code == 302
    kept.refresh_from_db()
    assert kept.variant == variant
    gone = changing(template, row | {"DELETE": "on"}, known=1)
    assert client.post(url, gone).status_code == 302
    assert not TemplateFile.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"), [(b"x" * 101, "larger than"), (b"", "empty")], ids=["large", "empty"]
)
def test_the_rules_of_uploads_hold(
    desk: Desk, template: Template, settings: Any, data: bytes, said: str
) -> None:
    settings.MAX_ATTACHMENT_BYTES = 100
    body = changing(template, {"upload": picture("a.png", data), "variant": ""})
    body["files-0-template"] = template.pk
    answer = desk.browser("supervisor").post(reverse(CHANGE, args=[template.pk]), body)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert template.files.count() == 1


def test_ten_and_no_more(desk: Desk, template: Template) -> None:
    many = [{"upload": picture(f"{n}.png"), "variant": ""} for n in range(11)]
    answer = desk.browser("supervisor").post(
        reverse(CHANGE, args=[template.pk]), changing(template, *many)
    )
    assert answer.status_code == 200
    assert "At most 10 files" in answer.content.decode()
    assert template.files.count() == 1


def test_another_templates_variant_is_refused(desk: Desk, template: Template) -> None:
    foreign = factories.template("other", "Words").variants.get()
    body = changing(template, {"upload": picture("b.png"), "variant": foreign.pk})
    answer = desk.browser("supervisor").post(reverse(CHANGE, args=[template.pk]), body)
    assert answer.status_code == 200
    assert template.files.count() == 1


def test_a_sheet_names_files_and_says_what_is_missing(desk: Desk, template: Template) -> None:
    client = desk.browser("supervisor")
    content = client.get(reverse("admin:helpdesk_template_export")).content.decode()
    sheet = template_csv.read(content)
    named = {row["shortcut"]: template_csv.named_files(row) for row in sheet.rows}
    assert named == {"hello": [], "size": ["sizes.png"]}
    assert "carries no files" not in upload(desk, content)
    page = upload(desk, content.replace("sizes.png", "sizes.png; map.pdf"))
    assert "A CSV file carries no files" in page
    assert "/size: <bdi>map.pdf</bdi>" in page
    assert template.files.count() == 1, "what is here stays"
