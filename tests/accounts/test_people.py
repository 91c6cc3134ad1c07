"""People: invitations, the first administrator, roles, and accounts that are switched off."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.models import Agent, Invitation, Notice, Presence, Role, TeamMembership
from helpdesk.services import joining, people, tokens
from helpdesk.web import pulse
from tests import factories
from tests.accounts.conftest import Staff, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "seven wet stones in a row"
WHO = {"first_name": "Nia", "last_name": "Roe", "password": PASSWORD}


def invite(staff: Staff, email: str = "nia@desk.example", role: str = "supervisor") -> str:
    """The path of the link."""
    _made, link = joining.invite(email, role, [staff.team.pk], by=staff.admin)
    return "/" + link.split("/", 3)[3]


def test_an_invitation_makes_an_account_once(staff: Staff) -> None:
    path = invite(staff)
    client = Client()
    assert "nia@desk.example" in client.get(path).text
    assert client.post(path, WHO)["Location"] == "/"
    made = Agent.objects.get(email="nia@desk.example")
    assert (made.role, made.first_name) == (Role.SUPERVISOR, "Nia")
    assert made.check_password(PASSWORD)
    assert list(made.teams.all()) == [staff.team]
    assert client.get("/you/").status_code == 200
    assert Client().get(path).status_code == 404
    assert Client().post(path, WHO).status_code == 404
    assert Agent.objects.count() == 3


def test_a_link_is_long_and_kept_as_a_hash(staff: Staff) -> None:
    """SEC-25."""
    token = invite(staff).split("/")[2]
    assert len(token) >= 43
    row = Invitation.objects.values().get()
    assert token not in str(row)
    kept = Notice.objects.values_list("words", flat=True).get()
    assert token.encode() not in bytes(kept)
    assert (row["until"] - row["made_at"]) <= timedelta(hours=72)


@pytest.mark.parametrize("why", ["old", "withdrawn", "replaced", "made up"])
def test_a_link_that_is_not_open(staff: Staff, why: str) -> None:
    path = invite(staff)
    if why == "old":
        Invitation.objects.update(until=datetime.now(UTC))
    elif why == "withdrawn":
        joining.withdraw(Invitation.objects.get().pk, by=staff.admin)
    elif why == "replaced":
        assert Client().get(invite(staff, "NIA@desk.example")).status_code == 200
    else:
        path = "/join/" + "x" * 43 + "/"
    assert Client().get(path).status_code == 404
    assert Client().post(path, WHO).status_code == 404
    assert Agent.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"password": "short"}, {"password": "password1234"}, {"first_name": " "}]
)
def test_a_form_that_is_not_right_can_be_sent_again(staff: Staff, wrong: dict[str, str]) -> None:
    path = invite(staff)
    answer = Client().post(path, {**WHO, **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert PASSWORD not in answer.text
    assert Client().post(path, WHO).status_code == 302


def test_whoever_is_here_is_not_invited(staff: Staff) -> None:
    for email in ("MO@desk.example", "nobody", "a b@c.d", ""):
        with pytest.raises(joining.RefusedError):
            joining.invite(email, Role.AGENT, [], by=staff.admin)
    with pytest.raises(joining.RefusedError):
        joining.invite("x@desk.example", "owner", [], by=staff.admin)


def test_the_first_administrator_and_never_another(settings: Any) -> None:
    """SEC-27."""
    settings.DEMO = False
    assert Client().get("/login/")["Location"] == "/set-up/"
    client, known = Client(), {**WHO, "code": joining.set_up_code()}
    assert client.get("/set-up/").status_code == 200
    assert client.post("/set-up/", {**known, "email": "no address"}).status_code == 400
    assert client.post("/set-up/", {**known, "email": "first@desk.example"}).status_code == 302
    assert Agent.objects.get().role == Role.ADMIN
    assert "/account/second-factor/" in client.get("/inbox/")["Location"], "an app comes first"
    Agent.objects.update(is_active=False)
    for one in (Client(), client):
        assert one.get("/set-up/").status_code == 404
        assert one.post("/set-up/", {**known, "email": "second@desk.example"}).status_code == 404
    with pytest.raises(joining.RefusedError):
        joining.first_administrator("second@desk.example", **known)
    assert Agent.objects.count() == 1


def test_a_passer_by_is_not_made_administrator(settings: Any, capsys: Any) -> None:
    """SEC-27: the code is known to who reads the server's log."""
    settings.DEMO = False
    code = joining.set_up_code()
    form = {**WHO, "email": "first@desk.example"}
    for wrong in ("", "0000-0000-0000-0000", code[:-1], "ż" * 300):
        refused = Client().post("/set-up/", {**form, "code": wrong})
        assert refused.status_code == 400
        assert code not in refused.text
    assert not Agent.objects.exists()
    call_command("setup_code")
    assert code in capsys.readouterr().out
    plain = code.lower().replace("-", " ")
    assert Client().post("/set-up/", {**form, "code": plain}).status_code == 302
    with pytest.raises(CommandError):
        call_command("setup_code")
    settings.SECRET_KEY += "another installation"
    assert joining.set_up_code() != code


