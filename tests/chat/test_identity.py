"""Signed identity (AUT-8, AUT-9), the visitor's token (AUT-7), and what nobody may see."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import orjson
import pytest
import redis
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client
from time_machine import travel

from chat import identity, sessions, tokens
from chat.identity import IdentityError
from chat.models import VisitorSession
from helpdesk import inbound, outbound_http, quick_redis
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    Customer,
    CustomerIdentity,
    Inbox,
)
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "a secret of the site, 32 bytes at least"
JWKS = "https://shop.example/keys.json"


@pytest.fixture
def inbox() -> Inbox:
    return factories.inbox(secrets={"identity_secret": SECRET})


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_keys", {})


def signed(inbox: Inbox, subject: str = "42", *, key: Any = SECRET, **facts: Any) -> str:
    """A token as the site's server makes it; a fact that is None is left out."""
    algorithm, headers = facts.pop("algorithm", "HS256"), facts.pop("headers", None)
    claims = {
        "sub": subject,
        "aud": inbox.key,
        "exp": int(time.time()) + 600,
        "jti": secrets.token_hex(8),
        **facts,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers=headers)


def refusal(inbox: Inbox, token: str) -> str:
    with pytest.raises(IdentityError) as refused:
        identity.verify(inbox, token)
    return refused.value.code


def say(visitor: sessions.Visitor, body: str = "Hello") -> Conversation:
    return sessions.send(visitor, cid=uuid.uuid4(), body=body).conversation


def known(inbox: Inbox, visitor: sessions.Visitor, subject: str = "42", **facts: Any) -> Any:
    return identity.identify(visitor, identity.verify(inbox, signed(inbox, subject, **facts)))


def bodies(visitor: sessions.Visitor, after: int = 0) -> list[str]:
    return [one["body"] for one in sessions.welcome(visitor, after)["messages"]]


# --- The token of the site ------------------------------------------------------------------


def test_what_the_site_vouches_for(inbox: Inbox) -> None:
    token = signed(inbox, name="Ada", email="ada@shop.example", email_verified=True, jti="one")
    claims = identity.verify(inbox, token)
    assert claims == identity.Claims("42", "one", "Ada", "ada@shop.example", email_verified=True)


def test_every_wrong_token_has_its_code(inbox: Inbox) -> None:
    other, now = factories.inbox(), int(time.time())
    assert refusal(inbox, signed(inbox, exp=now - 60)) == "expired"
    assert refusal(inbox, signed(inbox, aud=other.key)) == "foreign"
    assert refusal(inbox, signed(inbox, aud=None)) == "unsupported"
    assert refusal(inbox, signed(inbox, key="x" * 40)) == "bad_signature"
    assert refusal(inbox, signed(inbox)[:-4] + "AAAA") == "bad_signature"
    assert refusal(inbox, "no token") == "bad_signature"
    assert refusal(inbox, "") == "bad_signature"
    assert refusal(inbox, "x" * 5000) == "unsupported"
    assert refusal(inbox, signed(inbox, exp=now + 7200)) == "unsupported", "an hour at most"
    for claim in ("exp", "sub", "jti"):
        without: dict[str, Any] = {claim: None}
        assert refusal(inbox, signed(inbox, **without)) == "unsupported"
    assert refusal(inbox, signed(inbox, sub="x" * 201)) == "unsupported"
    assert refusal(inbox, signed(inbox, sub="a\x00b")) == "unsupported"
    assert refusal(inbox, signed(inbox, nbf=now + 600)) == "unsupported"


def test_the_algorithm_is_pinned(inbox: Inbox) -> None:
    assert refusal(inbox, signed(inbox, key="", algorithm="none")) == "unsupported"
    assert refusal(inbox, signed(inbox, key=SECRET * 2, algorithm="HS512")) == "unsupported"
    inbox.settings = {"identity_alg": "HS512"}
    assert refusal(inbox, signed(inbox, key=SECRET * 2, algorithm="HS512")) == "unsupported"
    inbox.settings = {"identity_alg": "RS256", "identity_jwks": JWKS}
    assert refusal(inbox, signed(inbox)) == "unsupported", "a public key is no shared secret"


@pytest.mark.parametrize("secret", ["", "short"])
def test_without_a_good_secret_nothing_is_believed(secret: str) -> None:
    inbox = factories.inbox(secrets={"identity_secret": secret})
    assert refusal(inbox, signed(inbox)) == "unsupported"


