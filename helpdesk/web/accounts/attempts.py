"""How often somebody may guess: by account and address together, by account, by address (AUT-18).

Each counts tries; above its free ones every further try waits twice as long as the one before.
A try is counted before the password is looked at, so that fifty at once gain nothing, and taken
back when it was right. Without Valkey nobody can sign in: a limit that fails open is none.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from redis.exceptions import RedisError

from helpdesk import client_ip, quick_redis


class TooOftenError(Exception):
    """`seconds`: how long to wait; 0 where nothing can be counted now."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` tries at once, then pauses of 1, 2, 4 … up to `longest` seconds.

    kept: seconds after the last try in which it is remembered.
    """

    free: int
    longest: int
    kept: int


PAIR = Limit(free=5, longest=900, kept=3600)
ACCOUNT = Limit(free=10, longest=60, kept=60)
ADDRESS = Limit(free=30, longest=60, kept=60)
LIMITS = (PAIR, ACCOUNT, ADDRESS)

# First all are asked, then all are counted. Times are milliseconds of the server's own clock.
_TRY = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most = 0
for i, key in ipairs(KEYS) do
  local free, longest = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
  local kept = redis.call('HMGET', key, 'n', 'at')
  local n, at = tonumber(kept[1]) or 0, tonumber(kept[2]) or 0
  if n >= free then
    local pause = 1000 * math.min(longest, 2 ^ math.min(n - free, 20))
    most = math.max(most, at + pause - now)
  end
end
if most > 0 then return most end
for i, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, 'n', 1)
  redis.call('HSET', key, 'at', now)
  redis.call('EXPIRE', key, tonumber(ARGV[3 * i]))
end
return 0
"""

_RIGHT = """
redis.call('DEL', KEYS[1])
for i = 2, #KEYS do
  if redis.call('HINCRBY', KEYS[i], 'n', -1) <= 0 then redis.call('DEL', KEYS[i]) end
end
"""


def count(request: HttpRequest, account: str) -> None:
    """Count one try. Raises TooOftenError."""
    numbers = [str(number) for one in LIMITS for number in (one.free, one.longest, one.kept)]
    try:
        waits = quick_redis.client().eval(_TRY, len(LIMITS), *_keys(request, account), *numbers)
    except (RedisError, OSError):
        raise TooOftenError(0) from None
    if (milliseconds := cast("int", waits)) > 0:
        raise TooOftenError(math.ceil(milliseconds / 1000))


def was_right(request: HttpRequest, account: str) -> None:
    """Take the try back; the account starts afresh from this address."""
    try:
        quick_redis.client().eval(_RIGHT, len(LIMITS), *_keys(request, account))
    except (RedisError, OSError):
        return  # it is forgotten by itself


def _keys(request: HttpRequest, account: str) -> list[str]:
    """Of hashes: what somebody typed as an address may be a password."""
    who = _short(account.strip().casefold())
    where = client_ip.keyed(client_ip.of_request(request))[:32] or "nowhere"
    database = settings.DATABASES["default"]["NAME"]
    start = f"parley:sign-in:{database}"
    return [f"{start}:{who}:{where}", f"{start}:{who}", f"{start}:at:{where}"]


def _short(text: str) -> str:
    return hashlib.sha256(settings.SECRET_KEY.encode() + text.encode()).hexdigest()[:32]
