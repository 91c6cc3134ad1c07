"""How long a sign-in lasts, what ends it, who must add a second factor, and acts that ask again."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from helpdesk import web_push
from helpdesk.models import Agent, Inbox, PushSubscription, Role, SignIn
from helpdesk.services import second_factor, sign_ins
from helpdesk.web import step_up
from tests import factories
from tests.accounts.conftest import Staff, signed_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_in(client: Client) -> bool:
    return client.get("/you/").status_code == 200


def in_a_browser(agent: Agent) -> Client:
    client = Client(REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT=FIREFOX)
    client.post("/login/", {"username": agent.email, "password": factories.PASSWORD})
    return client


def test_browsers_are_listed_and_signed_out_one_by_one(staff: Staff) -> None:
    here, there = signed_in(staff.agent), in_a_browser(staff.agent)
    shown = here.get("/account/").text
    assert "Firefox, Linux" in shown
    assert "203.0.113.7" in shown
    (row,) = SignIn.objects.filter(device__contains="Firefox")
    stranger = signed_in(staff.admin)
    assert stranger.post(f"/account/{row.pk}/end/").status_code == 404
    assert is_in(there)
    assert here.post(f"/account/{row.pk}/end/").status_code == 302
    assert not is_in(there)
    assert is_in(here)


def test_everywhere_else(staff: Staff) -> None:
    here, there = signed_in(staff.agent), in_a_browser(staff.agent)
    here.post("/account/others/end/")
    assert (is_in(here), is_in(there)) == (True, False)


def test_a_sign_in_lasts_twelve_hours_without_use_and_seven_days_in_all(staff: Staff) -> None:
    began = datetime.now(UTC)
    with time_machine.travel(began, tick=False) as clock:
        used = signed_in(staff.agent)
        for hours in range(11, 7 * 24, 11):
            clock.move_to(began + timedelta(hours=hours))
            assert is_in(used), hours
        clock.move_to(began + timedelta(days=7, minutes=1))
        assert not is_in(used)
        fresh = signed_in(staff.agent)
        clock.move_to(began + timedelta(days=7, hours=12, minutes=3))
        assert not is_in(fresh)


def test_a_request_costs_nothing_for_it(staff: Staff, django_assert_num_queries: Any) -> None:
    client = signed_in(staff.agent)
    with django_assert_num_queries(2):  # the session, the agent
        client.get("/api/v1/preferences/")


def test_old_sign_ins_are_forgotten(staff: Staff) -> None:
    signed_in(staff.agent)
    assert sign_ins.forget_old() == 0
    SignIn.objects.update(seen_at=datetime.now(UTC) - timedelta(hours=13))
    Session.objects.update(expire_date=datetime.now(UTC) - timedelta(hours=1))
    assert sign_ins.forget_old() == 2


def test_a_new_password_ends_the_others(staff: Staff) -> None:
    here, there = in_a_browser(staff.agent), in_a_browser(staff.agent)
    new = "seven wet stones in a row"
    form = {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}
    assert here.post("/account/password/", form)["Location"] == "/account/"
    assert (is_in(here), is_in(there)) == (True, False)
    shown = here.get("/account/").text
    assert "this browser" in shown, "its session goes on under another key"
    staff.agent.refresh_from_db()
    assert staff.agent.signed_out_at is not None


def test_the_back_office_ends_sign_ins_too(staff: Staff) -> None:
    admin, theirs = signed_in(staff.admin), in_a_browser(staff.agent)
    path = reverse("admin:auth_user_password_change", args=[staff.agent.pk])
    new = {"password1": "seven wet stones", "password2": "seven wet stones"}
    assert admin.post(path, new).status_code == 302
    assert not is_in(theirs)


def add_app(agent: Agent) -> None:
    totp.TOTP.activate(agent, totp.generate_totp_secret())


def test_a_role_may_have_to_add_a_second_factor(staff: Staff) -> None:
    admin, theirs = signed_in(staff.admin), in_a_browser(staff.agent)
    admin.post("/settings/people/rules/", {"roles": ["agent", "owner"]})
    assert second_factor.asked() == {Role.AGENT}
    assert not is_in(theirs), "it holds at once"
    theirs = in_a_browser(staff.agent)
    for path in ("/inbox/", "/you/", "/settings/", "/admin/", "/"):
        assert theirs.get(path)["Location"] == "/account/second-factor/", path
    refused = theirs.get("/api/v1/conversations/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor")
    assert "adds" in admin.get("/settings/people/").text
    page = theirs.get("/account/second-factor/totp/activate/")
    assert page.status_code == 200, "the password was given a moment ago"
    secret = page.context["form"].secret
    now = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    assert theirs.post("/account/second-factor/totp/activate/", {"code": now}).status_code == 302
    assert is_in(theirs)
    theirs.post("/account/second-factor/totp/deactivate/")
    assert second_factor.is_there(staff.agent), "the last one stays"


def test_who_has_one_stays_when_the_rule_comes(staff: Staff) -> None:
    add_app(staff.agent)
    theirs = signed_in(staff.agent)
    second_factor.ask({Role.AGENT}, by=staff.admin)
    assert is_in(theirs)


def test_administrators_always_do_outside_of_the_demo(staff: Staff, settings: Any) -> None:
    assert is_in(signed_in(staff.admin))
    settings.DEMO = False
    assert not is_in(signed_in(staff.admin))
    assert is_in(signed_in(staff.agent))


def test_a_reset_takes_all_and_signs_out(staff: Staff) -> None:
    add_app(staff.agent)
    admin, theirs = signed_in(staff.admin), signed_in(staff.agent)
    admin.post(f"/settings/people/{staff.agent.pk}/factor/")
    assert not Authenticator.objects.filter(user=staff.agent).exists()
    assert not is_in(theirs)


def later(client: Client) -> None:
    session = client.session
    session[step_up.PROVED] = time.time() - step_up.SECONDS - 1
    session.save()


def sensitive(staff: Staff) -> list[str]:
    mail: dict[str, Any] = {"channel": "email", "address": "help@desk.example"}
    inbox = Inbox.objects.filter(**mail).first() or factories.inbox(**mail)
    return [
        f"/settings/people/{staff.agent.pk}/",
        reverse("admin:helpdesk_agent_change", args=[staff.agent.pk]),
        reverse("admin:auth_user_password_change", args=[staff.agent.pk]),
        reverse("admin:helpdesk_team_change", args=[staff.team.pk]),
        reverse("admin:helpdesk_inbox_change", args=[inbox.pk]),
        "/settings/phone/new/",
        "/settings/social/new/",
        "/settings/mail/new/",
        "/account/second-factor/totp/activate/",
    ]


def test_sensitive_pages_ask_again_after_ten_minutes(staff: Staff) -> None:
    admin = signed_in(staff.admin)
    for path in sensitive(staff):
        assert admin.get(path).status_code == 200, path
    later(admin)
    for path in sensitive(staff):
        for answer in (admin.get(path), admin.post(path, {"role": "admin"})):
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/account/prove/?next="), path
    staff.agent.refresh_from_db()
    assert staff.agent.role == Role.AGENT
    assert admin.get("/inbox/", follow=True).status_code == 200


def test_proving_it_opens_them_again(staff: Staff) -> None:
    admin = signed_in(staff.admin)
    later(admin)
    path = f"/settings/people/{staff.agent.pk}/"
    asked = admin.get(path)["Location"]
    assert admin.post(asked, {"password": "not this one"}).status_code == 200
    assert admin.get(path).status_code == 302
    assert admin.post(asked, {"password": factories.PASSWORD})["Location"] == path
    assert admin.get(path).status_code == 200


def test_an_act_leads_back_to_its_page(staff: Staff) -> None:
    admin = signed_in(staff.admin)
    later(admin)
    path = f"/settings/people/{staff.agent.pk}/"
    answer = admin.post(path + "off/", headers={"referer": "http://testserver" + path})
    assert answer["Location"].endswith("?next=%2Fsettings%2Fpeople%2F" + f"{staff.agent.pk}%2F")
    elsewhere = admin.post(path + "off/", headers={"referer": "https://evil.example/x"})
    assert elsewhere["Location"].endswith("?next=%2Fsettings%2F")
    staff.agent.refresh_from_db()
    assert staff.agent.is_active


def called_in(client: Client, name: str) -> None:
    """Its browser is pushed to from now on."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    keys = {"p256dh": web_push.write64(point), "auth": web_push.write64(b"sixteen  secrets")}
    body = {"endpoint": f"https://push.example/{name}", "device": name, **keys}
    answer = client.post("/api/v1/alerts/browsers/", body, "application/json")
    assert answer.status_code == 204


def still_called() -> set[str]:
    return set(PushSubscription.objects.values_list("device", flat=True))


def test_nobody_is_called_where_they_are_signed_out(staff: Staff) -> None:
    """SEC-24: a call shows a customer's name and words, to whoever has the machine by then."""
    desk, lost, phone = (in_a_browser(staff.agent) for _ in range(3))
    for client, name in ((desk, "desk"), (lost, "lost"), (phone, "phone")):
        assert not client.get("/inbox/").context["boot"]["called"]
        called_in(client, name)
        assert client.get("/inbox/").context["boot"]["called"]
    row = SignIn.objects.get(session=lost.session.session_key)
    desk.post(f"/account/{row.pk}/end/")
    assert still_called() == {"desk", "phone"}
    phone.post("/account/others/end/")
    assert still_called() == {"phone"}
    phone.post("/logout/")
    assert still_called() == set()
    again = in_a_browser(staff.agent)
    called_in(again, "again")
    sign_ins.end_all(staff.agent)
    assert still_called() == set()
