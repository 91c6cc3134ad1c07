"""What is changed in the back office is in the audit: fields, no secrets, no customer's data."""

from __future__ import annotations

import json

from django.urls import reverse

from helpdesk.models import Act, Agent, AuditEntry, Inbox, Team
from tests.admin.desk import CANARY, Desk


def entries() -> str:
    return json.dumps(list(AuditEntry.objects.values()), default=str)


def test_a_new_team_its_new_name_and_its_end(desk: Desk) -> None:
    client = desk.browser("admin")
    add = reverse("admin:helpdesk_team_add")
    formset = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client.post(add, {"name": "Night", **formset}).status_code == 302
    team = Team.objects.get(name="Night")
    change = reverse("admin:helpdesk_team_change", args=[team.pk])
    assert client.post(change, {"name": "Late", **formset}).status_code == 302
    delete = reverse("admin:helpdesk_team_delete", args=[team.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 302
    told = list(AuditEntry.objects.exclude(act=Act.SIGNED_IN).order_by("pk"))
    assert [one.act for one in told] == [Act.ADDED, Act.CHANGED, Act.DELETED]
    assert {(one.about, one.about_id, one.actor_id) for one in told} == {
        ("helpdesk.Team", str(team.pk), desk.admin.pk)
    }
    assert told[1].changes["name"] == ["Night", "Late"]


def test_a_new_role_says_from_what_to_what(desk: Desk) -> None:
    url = reverse("admin:helpdesk_agent_change", args=[desk.agent.pk])
    client = desk.browser("admin")
    form = client.get(url).context["adminform"].form
    data = {name: form.initial.get(name) for name in form.fields if form.initial.get(name)}
    for one in client.get(url).context["inline_admin_formsets"]:
        prefix = one.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    answer = client.post(url, {**data, "role": "supervisor", "is_active": "on"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Agent.objects.get(pk=desk.agent.pk).role == "supervisor"
    entry = AuditEntry.objects.get(act=Act.CHANGED)
    assert entry.changes["role"] == ["agent", "supervisor"]


def test_a_new_password_is_told_without_it(desk: Desk) -> None:
    url = reverse("admin:auth_user_password_change", args=[desk.agent.pk])
    new = f"{CANARY}-password"
    data = {"password1": new, "password2": new, "usable_password": "true"}
    assert desk.browser("admin").post(url, data).status_code == 302
    assert AuditEntry.objects.filter(about="helpdesk.Agent", act=Act.CHANGED).exists()
    assert CANARY not in entries()


def test_new_secrets_are_told_by_the_field_alone(desk: Desk) -> None:
    url = reverse("admin:helpdesk_inbox_change", args=[desk.own.pk])
    client = desk.browser("admin")
    data = {
        "name": "Own",
        "address": desk.own.address,
        "language": "en",
        "enabled": "on",
        "teams": [desk.team.pk],
        "settings": "{}",
        "new_secrets": json.dumps({"auth_token": f"{CANARY}-new"}),
        "address_forms-TOTAL_FORMS": 0,
        "address_forms-INITIAL_FORMS": 0,
    }
    assert client.post(url, data).status_code == 302
    assert Inbox.objects.get(pk=desk.own.pk).secrets["auth_token"] == f"{CANARY}-new"
    assert AuditEntry.objects.get(act=Act.CHANGED).changes["new_secrets"] is None
    assert CANARY not in entries()


def test_reconnecting_by_the_list_is_written_down(desk: Desk) -> None:
    Inbox.objects.filter(pk=desk.own.pk).update(health="broken")
    data = {"action": "reconnect", "_selected_action": [desk.own.pk]}
    desk.browser("admin").post(reverse("admin:helpdesk_inbox_changelist"), data)
    assert AuditEntry.objects.get(act=Act.CHANGED).changes == {"health": None}


def test_quarantine_by_the_list_is_written_down(desk: Desk) -> None:
    data = {"action": "discard", "_selected_action": [desk.own_event.pk]}
    desk.browser("supervisor").post(reverse("admin:helpdesk_inboundevent_changelist"), data)
    assert AuditEntry.objects.get(act=Act.DISCARDED).actor_id == desk.supervisor.pk
