"""Amazon SNS: what it did not sign is never read, and only Amazon's own addresses have its key."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from channels_email.providers import sns_signature
from channels_email.providers.ses import AmazonSES
from helpdesk import outbound_http
from helpdesk.adapters import Raw, UnreadableError
from helpdesk.models import Inbox
from tests.channels_email import amazon

TOLD = {"Type": "Notification", "MessageId": "1", "Message": "Zażółć", "Subject": "Hi"}
ASKED = {"Type": "SubscriptionConfirmation", "MessageId": "2", "Token": "t", "SubscribeURL": "u"}


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    sns_signature._known.clear()
    yield
    sns_signature._known.clear()


def certificate() -> bytes:
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(named, named, amazon.key().public_key(), 1, now, now)
    return made.sign(amazon.key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("element", [TOLD, ASKED, {**TOLD, "Subject": None}])
def test_what_amazon_signed_is_read(element: dict[str, Any], version: str) -> None:
    amazon.known()
    sns_signature.check(amazon.signed(element, version))


@pytest.mark.parametrize(
    "wrong",
    [
        {"Message": "other"}, {"MessageId": "7"}, {"Type": "SubscriptionConfirmation"},
        {"TopicArn": "arn:aws:sns:eu:2:m"}, {"Subject": "Ho"}, {"Signature": ""},
        {"Signature": "AAAA"}, {"Signature": "§"}, {"Signature": None}, {"SignatureVersion": "3"},
        {"SignatureVersion": "1"}, {"SignatureVersion": None}, {"Type": "Other"}, {"Type": None},
        {"SigningCertURL": "https://evil.example/SimpleNotificationService-0.pem"},
        {"SigningCertURL": amazon.CERTIFICATE.replace("https", "http")},
        {"SigningCertURL": amazon.CERTIFICATE.replace(".com/", ".com.evil.example/")},
        {"SigningCertURL": amazon.CERTIFICATE.replace("https://", "https://x@evil.example/")},
        {"SigningCertURL": amazon.CERTIFICATE + "?x"}, {"SigningCertURL": ""},
    ],
    ids=str,
)  # fmt: skip
def test_what_it_did_not_sign_is_not(wrong: dict[str, Any]) -> None:
    amazon.known()
    with pytest.raises(UnreadableError, match="sign"):
        sns_signature.check({**amazon.signed(TOLD), **wrong})


def test_the_certificate_is_fetched_once_and_only_from_amazon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def get(url: str, **more: Any) -> outbound_http.Answer:
        assert more["allowed"]("sns.eu-west-1.amazonaws.com")
        assert not more["allowed"]("sns.eu-west-1.amazonaws.com.evil.example")
        asked.append(url)
        return outbound_http.Answer(200, {}, certificate())

    monkeypatch.setattr(outbound_http, "get", get)
    for _ in range(3):
        sns_signature.check(amazon.signed(TOLD))
    assert asked == [amazon.CERTIFICATE]


def test_a_key_that_cannot_be_had_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [outbound_http.Answer(503, {}, b""), outbound_http.Answer(200, {}, certificate())]
    monkeypatch.setattr(outbound_http, "get", lambda *_args, **_more: answers.pop(0))
    with pytest.raises(outbound_http.OutboundError):
        sns_signature.check(amazon.signed(TOLD))
    sns_signature.check(amazon.signed(TOLD))


def test_what_is_no_certificate_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = outbound_http.Answer(200, {}, b"<html>")
    monkeypatch.setattr(outbound_http, "get", lambda *_args, **_more: answer)
    with pytest.raises(UnreadableError):
        sns_signature.check(amazon.signed(TOLD))


def test_a_subscription_is_confirmed_by_tls_only(monkeypatch: pytest.MonkeyPatch) -> None:
    amazon.known()
    asked: list[str] = []
    monkeypatch.setattr(outbound_http, "get", lambda url, **_more: asked.append(url))
    element = amazon.signed({**ASKED, "SubscribeURL": "http://sns.eu-west-1.amazonaws.com/?t=1"})
    with pytest.raises(UnreadableError, match="TLS"):
        AmazonSES().complete(Inbox(), Raw("1", json.dumps(element).encode()))
    assert asked == []
