"""Tags: on a conversation, in the vocabulary, and never before a customer."""

from __future__ import annotations

import orjson
import pytest
from django.test import Client

from helpdesk.models import Conversation, ConversationEvent, SavedView, Tag
from helpdesk.realtime import publish
from helpdesk.services import tags
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def of(conversation: Conversation) -> list[str]:
    conversation.refresh_from_db()
    return conversation.tags


def test_tags_come_and_go_and_the_history_says_so(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    Tag.objects.create(name="Delivery")
    before = made.last_seq
    tags.tag(made.pk, by=desk.agent, add=["  delivery ", "DELIVERY"])
    assert of(made) == ["Delivery"], "as the vocabulary writes it, once"
    assert made.last_seq == before + 1
    tags.tag(made.pk, by=desk.agent, add=["Delivery"], remove=["none"])
    assert of(made) == ["Delivery"]
    assert made.last_seq == before + 1, "nothing changed, nothing is said"
    tags.tag(made.pk, by=desk.agent, remove=["delivery"])
    assert of(made) == []
    told = ConversationEvent.objects.filter(kind="tagged").order_by("seq")
    assert [one.payload for one in told] == [
        {"added": ["Delivery"], "removed": []},
        {"added": [], "removed": ["Delivery"]},
    ]


def test_supervisors_make_new_ones_agents_pick(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    with pytest.raises(tags.UnknownTagError):
        tags.tag(made.pk, by=desk.agent, add=["New"])
    assert of(made) == []
    tags.tag(made.pk, by=desk.supervisor, add=["New"])
    assert of(made) == ["New"]
    tags.tag(made.pk, by=desk.agent, add=["new"])
    assert list(Tag.objects.values_list("name", flat=True)) == ["New"]


def test_there_is_a_limit(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    names = [f"Tag {n}" for n in range(tags.MOST_TAGS + 1)]
    tags.tag(made.pk, by=desk.supervisor, add=names[:-1])
    with pytest.raises(tags.TooManyTagsError):
        tags.tag(made.pk, by=desk.supervisor, add=names[-1:])
    assert len(of(made)) == tags.MOST_TAGS


def _three(desk: Desk) -> list[Conversation]:
    made = [factories.conversation(desk.inbox) for _ in range(3)]
    for one, names in zip(made, (["Old"], ["Old", "New"], ["New"]), strict=True):
        tags.tag(one.pk, by=desk.supervisor, add=names)
    row = {"field": "tag", "op": "any", "value": ["Old", "New"]}
    SavedView.objects.create(owner=desk.agent, name="Mine", filters=[row])
    return made


def _filter() -> list[str]:
    filters = SavedView.objects.get().filters
    return list(filters[0]["value"]) if filters else []


def test_a_new_name_goes_everywhere(desk: Desk) -> None:
    made = _three(desk)
    tags.rename(Tag.objects.get(name="Old").pk, "Older")
    assert [of(one) for one in made] == [["Older"], ["Older", "New"], ["New"]]
    assert _filter() == ["Older", "New"]


def test_merging_leaves_one(desk: Desk) -> None:
    made = _three(desk)
    tags.merge(Tag.objects.get(name="Old").pk, Tag.objects.get(name="New").pk)
    assert [of(one) for one in made] == [["New"], ["New"], ["New"]]
    assert [one.name for one in Tag.objects.all()] == ["New"]
    assert _filter() == ["New"]


def test_deleting_takes_it_off(desk: Desk) -> None:
    made = _three(desk)
    for name in ("Old", "New"):
        tags.delete(Tag.objects.get(name=name).pk)
    assert [of(one) for one in made] == [[], [], []]
    assert SavedView.objects.get().filters == []


def test_no_customer_ever_hears_of_a_tag(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, bytes]] = []
    monkeypatch.setattr(publish, "_send_many", sent.extend)
    made = factories.conversation(desk.inbox)
    tags.tag(made.pk, by=desk.supervisor, add=["Difficult person"])
    ours = [orjson.loads(text) for group, text in sent if group.startswith("inbox.")]
    assert ours[-1]["row"]["tags"] == ["Difficult person"]
    theirs = [text for group, text in sent if group.startswith("visitor.")]
    assert theirs, "the customer heard his own message"
    assert not any(b"Difficult" in text or b"tag" in text for text in theirs)


def test_over_the_api(desk: Desk, client: Client) -> None:
    made = factories.conversation(desk.inbox)
    url = f"/api/v1/conversations/{made.pk}/tags/"
    client.force_login(desk.agent)
    refused = client.post(url, {"add": ["New"]}, content_type="application/json")
    assert refused.status_code == 400
    assert "New" in refused.json()["detail"]
    client.force_login(desk.supervisor)
    answer = client.post(url, {"add": ["New"]}, content_type="application/json")
    assert answer.json()["tags"] == ["New"]
    (listed,) = client.get("/api/v1/tags/").json()["results"]
    assert listed == {"name": "New", "hue": Tag.objects.get().colour}
