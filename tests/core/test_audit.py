"""The audit log: written with the act, never changed, sealed in a chain, read by administrators."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from helpdesk import acting, audit
from helpdesk.models import Act, Agent, AuditEntry, AuditSeal, Inbox
from helpdesk.services import assignments, blocking, merging, relief, supervising
from tests import factories
from tests.core.conftest import Desk

SECRET = "canary-of-a-secret-51c2e8"


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", flat=True))


def fill(desk: Desk, many: int = 3) -> list[AuditEntry]:
    return [
        audit.record(Act.CHANGED, desk.inbox, by=desk.admin, changes={"name": (f"{n}", f"{n + 1}")})
        for n in range(many)
    ]


def test_an_entry_says_who_where_what_and_why(desk: Desk) -> None:
    with acting.known(acting.Facts(ip="2001:db8::7")):
        audit.record(
            Act.CHANGED,
            desk.inbox,
            by=desk.supervisor,
            changes={
                "name": ("Old", "New"),
                "teams": ([1], [2, 3]),
                "auth_token": ("a", SECRET),
                "settings": ({"a": SECRET}, {"b": SECRET}),
                "signature": ("", "x" * 500),
            },
            reason="  because\nof it ",
        )
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.role, entry.ip) == (desk.supervisor, "supervisor", "2001:db8::7")
    assert (entry.about, entry.about_id) == ("helpdesk.Inbox", str(desk.inbox.pk))
    assert entry.reason == "because of it"
    assert entry.changes == {
        "name": ["Old", "New"],
        "teams": ["1", "2, 3"],
        "auth_token": None,
        "settings": ["a", "b"],
        "signature": ["", "(500)"],
    }


def test_of_a_customer_only_names_of_fields_are_told(desk: Desk) -> None:
    person = factories.customer(name="Ilse Canary")
    audit.record(Act.CHANGED, person, by=desk.agent, changes={"name": ("", "Ilse Canary")})
    assert "Canary" not in json.dumps(list(AuditEntry.objects.values()), default=str)


@pytest.mark.django_db(transaction=True)
def test_no_act_is_written_outside_its_transaction() -> None:
    with pytest.raises(audit.NoTransactionError):
        audit.record(Act.SIGNED_IN, by=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE helpdesk_auditentry SET reason = 'nothing'",
        "DELETE FROM helpdesk_auditentry",
        "TRUNCATE helpdesk_auditentry CASCADE",
        "UPDATE helpdesk_auditseal SET hash = ''",
        "DELETE FROM helpdesk_auditseal",
        "TRUNCATE helpdesk_auditseal",
    ],
)
def test_the_database_refuses_to_change_it(desk: Desk, statement: str) -> None:
    fill(desk)
    audit.seal()
    refused = pytest.raises(DatabaseError, match="only added to")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with refused, transaction.atomic():
            cursor.execute(statement)
    assert AuditSeal.objects.count() == 3


def tampered(statement: str) -> None:
    """As somebody does it who owns the server and switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE helpdesk_auditentry SET reason = 'x' WHERE id = %(second)s", "not as it was"),
        ("UPDATE helpdesk_auditentry SET actor_id = NULL WHERE id = %(second)s", "not as it was"),
        (
            "DELETE FROM helpdesk_auditseal WHERE entry_id = %(second)s;"
            "DELETE FROM helpdesk_auditentry WHERE id = %(second)s",
            "is missing",
        ),
        ("UPDATE helpdesk_auditseal SET previous = hash WHERE entry_id = %(second)s", "follow"),
    ],
)
def test_the_chain_tells_what_was_changed(desk: Desk, statement: str, fault: str) -> None:
    written = fill(desk)
    assert audit.seal() == 3
    assert audit.faults() == []
    tampered(statement % {"second": written[1].pk})
    assert any(fault in one for one in audit.faults())


