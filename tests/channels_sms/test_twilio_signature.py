from __future__ import annotations

import hashlib

import pytest

from channels_sms.providers.twilio_signature import body_matches, is_signed, signature

DOC_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
DOC_PARAMS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+12349013030"),
    ("From", "+12349013030"),
    ("Digits", "1234"),
    ("To", "+18005551212"),
]
DOC_SIGNATURE = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_the_value_of_twilios_own_documentation() -> None:
    assert signature("12345", DOC_URL, DOC_PARAMS) == DOC_SIGNATURE


def test_utf8_and_plus_signs() -> None:
    params = {
        "AccountSid": "AC1",
        "Body": "Hi + ąż",
        "From": "+15005550006",
        "MessageSid": "SM1",
        "NumMedia": "0",
        "To": "+15005550001",
    }

    found = signature("12345", "https://desk.example/hooks/twilio/t0k?x=1", params.items())

    assert found == "pd6xH4SiLZIFpVvH2RiOc6n0Pgg="


def test_repeated_equal_values_count_once() -> None:
    assert is_signed("12345", DOC_URL, [*DOC_PARAMS, DOC_PARAMS[0]], DOC_SIGNATURE)


@pytest.mark.parametrize("given", ["", "0/KCTR6", DOC_SIGNATURE[:-1], "é" * 28, "\udcff"])
def test_another_signature_is_none(given: str) -> None:
    assert not is_signed("12345", DOC_URL, DOC_PARAMS, given)


def test_an_empty_token_signs_nothing() -> None:
    forged = signature("", DOC_URL, DOC_PARAMS)

    assert not is_signed("", DOC_URL, DOC_PARAMS, forged)


def test_the_default_port_may_be_spelled_out_and_no_other() -> None:
    with_port = signature("t", "https://desk.example:443/h?a=1", [])
    other_port = signature("t", "https://desk.example:8443/h?a=1", [])

    assert is_signed("t", "https://desk.example/h?a=1", [], with_port)
    assert not is_signed("t", "https://desk.example/h?a=1", [], other_port)
    assert is_signed("t", "https://desk.example:8443/h?a=1", [], other_port)


def test_body_hash_of_json() -> None:
    body = b'{"a": 1}'
    digest = hashlib.sha256(body).hexdigest()

    assert body_matches(f"https://x.example/h?bodySHA256={digest}", body)
    assert not body_matches(f"https://x.example/h?bodySHA256={digest}", body + b" ")
    assert not body_matches("https://x.example/h", body)
