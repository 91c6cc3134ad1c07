"""Files of templates: who gets them, by which channel, and that answers keep their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from helpdesk.adapters import Capabilities
from helpdesk.models import (
    Attachment,
    Conversation,
    Inbox,
    Template,
    TemplateFile,
    TemplateVariant,
)
from helpdesk.selectors import templates as reads
from helpdesk.services import messages, template_files
from helpdesk.services.attachments import TooLargeError
from tests import factories
from tests.channel import ScriptedChannel, registered
from tests.core.conftest import Desk

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60


@pytest.fixture
def client(desk: Desk) -> Client:
    made = Client()
    made.force_login(desk.agent)
    return made


@pytest.fixture
def template(desk: Desk) -> Template:
    made = factories.template("size", "The sizes are here.", language="en")
    template_files.add(made, "sizes.png", PNG, by=desk.supervisor)
    return made


def used(client: Client, template: Template, where: Conversation, **more: Any) -> Any:
    return client.post(
        f"/api/v1/templates/{template.pk}/used/",
        {"conversation": where.pk, **more},
        content_type="application/json",
    ).json()


def test_an_answer_gets_a_row_of_its_own_on_the_same_bytes(
    desk: Desk, client: Client, template: Template
) -> None:
    where = factories.conversation(desk.inbox)
    (file,) = used(client, template, where)["files"]
    own = template.files.get().attachment
    assert (file["name"], file["type"]) == ("sizes.png", "image/png")
    copy = Attachment.objects.get(pk=file["id"])
    assert copy.pk != own.pk
    assert copy.file.name == own.file.name
    message, _new = messages.reply(where.pk, by=desk.agent, body="Here", attachments=[file["id"]])
    template.delete()
    with message.attachments.get().file.open() as kept:
        assert kept.read() == PNG
    assert b"".join(client.get(file["url"]).streaming_content) == PNG  # type: ignore[attr-defined]
    assert not TemplateFile.objects.exists()


def test_a_variant_has_files_that_others_do_not(
    desk: Desk, client: Client, template: Template
) -> None:
    polish = TemplateVariant.objects.create(template=template, language="pl", text="Rozmiary")
    template_files.add(template, "rozmiary.txt", b"S, M", by=desk.supervisor, variant=polish)
    where = factories.conversation(desk.inbox)
    names = [one["name"] for one in used(client, template, where, variant=polish.pk)["files"]]
    assert names == ["sizes.png", "rozmiary.txt"]
    english = template.variants.get(language="en")
    names = [one["name"] for one in used(client, template, where, variant=english.pk)["files"]]
    assert names == ["sizes.png"]
    (offer,) = client.get(f"/api/v1/templates/?conversation={where.pk}").json()
    shown = {one["language"]: [file["name"] for file in one["files"]] for one in offer["variants"]}
    assert shown == {"en": ["sizes.png"], "pl": ["sizes.png", "rozmiary.txt"]}


@pytest.fixture
def narrow(desk: Desk) -> Iterator[Inbox]:
    """An inbox of a channel that carries no files, as SMS does."""
    made = ScriptedChannel(channel="narrow", capabilities=Capabilities(max_attachment_bytes=0))
    with registered(made):
        yield factories.inbox(channel="narrow", address="+4822", teams=[desk.mine])


def test_a_channel_without_files_refuses_them_by_name(
    desk: Desk, client: Client, template: Template, narrow: Inbox
) -> None:
    answer = used(client, template, factories.conversation(narrow))
    assert answer == {"files": [], "refused": ["sizes.png"]}
    assert Attachment.objects.count() == 1


def test_who_may_see_a_file_of_a_template(desk: Desk, client: Client, template: Template) -> None:
    url = f"/attachments/{template.files.get().attachment_id}/"
    answer = client.get(url)
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]
    assert Client().get(url).status_code == 302
    desk.agent.is_active = False
    desk.agent.save()
    assert client.get(url).status_code in {302, 404}


def test_nobody_takes_files_into_what_they_may_not_see(
    desk: Desk, client: Client, template: Template
) -> None:
    foreign = factories.conversation(desk.elsewhere)
    answer = client.post(
        f"/api/v1/templates/{template.pk}/used/",
        {"conversation": foreign.pk},
        content_type="application/json",
    )
    assert answer.status_code == 404
    assert Attachment.objects.count() == 1


def test_limits_of_number_and_size(desk: Desk, template: Template, settings: Any) -> None:
    settings.MAX_ATTACHMENT_BYTES = 100
    with pytest.raises(TooLargeError):
        template_files.add(template, "big.bin", b"x" * 101, by=desk.supervisor)
    for number in range(template_files.MOST_FILES - 1):
        template_files.add(template, f"{number}.txt", b"words", by=desk.supervisor)
    with pytest.raises(template_files.TooManyFilesError):
        template_files.add(template, "one-more.txt", b"words", by=desk.supervisor)
    assert template.files.count() == template_files.MOST_FILES


def test_the_offer_reads_files_in_one_query(
    desk: Desk, client: Client, template: Template, django_assert_num_queries: Any
) -> None:
    where = factories.conversation(desk.inbox)
    for number in range(10):
        more = factories.template(f"t{number}", "words")
        template_files.add(more, "a.txt", b"a", by=desk.supervisor)
    place = Conversation.objects.select_related("customer__company", "inbox").get(pk=where.pk)
    # uses of the customer, form of address, uses here, templates, variants, files, uploads
    with django_assert_num_queries(7):
        assert len(reads.offered(desk.agent, "", place)) == 11