def test_seals_follow_each_other_over_days(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    fill(desk, 2)
    audit.seal()
    fill(desk, 1)
    assert (audit.seal(), audit.seal()) == (1, 0)
    seals = list(AuditSeal.objects.order_by("day", "position"))
    assert [one.position for one in seals] == [1, 2, 3]
    assert [one.previous for one in seals[1:]] == [one.hash for one in seals[:-1]]
    call_command("audit_verify")
    assert "3 entries, all as they were written" in capsys.readouterr().out


def test_a_cut_is_seen_whichever_end_of_a_day_it_takes(desk: Desk) -> None:
    """Also by the hourly look at two days, and also where the log begins."""
    for ago in (3, 2, 1):
        fill(desk, 2)
        with time_machine.travel(datetime.now(UTC) - timedelta(days=ago), tick=False):
            audit.seal()
    days = list(AuditSeal.objects.order_by("day").values_list("day", flat=True).distinct())
    assert [audit.faults(one) for one in (None, *days)] == [[], [], [], []]
    cut = "DELETE FROM helpdesk_auditseal WHERE day = '{}'"
    with transaction.atomic():
        tampered(cut.format(days[1]))
        assert "does not follow" in audit.faults(days[2])[0]
        transaction.set_rollback(True)
    tampered(cut.format(days[0]))
    assert "does not follow" in audit.faults()[0]
    assert "does not follow" in audit.faults(days[1])[0]


def test_what_waits_too_long_for_its_seal_is_a_fault(desk: Desk) -> None:
    fill(desk, 1)
    assert audit.faults() == []
    later = datetime.now(UTC) + timedelta(minutes=2)
    assert "not sealed" in audit.faults(now=later)[0]
    audit.seal()
    tampered("UPDATE helpdesk_auditentry SET ip = '10.0.0.1'")
    with pytest.raises(SystemExit):
        call_command("audit_verify")


def test_after_two_years_and_not_before_rows_may_go(desk: Desk) -> None:
    fill(desk, 2)
    audit.seal()
    assert audit.forget_old(datetime.now(UTC)) == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        audit.forget_old(datetime.now(UTC) + timedelta(days=800))
    fill(desk, 1)
    kept = AuditEntry.objects.order_by("pk").last()
    tampered(
        "UPDATE helpdesk_auditentry SET at = at - interval '3 years';"
        "UPDATE helpdesk_auditseal SET at = at - interval '3 years',"
        " day = day - interval '3 years'"
    )
    audit.seal()
    assert audit.forget_old() == 2
    assert audit.forget_old() == 0
    left = list(AuditEntry.objects.order_by("pk"))
    assert left[0] == kept
    assert [one.act for one in left[1:]] == [Act.PURGED]
    audit.seal()
    assert audit.faults() == [], "what retention took is known"


def test_what_supervisors_do_is_written_down(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    assignments.assign(talk.pk, desk.agent, by=desk.supervisor)
    supervising.join(talk.pk, by=desk.supervisor)
    supervising.join(talk.pk, by=desk.supervisor)
    supervising.take_over(talk.pk, by=desk.supervisor, reason="Too long")
    blocking.block(talk.customer_id, by=desk.supervisor, reason="Rude")
    blocking.unblock(talk.customer_id, by=desk.supervisor)
    other = factories.conversation(desk.inbox)
    row = merging.merge(talk.customer_id, other.customer_id, by=desk.agent)
    merging.unmerge(row.pk, by=desk.agent)
    assert acts() == ["joined", "taken_over", "blocked", "unblocked", "merged", "unmerged"]
    taken = AuditEntry.objects.get(act=Act.TAKEN_OVER)
    assert taken.changes == {"assignee": [desk.agent.pk, desk.supervisor.pk]}
    assert taken.reason == "Too long"


def test_easing_the_rules_is_written_down(desk: Desk) -> None:
    wish = relief.Wish(kind="reserves", reason="Rush", lasts=timedelta(hours=1))  # type: ignore[arg-type]
    made = relief.grant(wish, [desk.agent], by=desk.supervisor)
    relief.take_back(made.pk, by=desk.supervisor)
    assert acts() == ["eased", "eased"]


def test_a_whisper_is_written_down_without_its_words(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    assignments.assign(talk.pk, desk.agent, by=desk.supervisor)
    client = Client()
    client.force_login(desk.supervisor)
    body = {"body": SECRET, "internal": True, "paper": "whisper"}
    url = f"/api/v1/conversations/{talk.pk}/messages/"
    assert client.post(url, body, content_type="application/json").status_code == 201
    entry = AuditEntry.objects.get(act=Act.WHISPERED)
    assert entry.changes == {"to": ["", str(desk.agent.pk)]}
    assert SECRET not in str(AuditEntry.objects.values())


def test_signing_in_out_and_failing_is_written_down(desk: Desk) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    form = {"username": desk.agent.email, "password": factories.PASSWORD}
    client.post("/login/", {**form, "password": SECRET})
    client.post("/login/", {"username": f"{SECRET}@nowhere.example", "password": SECRET})
    client.post("/login/", form)
    client.post("/logout/")
    found = [(one.act, one.about_id, one.actor_id) for one in AuditEntry.objects.order_by("pk")]
    pk = desk.agent.pk
    assert found == [
        ("sign_in_failed", str(pk), None),
        ("sign_in_failed", "", None),
        ("signed_in", str(pk), pk),
        ("signed_out", str(pk), pk),
    ]
    assert set(AuditEntry.objects.values_list("ip", flat=True)) == {"192.0.2.7"}
    assert SECRET not in str(list(AuditEntry.objects.values()))


def test_looking_at_a_vip_is_written_down_and_at_others_is_not(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    client = Client()
    client.force_login(desk.agent)
    for path in (f"/customers/{talk.customer_id}/", f"/api/v1/customers/{talk.customer_id}/"):
        assert client.get(path).status_code == 200
    assert Act.VIEWED not in acts()
    type(talk.customer).objects.update(vip=True)
    client.get(f"/customers/{talk.customer_id}/")
    assert AuditEntry.objects.get(act=Act.VIEWED).reason == "vip"


@pytest.mark.parametrize(
    "path", ["conversations/{talk}/messages/", "conversations/{talk}/events/",
             "customers/{who}/timeline/", "conversations/{talk}/"]
)  # fmt: skip
def test_no_other_address_shows_a_vip_unnoticed(desk: Desk, path: str) -> None:
    """Each tells what was said; once an hour is enough for who works there all day."""
    talk = factories.conversation(desk.inbox)
    type(talk.customer).objects.update(vip=True)
    client = Client()
    client.force_login(desk.agent)
    for _time in range(2):
        assert client.get(f"/api/v1/{path}".format(talk=talk.pk, who=talk.customer_id)).json()
    entry = AuditEntry.objects.get(act=Act.VIEWED)
    assert (entry.actor, entry.about_id) == (desk.agent, str(talk.customer_id))


def test_the_file_of_leads_is_an_export(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.supervisor)
    client.get("/api/v1/leads/export.csv").getvalue()
    assert AuditEntry.objects.get(act=Act.EXPORTED).changes == {"what": ["", "leads"]}


@pytest.mark.parametrize("who", ["agent", "supervisor"])
def test_only_administrators_read_it(desk: Desk, who: str) -> None:
    client = Client()
    client.force_login(getattr(desk, who))
    assert client.get("/settings/audit/").status_code == 403
    assert client.post("/settings/audit/file/").status_code == 403
    assert "/settings/audit/" not in client.get("/settings/").content.decode()


@pytest.fixture
def examiner(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.admin)
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/settings/audit/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_viewer_narrows_pages_and_escapes(desk: Desk, examiner: Client) -> None:
    fill(desk, 60)
    audit.record(Act.DELETED, desk.inbox, by=desk.supervisor, reason="<script>alert(1)</script>")
    audit.seal()
    page = shown(examiner)
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert page.count("<time class") == 50
    older = page.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0]
    assert shown(examiner, older).count("<time class") >= 11
    assert shown(examiner, "act=deleted").count("<time class") == 1
    assert shown(examiner, f"who={desk.supervisor.pk}").count("<time class") == 1
    assert shown(examiner, f"about=helpdesk.Inbox&id={desk.elsewhere.pk}").count("<time ") == 0
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    assert shown(examiner, f"since={tomorrow}").count("<time class") == 0
    assert shown(examiner, "since=nonsense&who=x&act=y&before=z&id=%00").count("<time ") > 0


def test_the_viewer_costs_the_same_for_many(
    desk: Desk, examiner: Client, django_assert_max_num_queries: Any
) -> None:
    fill(desk, 50)
    with django_assert_max_num_queries(8):
        shown(examiner)


def test_the_file_is_harmless_and_is_itself_written_down(desk: Desk, examiner: Client) -> None:
    audit.record(Act.DELETED, desk.inbox, by=desk.supervisor, reason="=HYPERLINK(1)")
    answer = examiner.post("/settings/audit/file/?act=deleted")
    text = answer.getvalue().decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert text.count("\r\n") == 2
    assert acts()[-1] == Act.EXPORTED


def test_nothing_is_lost_when_two_seal_at_once(desk: Desk) -> None:
    """The position is unique: a second sealer that saw the same rows fails as a whole."""
    (entry,) = fill(desk, 1)
    audit.seal()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditSeal.objects.create(
            entry=fill(desk, 1)[0],
            day=entry.seal.day,
            position=entry.seal.position,
            previous="",
            hash="",
            at=datetime.now(UTC),
        )


def test_the_actor_outlives_his_account(desk: Desk, examiner: Client) -> None:
    gone = factories.agent()
    audit.record(Act.CHANGED, desk.inbox, by=gone)
    Agent.objects.filter(pk=gone.pk).delete()
    assert "Nobody of us" in shown(examiner, "act=changed")
    assert Inbox.objects.exists()
