"""Signing in by a provider: by issuer and subject, tied by a verified address, never made up."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from config import env
from helpdesk.models import Agent, Role
from helpdesk.services import joining
from helpdesk.web import step_up
from tests.accounts.conftest import Staff

pytestmark = pytest.mark.django_db


class Provider:
    """Speaks what OpenID Connect asks of a provider; `claims` is who signs in next."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.forms: list[dict[str, list[str]]] = []
        provider = self

        class Speaker(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(provider.claims if self.path == "/userinfo" else provider.found())

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.forms.append(parse_qs(text))
                self._say(provider.token())

            def _say(self, body: dict[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.issuer = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def found(self) -> dict[str, Any]:
        names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        ends = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in names.items()}
        how = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **ends, **how}

    def token(self) -> dict[str, Any]:
        told = {"iss": self.issuer, "aud": "parley", "exp": time.time() + 60, **self.claims}
        key = "a key that only the provider knows, and nobody asks for"
        return {"access_token": "t", "token_type": "Bearer", "id_token": jwt.encode(told, key)}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    made = Provider()
    for name, value in (("SERVER", made.issuer), ("CLIENT_ID", "parley"), ("CLIENT_SECRET", "s")):
        monkeypatch.setattr(env, f"OIDC_{name}", value)
    monkeypatch.setattr(env, "OIDC_NAME", "House")
    settings.SOCIALACCOUNT_PROVIDERS = env.single_sign_on()
    settings.OUTBOUND_ALLOWED_HOSTS = [made.host]
    yield made
    made.close()


def place() -> str:
    (app,) = env.single_sign_on()["openid_connect"]["APPS"]
    return f"/account/elsewhere/{app['provider_id']}/login/"


def come_in(provider: Provider, client: Client | None = None, **claims: Any) -> tuple[Client, int]:
    """Press the button, agree at the provider, come back."""
    client = client or Client()
    provider.claims = claims
    asked = client.post(place())
    assert asked["Location"].startswith(provider.issuer + "/authorize?")
    state = parse_qs(urlsplit(asked["Location"]).query)
    answer = client.get(place() + "callback/", {"code": "c", "state": state["state"][0]})
    assert state["code_challenge_method"] == ["S256"]
    return client, answer.status_code


def mo(**more: Any) -> dict[str, Any]:
    return {"sub": "7", "email": "MO@desk.example", "email_verified": True, **more}


def who(client: Client) -> str:
    page = client.get("/you/")
    return page.context["me"]["name"] if page.status_code == 200 else ""


def test_the_page_offers_it(provider: Provider, staff: Staff) -> None:
    assert "Sign in with House" in Client().get("/login/").text


def test_a_verified_address_ties_an_agent_once(provider: Provider, staff: Staff) -> None:
    client, status = come_in(provider, **mo())
    assert (status, who(client)) == (302, "Mo")
    assert provider.forms[0]["code_verifier"], "PKCE"
    tied = SocialAccount.objects.get()
    assert (tied.user, tied.uid) == (staff.agent, "7")
    again, status = come_in(provider, sub="7", email="other@desk.example", email_verified=False)
    assert (status, who(again)) == (302, "Mo"), "from now on the subject counts, not the address"
    stranger, status = come_in(provider, **mo(sub="8"))
    assert (status, who(stranger)) == (403, ""), "another subject with the same address"


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_ties_nothing(
    provider: Provider, staff: Staff, verified: object
) -> None:
    client, status = come_in(provider, **mo(email_verified=verified))
    assert (status, who(client)) == (403, "")
    assert not SocialAccount.objects.exists()


def test_nobody_is_made_up(provider: Provider, staff: Staff) -> None:
    before = Agent.objects.count()
    _client, status = come_in(provider, sub="9", email="nia@desk.example", email_verified=True)
    assert (status, Agent.objects.count()) == (403, before)


def test_who_is_invited_gets_the_account(provider: Provider, staff: Staff) -> None:
    joining.invite("nia@desk.example", Role.SENIOR, [staff.team.pk], by=staff.admin)
    claims: dict[str, Any] = {
        "email": "nia@desk.example",
        "email_verified": True,
        "given_name": "Nia",
    }
    client, status = come_in(provider, sub="9", **claims)
    assert (status, who(client)) == (302, "Nia")
    made = Agent.objects.get(email="nia@desk.example")
    assert (made.role, made.has_usable_password()) == (Role.SENIOR, False)
    session = client.session
    session[step_up.PROVED] = 0.0
    session.save()
    made.role = Role.ADMIN
    made.save()
    asked = client.get(f"/settings/people/{made.pk}/")["Location"]
    assert asked.startswith(place() + "?next="), "who has no password proves it to the provider"


@pytest.mark.parametrize(
    "page",
    [
        *("password/set/", "second-factor/totp/activate/", "second-factor/webauthn/add/"),
        "second-factor/recovery-codes/generate/",
    ],
)
def test_a_stolen_session_gives_itself_no_other_way_in(
    provider: Provider, staff: Staff, page: str
) -> None:
    """Who has no password here proves it to the provider before getting one, or a key."""
    staff.agent.set_unusable_password()
    staff.agent.save()
    client, _status = come_in(provider, **mo())
    assert client.get(f"/account/{page}").status_code != 403
    session = client.session
    session[step_up.PROVED] = 0.0
    session.save()
    new = {"password1": "seven wet stones in a row", "password2": "seven wet stones in a row"}
    for answer in (client.get(f"/account/{page}"), client.post(f"/account/{page}", new)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(place() + "?next=")
    staff.agent.refresh_from_db()
    assert not staff.agent.has_usable_password()


def test_who_is_switched_off_stays_out(provider: Provider, staff: Staff) -> None:
    come_in(provider, **mo())
    Agent.objects.filter(pk=staff.agent.pk).update(is_active=False)
    client, _status = come_in(provider, **mo())
    assert who(client) == ""


def test_a_wrong_audience_or_state_is_refused(provider: Provider, staff: Staff) -> None:
    client, _status = come_in(provider, **mo(aud="another"))
    assert who(client) == ""
    bare = Client()
    bare.get(place() + "callback/", {"code": "c", "state": "made up"})
    assert who(bare) == ""


def test_another_issuer_is_another_provider(
    provider: Provider, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place()
    monkeypatch.setattr(env, "OIDC_SERVER", "https://elsewhere.example")
    assert place() != here
