"""The same conversation in a window of its own: POST /chat/<key>/handover/.

A browser keeps what an iframe stores apart from what the same site stores in a window, so the
window cannot find the visitor's token. The iframe asks for a code; the window gives it back for
the token, once, within a minute. The code, never the token, stands in the window's address, in
its fragment, which no server, log or referrer sees. Valkey holds the token only sealed with the
code, and finds it by the code's hash: whoever reads Valkey learns neither.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from typing import cast

import orjson
from cryptography.fernet import Fernet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from chat import guard, sessions
from chat.polling import answer, visitor_of
from helpdesk import client_ip, quick_redis

SECONDS = 60
CODES = guard.Limit("handover", 20)
_CODE = re.compile(r"[A-Za-z0-9_-]{43}")


class UnknownCodeError(LookupError):
    """The code was never given, is used, too old, or of another widget."""


def give(visitor: sessions.Visitor) -> str:
    """A code for a visitor's token. Raises RedisError: without Valkey nothing is handed over."""
    code = secrets.token_urlsafe(32)
    sealed = _seal(code).encrypt(visitor.token.encode())
    quick_redis.client().set(_place(visitor.inbox.key, code), sealed, ex=SECONDS)
    return code


def redeem(key: str, code: str) -> str:
    """The token behind a code, once. Raises UnknownCodeError, RedisError."""
    if not _CODE.fullmatch(code):
        raise UnknownCodeError
    sealed = cast("bytes | None", quick_redis.client().getdel(_place(key, code)))
    if sealed is None:
        raise UnknownCodeError
    return _seal(code).decrypt(sealed).decode()


def _seal(code: str) -> Fernet:
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"seal" + code.encode()).digest()))


def _place(key: str, code: str) -> str:
    return f"chat:handover:{hashlib.sha256(f'{key}|{code}'.encode()).hexdigest()}"


@csrf_exempt
@require_POST
def handover(request: HttpRequest, key: str) -> HttpResponse:
    """With a bearer: {"code"}. With {"code"} and no bearer: {"token"}; 404 for a spent code."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    visitor = visitor_of(request, key)
    try:
        guard.take_of(CODES, visitor.inbox, client_ip.of_request(request))
        if bearer:
            # A token that is spent or of another widget made him a new visitor.
            if not visitor.token or (not visitor.session_id and visitor.token != bearer):
                return answer({"detail": "this token opens nothing here"}, 403)
            return answer({"code": give(visitor)}, 201)
        return answer({"token": redeem(key, _code(request))})
    except guard.RefusedError as refused:
        return answer(refused.answer(), 429)
    except UnknownCodeError:
        return answer({"detail": "this code is used or too old"}, 404)
    except RedisError:
        return answer({"detail": "try again"}, 503)


def _code(request: HttpRequest) -> str:
    try:
        code = orjson.loads(request.body[:200])["code"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
    return code if isinstance(code, str) else ""