def test_the_web_servers_log_tells_the_code(settings: Any, caplog: Any) -> None:
    settings.DEMO = False
    pulse._tell_the_code()
    assert joining.set_up_code() in caplog.text
    caplog.clear()
    factories.agent(role=Role.ADMIN)
    pulse._tell_the_code()
    assert caplog.text == ""


def test_no_set_up_in_the_demo(db: None) -> None:
    assert Client().get("/set-up/").status_code == 404


PAGES = ("/settings/people/", "/settings/people/{pk}/")
ACTS = ("rules/", "{pk}/off/", "{pk}/on/", "{pk}/factor/", "invitations/{pk}/withdraw/")


@pytest.mark.parametrize("role", [Role.AGENT, Role.SENIOR, Role.SUPERVISOR])
def test_people_are_an_administrators_business(staff: Staff, role: str) -> None:
    client = signed_in(factories.agent(role=role, teams=[staff.team]))
    for page in PAGES:
        path = page.format(pk=staff.agent.pk)
        assert Client().get(path).status_code == 302
        assert client.get(path).status_code == 403
        assert client.post(path, {"role": "admin"}).status_code == 403
    for act in ACTS:
        path = "/settings/people/" + act.format(pk=staff.agent.pk)
        assert client.post(path).status_code == 403
        assert client.get(path).status_code == 405
    staff.agent.refresh_from_db()
    assert (staff.agent.role, staff.agent.is_active) == (Role.AGENT, True)


def test_the_page_invites_and_shows_the_link_once(staff: Staff) -> None:
    client = signed_in(staff.admin)
    form = {"email": "nia@desk.example", "role": "senior", "teams": [staff.team.pk]}
    shown = client.post("/settings/people/", form).text
    link = shown.split("/join/")[1].split("/")[0]
    assert Client().get(f"/join/{link}/").status_code == 200
    again = client.get("/settings/people/").text
    assert link not in again
    assert "nia@desk.example" in again
    refused = client.post("/settings/people/", {**form, "email": "mo@desk.example"})
    assert refused.status_code == 400
    pk = Invitation.objects.get().pk
    client.post(f"/settings/people/invitations/{pk}/withdraw/")
    assert Client().get(f"/join/{link}/").status_code == 404


def test_a_role_and_teams(staff: Staff) -> None:
    client, theirs = signed_in(staff.admin), signed_in(staff.agent)
    path = f"/settings/people/{staff.agent.pk}/"
    other = factories.team(name="Returns")
    client.post(path, {"role": "agent", "teams": [other.pk]})
    assert theirs.get("/you/").status_code == 200, "teams throw nobody out"
    active = TeamMembership.objects.filter(agent=staff.agent, active=True)
    assert [one.team for one in active] == [other]
    client.post(path, {"role": "senior", "teams": [staff.team.pk, other.pk, 999_999]})
    assert theirs.get("/you/").status_code == 302, "another role signs in anew (SEC-24)"
    assert active.all().count() == 2
    assert client.post(path, {"role": "owner"}).status_code == 400


def test_switching_off_and_on(staff: Staff) -> None:
    Agent.objects.filter(pk=staff.agent.pk).update(presence=Presence.ONLINE)
    client, theirs = signed_in(staff.admin), signed_in(staff.agent)
    client.post(f"/settings/people/{staff.agent.pk}/off/")
    assert theirs.get("/you/").status_code == 302
    staff.agent.refresh_from_db()
    assert (staff.agent.is_active, staff.agent.presence) == (False, Presence.OFFLINE)
    assert staff.agent.signed_out_at is not None
    assert "Switched off" in client.get("/settings/people/").text
    client.post(f"/settings/people/{staff.agent.pk}/on/")
    staff.agent.refresh_from_db()
    assert staff.agent.is_active
    assert theirs.get("/you/").status_code == 302, "what was ended stays ended"


def test_the_last_administrator_stays(staff: Staff) -> None:
    with pytest.raises(people.RefusedError):
        people.change(staff.admin.pk, role="agent", teams=[], by=staff.admin)
    with pytest.raises(people.RefusedError):
        people.switch_off(staff.admin.pk, by=staff.agent)
    second = factories.agent(role=Role.ADMIN)
    with pytest.raises(people.RefusedError):
        people.switch_off(second.pk, by=second)
    people.switch_off(second.pk, by=staff.admin)


