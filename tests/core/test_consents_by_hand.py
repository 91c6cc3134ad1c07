"""A consent that somebody was told of: with evidence, at an address, and what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from helpdesk.models import AuditEntry, Consent, Customer, Role
from helpdesk.selectors.ways import of
from helpdesk.services import consents
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db
JSON = "application/json"
PHONE, PROOF = "+48600100200", "Said so on the phone, call of 3 May"


@pytest.fixture
def ann() -> Customer:
    made = factories.conversation(factories.inbox(teams=[factories.team()])).customer
    made.identities.create(kind="phone", address=PHONE, verified=True)
    return made


def test_what_was_told_is_kept_with_its_evidence(ann: Customer) -> None:
    agent = factories.agent()
    day = date(2026, 5, 3)
    made = consents.note(ann, "contact", by=agent, where=PHONE, proof=PROOF, on=day)

    assert (made.source, made.proof, made.recorded_by) == (PHONE, PROOF, agent)
    assert made.given_at.date() == day
    assert AuditEntry.objects.filter(act="consented", actor=agent).exists()
    assert consents.note(ann, "contact", by=agent, where=PHONE, proof=PROOF) == made


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"purpose": "everything"}, "purpose"),
        ({"where": "+48999"}, "where"),
        ({"proof": " no "}, "proof"),
        ({"on": datetime.now(UTC).date() + timedelta(days=2)}, "on"),
    ],
)
def test_what_is_no_consent(ann: Customer, wrong: dict[str, Any], field: str) -> None:
    facts = {"purpose": "contact", "where": PHONE, "proof": PROOF, **wrong}
    with pytest.raises(consents.InvalidConsentError, match=field):
        consents.note(ann, facts.pop("purpose"), by=factories.agent(), **facts)
    assert not Consent.objects.exists()


def test_nobody_is_asked_about_the_number_again_until_it_is_withdrawn(ann: Customer) -> None:
    talk = ann.conversations.get()
    texts = {"channel": "sms", "provider": "smpp", "address": "+48220000000"}
    factories.inbox(teams=list(talk.inbox.teams.all()), **texts)

    def doubt() -> str:
        (found,) = [way["doubt"] for way in of(talk) if way["address"] == PHONE]
        return str(found)

    assert doubt() == "no_consent"
    made = consents.note(ann, "contact", by=factories.agent(), where=PHONE, proof=PROOF)
    assert doubt() == ""
    consents.withdraw(made, by=None)
    assert doubt() == "no_consent"


def test_on_the_page_of_a_person(ann: Customer, client: Any) -> None:
    client.force_login(factories.agent(role=Role.ADMIN))
    url = f"/customers/{ann.pk}/privacy/"
    facts = {"purpose": "contact", "where": PHONE, "proof": PROOF, "on": "2026-05-03"}
    for wrong, said in (
        ({"proof": "x"}, "how we know"), ({"on": "soon"}, "no day"),
        ({"on": "2999-01-01"}, "future"),
        ({"where": "+1"}, "none of their addresses"), ({"purpose": "x"}, "one of the list"),
    ):  # fmt: skip
        assert said in client.post(f"{url}agree/", {**facts, **wrong}, follow=True).content.decode()
    assert not Consent.objects.exists()
    page = client.post(f"{url}agree/", facts, follow=True).content.decode()
    assert "Noted: they agree." in page
    assert PROOF in page


def test_noted_and_withdrawn_by_the_agent_of_the_customer(desk: Desk, client: Any) -> None:
    person = factories.conversation(desk.inbox).customer
    person.identities.create(kind="phone", address=PHONE, verified=True)
    url = f"/api/v1/customers/{person.pk}/consents/"
    client.force_login(desk.agent)
    known = client.get(url).json()
    assert (known["results"], known["addresses"]) == ([], [PHONE])
    assert known["purposes"][0] == {"value": "contact", "label": "Handling the conversation"}

    facts = {"where": PHONE, "proof": PROOF, "on": "2026-05-03"}
    for wrong, field in (
        ({"proof": "x"}, "proof"), ({"on": "soon"}, "on"), ({"on": "2999-01-01"}, "on"),
        ({"where": "+1"}, "where"), ({"purpose": "x"}, "purpose"), ({"sure": True}, "sure"),
    ):  # fmt: skip
        answer = client.post(url, {**facts, **wrong}, content_type=JSON)
        assert (answer.status_code, [*answer.json()]) == (400, [field])
    answer = client.post(url, facts, content_type=JSON)
    (noted,) = answer.json()["results"]
    assert answer.status_code == 201
    assert (noted["where"], noted["proof"], noted["by"]) == (PHONE, PROOF, "Marta")
    assert (noted["purpose"], noted["withdrawn_at"]) == ("contact", None)

    end = f"{url}{noted['id']}/withdraw/"
    elsewhere = factories.conversation(desk.inbox).customer
    assert client.post(end.replace(str(person.pk), str(elsewhere.pk), 1)).status_code == 404
    client.force_login(desk.stranger)
    assert client.post(end).status_code == 404
    client.force_login(desk.agent)
    (ended,) = client.post(end).json()["results"]
    assert ended["withdrawn_at"]
    assert AuditEntry.objects.filter(act="withdrawn", actor=desk.agent).exists()