class Site:
    """Publishes keys, counts the calls, and is sometimes away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys: list[dict[str, Any]] = []
        self.calls, self.away = 0, False
        monkeypatch.setattr(outbound_http, "get", self.get)

    def get(self, url: str, **_options: Any) -> outbound_http.Answer:
        assert url == JWKS
        self.calls += 1
        if self.away:
            raise outbound_http.NotSentError("away")
        return outbound_http.Answer(200, {}, orjson.dumps({"keys": self.keys}))

    def publish(self, public: Any, kid: str) -> None:
        kind = jwt.algorithms.RSAAlgorithm if "RSA" in str(type(public)) else None
        shape: Any = (kind or jwt.algorithms.ECAlgorithm).to_jwk(public, as_dict=True)
        self.keys.append({**shape, "kid": kid, "use": "sig"})


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(monkeypatch)


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_public_keys_of_the_site(site: Site, rsa_key: rsa.RSAPrivateKey) -> None:
    inbox = factories.inbox(settings={"identity_alg": "RS256", "identity_jwks": JWKS})
    site.publish(rsa_key.public_key(), "a")
    facts: dict[str, Any] = {"key": rsa_key, "algorithm": "RS256", "headers": {"kid": "a"}}
    for _ in range(3):
        assert identity.verify(inbox, signed(inbox, **facts)).subject == "42"
    assert site.calls == 1
    other = rsa.generate_private_key(65537, 2048)
    assert refusal(inbox, signed(inbox, **{**facts, "key": other})) == "bad_signature"


def test_an_elliptic_key(site: Site) -> None:
    inbox = factories.inbox(settings={"identity_alg": "ES256", "identity_jwks": JWKS})
    key = ec.generate_private_key(ec.SECP256R1())
    site.publish(key.public_key(), "e")
    token = signed(inbox, key=key, algorithm="ES256")
    assert identity.verify(inbox, token).subject == "42", "the only key needs no name"


def test_new_keys_are_looked_for_once_a_minute(
    site: Site, rsa_key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = factories.inbox(settings={"identity_alg": "RS256", "identity_jwks": JWKS})
    site.publish(rsa_key.public_key(), "a")
    facts: dict[str, Any] = {"key": rsa_key, "algorithm": "RS256"}
    identity.verify(inbox, signed(inbox, headers={"kid": "a"}, **facts))
    for number in range(5):
        headers = {"kid": f"made up {number}"}
        assert refusal(inbox, signed(inbox, headers=headers, **facts)) == "bad_signature"
    assert site.calls == 1
    site.publish(rsa_key.public_key(), "b")
    monkeypatch.setattr(identity, "KEYS_AGAIN", -1.0)
    assert identity.verify(inbox, signed(inbox, headers={"kid": "b"}, **facts)).subject
    assert site.calls == 2


def test_a_site_that_is_away_keeps_its_keys(
    site: Site, rsa_key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = factories.inbox(settings={"identity_alg": "RS256", "identity_jwks": JWKS})
    facts: dict[str, Any] = {"key": rsa_key, "algorithm": "RS256", "headers": {"kid": "a"}}
    site.away = True
    with pytest.raises(IdentityError) as refused:
        identity.verify(inbox, signed(inbox, **facts))
    assert (refused.value.code, refused.value.retryable) == ("unavailable", True)
    site.away = False
    site.publish(rsa_key.public_key(), "a")
    identity.verify(inbox, signed(inbox, **facts))
    site.away = True
    monkeypatch.setattr(identity, "KEYS_FRESH", -1.0)
    assert identity.verify(inbox, signed(inbox, **facts)).subject


def test_keys_come_over_https_only(site: Site) -> None:
    for url in ("http://shop.example/keys.json", "file:///etc/passwd", ""):
        inbox = factories.inbox(settings={"identity_alg": "RS256", "identity_jwks": url})
        key = ec.generate_private_key(ec.SECP256R1())
        assert refusal(inbox, signed(inbox, key=key, algorithm="ES256")) == "unsupported"
        inbox.settings["identity_alg"] = "ES256"
        assert refusal(inbox, signed(inbox, key=key, algorithm="ES256")) == "unsupported"
    assert site.calls == 0


def test_a_token_serves_one_browser(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = identity.verify(inbox, signed(inbox))
    first = sessions.open_session(inbox, "")
    again = identity.identify(first, claims)
    identity.identify(again, claims)
    with pytest.raises(IdentityError, match="foreign"):
        identity.identify(sessions.open_session(inbox, ""), claims)

    def gone() -> redis.Redis:
        raise redis.ConnectionError

    monkeypatch.setattr(quick_redis, "client", gone)
    assert identity.identify(sessions.open_session(inbox, ""), claims).subject


# --- Merging --------------------------------------------------------------------------------


def test_a_stranger_becomes_the_customer_he_is(inbox: Inbox) -> None:
    visitor = sessions.open_session(inbox, "")
    conversation = say(visitor)
    after = known(inbox, visitor, name="Ada", email="ada@shop.example", email_verified=True)
    customer = Customer.objects.get()
    assert (customer.name, after.conversation_id) == ("Ada", conversation.pk)
    proofs = {one.kind: (one.verified, one.evidence) for one in customer.identities.all()}
    assert proofs["account"] == proofs["email"] == (True, "signed by the site")
    assert bodies(after) == ["Hello"]


def test_what_he_wrote_as_a_stranger_goes_into_the_known_customer(inbox: Inbox) -> None:
    first = known(inbox, sessions.open_session(inbox, ""))
    earlier = say(first, "Earlier")
    vip = earlier.customer
    other = sessions.open_session(inbox, "")
    stranger = say(other, "As a stranger")
    was = stranger.customer
    after = known(inbox, other)
    stranger.refresh_from_db()
    assert stranger.customer == vip
    assert after.conversation_id == stranger.pk, "he goes on with what he is talking about"
    event = ConversationEvent.objects.get(conversation=stranger, kind="customer_recognised")
    assert (event.payload["from"], event.payload["to"]) == (was.pk, vip.pk)
    was.refresh_from_db()
    assert not was.conversations.exists(), "his row stays, so that it can be undone"


def test_a_known_customer_finds_his_history_in_a_new_browser(inbox: Inbox) -> None:
    earlier = say(known(inbox, sessions.open_session(inbox, "")), "Earlier")
    after = known(inbox, sessions.open_session(inbox, ""))
    assert (after.conversation_id, bodies(after)) == (earlier.pk, ["Earlier"])
    assert say(after, "Again").pk == earlier.pk


def test_history_of_other_inboxes_is_not_shown(inbox: Inbox) -> None:
    visitor = known(
        inbox, sessions.open_session(inbox, ""), email="a@b.example", email_verified=True
    )
    mail = factories.inbox(channel="email")
    facts: dict[str, Any] = {"kind": "email", "verified": True, "body": "By mail"}
    private = factories.conversation(mail, "a@b.example", **facts)
    account = CustomerIdentity.objects.get(kind="account")
    assert private.customer == account.customer
    again = known(inbox, visitor)
    assert (again.conversation_id, bodies(again)) == (None, [])


def test_the_same_address_merges_nobody(inbox: Inbox) -> None:
    """AUT-9: an e-mail address, typed or signed, is no reason to merge."""
    mail = factories.inbox(channel="email")
    victim = factories.conversation(mail, "v@b.example", kind="email", verified=True).customer
    visitor = sessions.open_session(inbox, "")
    stranger = say(visitor)
    after = known(inbox, visitor, email="v@b.example", email_verified=True)
    owner = CustomerIdentity.objects.get(kind="email", address="v@b.example").customer
    assert owner == victim
    stranger.refresh_from_db()
    assert stranger.customer != victim
    assert after.customer_id == stranger.customer_id


def test_never_the_other_way(inbox: Inbox) -> None:
    """A session whose customer is known for certain is not poured into another one."""
    visitor = sessions.open_session(inbox, "")
    conversation = say(visitor)
    verified = conversation.customer
    CustomerIdentity.objects.create(
        customer=verified, kind="phone", address="+48600100200", verified=True
    )
    attacker = known(inbox, visitor, "attacker")
    conversation.refresh_from_db()
    assert conversation.customer == verified
    assert attacker.customer_id != verified.pk
    assert attacker.conversation_id is None
    assert not verified.identities.filter(kind="account").exists()


def test_another_customer_in_the_same_browser_starts_anew(inbox: Inbox) -> None:
    first = known(inbox, sessions.open_session(inbox, ""), "ada")
    secret = say(first, "Ada's secret")
    second = known(inbox, first, "bob")
    assert (second.conversation_id, bodies(second)) == (None, [])
    assert say(second, "Bob's").pk != secret.pk
    assert sessions.open_session(inbox, first.token).conversation_id is None, "hers is signed out"
    secret.refresh_from_db()
    assert secret.customer_id != second.customer_id


def test_a_typed_address_goes_along_unproven(inbox: Inbox) -> None:
    known(inbox, sessions.open_session(inbox, ""))
    visitor = sessions.open_session(inbox, "")
    stranger = say(visitor).customer
    CustomerIdentity.objects.create(customer=stranger, kind="email", address="typed@b.example")
    after = known(inbox, visitor)
    typed = CustomerIdentity.objects.get(address="typed@b.example")
    assert (typed.customer_id, typed.verified) == (after.customer_id, False)


def test_widgets_know_their_own_people(inbox: Inbox) -> None:
    other = factories.inbox(secrets={"identity_secret": SECRET})
    one = known(inbox, sessions.open_session(inbox, ""), "42")
    two = known(other, sessions.open_session(other, ""), "42")
    assert one.customer_id != two.customer_id


# --- The visitor's own token ----------------------------------------------------------------


def test_only_sums_are_stored(inbox: Inbox) -> None:
    visitor = sessions.open_session(inbox, "")
    say(visitor)
    after = known(inbox, visitor)
    row = str(VisitorSession.objects.values().get())
    assert visitor.token not in row
    assert after.token not in row
    assert len(after.token) == 43


def test_recognition_changes_the_token(inbox: Inbox) -> None:
    visitor = sessions.open_session(inbox, "")
    conversation = say(visitor, "Secret")
    after = known(inbox, visitor)
    assert after.token not in {"", visitor.token}
    late = sessions.open_session(inbox, visitor.token)
    assert (late.token, late.conversation_id) == ("", conversation.pk)
    assert bodies(late) == [], "who knew the old token learns nothing"
    assert say(late, "On its way").pk == conversation.pk
    assert bodies(sessions.open_session(inbox, after.token)) == ["Secret", "On its way"]
    with travel(datetime.now(UTC) + timedelta(minutes=6)):
        spent = sessions.open_session(inbox, visitor.token)
        assert (spent.session_id, spent.conversation_id) == (0, None)
        assert spent.token != visitor.token
        assert sessions.open_session(inbox, after.token).conversation_id == conversation.pk


def test_being_recognised_again_changes_nothing(inbox: Inbox) -> None:
    first = known(inbox, sessions.open_session(inbox, ""))
    assert known(inbox, first).token == first.token


def test_a_token_of_a_day_is_followed_by_another(inbox: Inbox) -> None:
    old = sessions.open_session(inbox, "").token
    conversation = say(sessions.open_session(inbox, old))
    assert sessions.open_session(inbox, old).token == old
    with travel(datetime.now(UTC) + timedelta(hours=25)) as clock:
        offered = sessions.open_session(inbox, old)
        new = offered.token
        assert new != old
        assert sessions.open_session(inbox, old).token == new, "both tabs get the same"
        assert say(offered, "With the offer").pk == conversation.pk
        clock.shift(timedelta(days=3))
        assert sessions.open_session(inbox, old).conversation_id, "an offer that was lost"
        assert sessions.open_session(inbox, new).conversation_id == conversation.pk
        assert sessions.open_session(inbox, old).token == new, "five minutes for the other tab"
        assert bodies(sessions.open_session(inbox, old)) == ["Hello", "With the offer"]
        clock.shift(timedelta(minutes=6))
        assert sessions.open_session(inbox, old).conversation_id is None
        assert sessions.open_session(inbox, new).conversation_id == conversation.pk
    assert VisitorSession.objects.count() == 1
    assert Customer.objects.count() == 1


def test_a_customer_outlives_his_token(inbox: Inbox) -> None:
    """His address does not follow the token: no second customer after a rotation."""
    visitor = sessions.open_session(inbox, "")
    sessions.upload(visitor, "a.txt", b"hello")
    with travel(datetime.now(UTC) + timedelta(hours=25)):
        new = sessions.open_session(inbox, visitor.token).token
        say(sessions.open_session(inbox, new))
        VisitorSession.objects.update(conversation=None)
        say(sessions.open_session(inbox, new))
    assert Customer.objects.count() == 1


def test_sign_out_here_and_everywhere(inbox: Inbox) -> None:
    browsers = [known(inbox, sessions.open_session(inbox, "")) for _ in range(3)]
    for one in browsers:
        say(one)
    identity.sign_out(browsers[0])
    opened = [sessions.open_session(inbox, one.token).conversation_id for one in browsers]
    assert [bool(one) for one in opened] == [False, True, True]
    identity.sign_out(browsers[1], everywhere=True)
    for one in browsers:
        again = sessions.open_session(inbox, one.token)
        assert (again.conversation_id, again.token != one.token) == (None, True)


def test_a_stranger_signs_out_alone(inbox: Inbox) -> None:
    mine, other = sessions.open_session(inbox, ""), sessions.open_session(inbox, "")
    say(mine), say(other)
    identity.sign_out(sessions.open_session(inbox, mine.token), everywhere=True)
    assert sessions.open_session(inbox, mine.token).conversation_id is None
    assert sessions.open_session(inbox, other.token).conversation_id


# --- Enforced -------------------------------------------------------------------------------


@pytest.fixture
def strict(inbox: Inbox) -> Inbox:
    inbox.settings = {"identity": "enforced"}
    inbox.save()
    return inbox


def test_a_stranger_sees_nothing_of_before(strict: Inbox) -> None:
    visitor = sessions.open_session(strict, "")
    welcome = sessions.welcome(visitor, 0)
    conversation = say(visitor, "One")
    reloaded = sessions.open_session(strict, visitor.token)
    for cursor in (0, 1, 999):
        assert bodies(reloaded, cursor) == []
    assert sessions.welcome(reloaded, 0)["last_seq"] == 1, "and the browser sees no gap"
    assert say(reloaded, "Two").pk == conversation.pk, "he may write, and is answered"
    sitting = {"sitting": welcome["sitting"]}
    assert bodies(sessions.open_session(strict, visitor.token, **sitting)) == ["One", "Two"]
    later = {"sitting": sessions.welcome(reloaded, 0)["sitting"]}
    assert bodies(sessions.open_session(strict, visitor.token, **later)) == ["Two"]


def test_a_sitting_cannot_be_made_up(strict: Inbox) -> None:
    visitor = sessions.open_session(strict, "")
    say(visitor)
    stranger = tokens.sitting(0, tokens.fresh())
    for forged in (stranger, "0", f"0.{tokens.digest(visitor.token)[:16]}:x", "x" * 100):
        assert bodies(sessions.open_session(strict, visitor.token, sitting=forged)) == []


def test_with_proof_he_sees_it_all_for_a_day(strict: Inbox) -> None:
    visitor = sessions.open_session(strict, "")
    say(visitor, "One")
    after = known(strict, visitor)
    assert bodies(after) == bodies(sessions.open_session(strict, after.token)) == ["One"]
    with travel(datetime.now(UTC) + timedelta(hours=25)):
        outdated = sessions.open_session(strict, after.token)
        assert (outdated.conversation_id, bodies(outdated)) == (None, [])
        again = known(strict, outdated)
        assert bodies(again) == ["One"]


def test_the_words_of_the_setting_say_what_it_does() -> None:
    words = str(identity.ENFORCED_WORDS)
    assert "may still write" in words
    assert "hidden" in words


# --- HTTP -----------------------------------------------------------------------------------


@pytest.fixture
def do(client: Client, inbox: Inbox) -> Callable[..., Any]:
    def act(bearer: str, **frame: Any) -> Any:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        path = f"/chat/{inbox.key}/do/"
        return client.post(path, frame, "application/json", headers=headers).json()

    return act


def test_identify_and_sign_out_without_a_socket(inbox: Inbox, do: Callable[..., Any]) -> None:
    visitor = sessions.open_session(inbox, "")
    conversation = say(visitor)
    reply = do(visitor.token, type="identify", token=signed(inbox, name="Ada"))
    assert (reply["type"], reply["name"]) == ("identified", "Ada")
    assert (reply["conversation"], reply["token"] != visitor.token) == (conversation.pk, True)
    refused = do(reply["token"], type="identify", token=signed(inbox, exp=1))
    assert refused == {"type": "error", "for": "identify", "code": "expired", "retryable": False}
    assert do(reply["token"], type="sign_out")["type"] == "signed_out"
    assert sessions.open_session(inbox, reply["token"]).conversation_id is None


def test_a_typed_name_or_address_opens_nothing(inbox: Inbox, do: Callable[..., Any]) -> None:
    """SEC-18: whatever a visitor says of himself, he is a stranger."""
    secret = say(known(inbox, sessions.open_session(inbox, ""), name="Ada"), "Secret")
    account = CustomerIdentity.objects.get(kind="account").address
    visitor = sessions.open_session(inbox, "")
    frame = {"name": "Ada", "email": "ada@shop.example", "subject": account, "customer": 1}
    client = Client()
    client.post(
        f"/chat/{inbox.key}/messages/",
        {"cid": str(uuid.uuid4()), "body": "It is me", **frame},
        "application/json",
        headers={"Authorization": f"Bearer {visitor.token}"},
    )
    seen = sessions.open_session(inbox, visitor.token)
    assert bodies(seen) == ["It is me"]
    assert seen.conversation_id != secret.pk
    assert not seen.subject
    facts: dict[str, Any] = {
        "body": "By the account's address",
        "conversation_id": secret.pk,
        "verified": False,
    }
    inbound.receive(inbox, factories.inbound_message(account, kind="visitor", **facts))
    assert "By the account's address" not in bodies(known(inbox, sessions.open_session(inbox, "")))