def test_the_list_costs_what_a_short_one_costs(staff: Staff) -> None:
    client = signed_in(staff.admin)
    client.get("/settings/people/")
    with CaptureQueriesContext(connection) as few:
        client.get("/settings/people/")
    for _number in range(8):
        factories.agent(teams=[staff.team])
    with CaptureQueriesContext(connection) as many:
        client.get("/settings/people/")
    assert len(many) == len(few)


@pytest.mark.parametrize("way", ["switched off", "another role", "in the back office", "at once"])
def test_who_may_invite_no_more_has_invited_nobody(staff: Staff, way: str) -> None:
    """SEC-24: a link that one has sent to oneself is no way back in."""
    second = factories.agent(role=Role.ADMIN)
    _made, link = joining.invite("back@door.example", Role.ADMIN, [], by=second)
    path = "/" + link.split("/", 3)[3]
    if way == "switched off":
        people.switch_off(second.pk, by=staff.admin)
    elif way == "another role":
        people.change(second.pk, role=Role.SUPERVISOR, by=staff.admin)
    elif way == "in the back office":
        switch_off_in_the_back_office(staff, second)
    else:  # invited in the very moment in which it happened
        Agent.objects.filter(pk=second.pk).update(is_active=False)
    assert Client().get(path).status_code == 404
    assert Client().post(path, WHO).status_code == 404
    who = {"first_name": "B", "last_name": ""}
    assert joining.accept_verified("back@door.example", **who) is None
    assert not Agent.objects.filter(email="back@door.example").exists()
    still = Invitation.objects.filter(withdrawn_at=None, used_at=None)
    assert still.exists() == (way == "at once")


def switch_off_in_the_back_office(staff: Staff, agent: Agent) -> None:
    page = reverse("admin:helpdesk_agent_change", args=[agent.pk])
    client = signed_in(staff.admin)
    context = client.get(page).context
    form = context["adminform"].form
    sent = {name: form.initial[name] for name in form.fields if form.initial.get(name)}
    prefixes = [one.formset.prefix for one in context["inline_admin_formsets"]]
    sent |= {f"{one}-{name}_FORMS": 0 for one in prefixes for name in ("TOTAL", "INITIAL")}
    assert client.post(page, {**sent, "is_active": ""}).status_code == 302


def test_the_back_office_switches_off_as_the_page_does(staff: Staff) -> None:
    Agent.objects.filter(pk=staff.agent.pk).update(presence=Presence.ONLINE)
    switch_off_in_the_back_office(staff, staff.agent)
    staff.agent.refresh_from_db()
    assert (staff.agent.is_active, staff.agent.presence) == (False, Presence.OFFLINE)
    assert staff.agent.signed_out_at is not None


def test_tokens_that_who_leaves_may_know_are_told(staff: Staff) -> None:
    """A token dies with whom it acts as; who made it for somebody else has read it, too."""
    second = factories.agent(role=Role.ADMIN)
    scopes = ["conversations:read"]
    for name, whose in (("own", second), ("robot", staff.agent), ("revoked", staff.agent)):
        made, _text = tokens.create(by=second, agent=whose, name=name, scopes=scopes, days=9)
    tokens.revoke(made, by=staff.admin)
    client = signed_in(staff.admin)
    shown = client.post(f"/settings/people/{second.pk}/off/", follow=True).text
    assert "They made 1 API token that acts as somebody else" in shown
    again = client.post(f"/settings/people/{staff.agent.pk}/off/", follow=True).text
    assert "They made" not in again


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_leave_at_once_do_not_both_get_away() -> None:
    """Whoever comes second waits, and is told; nobody hears of a deadlock."""
    pair = [factories.agent(role=Role.ADMIN) for _ in range(2)]
    begin, told = threading.Barrier(2), []

    def leave(one: Agent, other: Agent) -> None:
        try:
            begin.wait()
            people.change(one.pk, role=Role.AGENT, by=other)
            told.append("gone")
        except people.RefusedError:
            told.append("refused")
        finally:
            connection.close()

    for _ in range(5):
        Agent.objects.update(role=Role.ADMIN)
        told.clear()
        pairs = ((pair[0], pair[1]), (pair[1], pair[0]))
        threads = [threading.Thread(target=leave, args=both) for both in pairs]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sorted(told) == ["gone", "refused"]
        assert Agent.objects.filter(role=Role.ADMIN).count() == 1
