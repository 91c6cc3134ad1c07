"""The one HTTP client for calls that leave the house (SEC-12): adapters use no other.

Every call resolves the name once, refuses private and special addresses, connects to the
address it checked, follows no redirect unless asked to, and is limited in time and size.
Its errors answer the only question that matters for a send: may the other side have it?

    NotSentError      no connection was made: nothing left the machine
    ForbiddenError    (a NotSentError) our own policy refuses the address
    CutError          connected, then no whole answer: the request may have arrived
    TooBigError       (a CutError) the answer is over the limit

None of them ever names the path or query of the URL: providers put secrets there.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import orjson
import requests
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions  # type: ignore[import-untyped]
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from helpdesk.adapters import AmbiguousError, ChannelBrokenError, TransientError
from helpdesk.turns import aside

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
WHOLE_SECONDS = 30.0
MAX_BYTES = 25 * 1024 * 1024
_CHUNK = 64 * 1024
OLD_CLOTHES = ["::/96", "::ffff:0:0:0/96"]
"""IPv4 addresses as IPv6 ones of RFC 4291 2.5.5.1 and RFC 2765: the library does not know them."""

# Its lines show whole URLs, and with them the providers' secrets.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class OutboundError(Exception):
    """Any failure of a call that has no HTTP status to show."""


class NotSentError(OutboundError):
    """Nothing left the machine (DNS, connection, TLS handshake): safe to repeat."""


class ForbiddenError(NotSentError):
    """The address is private, special or malformed: our policy refuses to call it."""


class CutError(OutboundError):
    """The connection stood and then broke: the other side may have got the request."""


class TooBigError(CutError):
    """The answer is larger than the limit; the rest was not read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer, whatever its status. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; {} when it is anything else."""
        try:
            loaded = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return loaded if isinstance(loaded, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds of the Retry-After header (number or date), None without a usable one."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return float(value)
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except ValueError:
            return None


class _Opening:
    """Mixin: whatever fails until the connection stands is a NotSentError, for certain.

    requests and urllib3 pass foreign exceptions through, so this is exact where their own
    exception types are not (a TLS alert can come before or after the request).
    """

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        except (OSError, HTTPError) as error:
            raise NotSentError(f"no connection: {_reason(error)}") from None


class _HTTP(_Opening, HTTPConnection):
    pass


class _HTTPS(_Opening, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


def get(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    redirects: int = 0,
    seconds: float | None = None,
    allowed: Callable[[str], bool] = lambda _host: True,
    peer: str = "",
) -> Answer:
    """GET; follows up to `redirects` redirects, each checked again, without `auth` elsewhere.

    seconds: for the whole of it, redirects included (WHOLE_SECONDS unless told).
    allowed: says of each host name in turn whether it may be called (PRV-8). peer: as in post().
    Raises OutboundError; an HTTP error status is an Answer, not an error.
    """
    origin = _checked(url)[:2]
    deadline = time.monotonic() + (seconds or WHOLE_SECONDS)
    for _hop in range(redirects + 1):
        parts = _checked(url)
        if not allowed(parts.hostname or ""):
            raise ForbiddenError("this host is not on the provider's list")
        at_home = parts[:2] == origin
        request = requests.Request(
            "GET",
            url,
            headers=dict(headers or {}) if at_home else {},
            auth=auth if at_home else None,
        )
        answer = _call(request, max_bytes, deadline, peer)
        if answer.status not in (301, 302, 303, 307, 308) or not redirects:
            return answer
        url = urljoin(url, answer.headers.get("location", ""))
    raise CutError("too many redirects")


def post(
    url: str,
    *,
    form: Mapping[str, str | Sequence[str]] | None = None,
    json: object = None,
    files: Sequence[tuple[str, tuple[str, bytes, str]]] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    peer: str = "",
    seconds: float | None = None,
) -> Answer:
    """POST a form, a JSON document, a multipart form or plain bytes; never follows a redirect.

    files: (field, (name, content, content type)) as in a multipart form, next to `form`.
    peer: the host:port of our own that the settings name for this call; it alone may be private.
    seconds: how long a whole answer may take, if less than usual.
    Raises OutboundError; an HTTP error status is an Answer, not an error.
    """
    sent = dict(headers or {})
    data: Any = dict(form) if form is not None else body
    if json is not None:
        data = orjson.dumps(json)
        sent["Content-Type"] = "application/json"
    request = requests.Request("POST", url, headers=sent, data=data, files=files, auth=auth)
    return _call(request, max_bytes, time.monotonic() + (seconds or WHOLE_SECONDS), peer)


class Lent:
    """What a library that calls out through a requests.Session is given in its place.

    Each request goes out by the rules above and raises their errors; its own time-out is not asked.
    """

    def request(
        self, method: str, url: str, *, timeout: object = None, **given: Any
    ) -> requests.Response:
        """One call; given: params, data, headers, files and auth, as requests takes them."""
        request = requests.Request(method, url, **given)
        answer = _call(request, MAX_BYTES, time.monotonic() + WHOLE_SECONDS)
        response = requests.Response()
        response.status_code, response.url = answer.status, url
        response.headers.update(answer.headers)
        response.raw, response.encoding = io.BytesIO(answer.body), "utf-8"
        return response

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def as_send_errors() -> Iterator[None]:
    """Inside `adapter.send()`: turn an OutboundError into the SendError the outbox acts on."""
    try:
        yield
    except ForbiddenError as error:
        raise ChannelBrokenError(f"The provider cannot be called: {error}") from None
    except NotSentError as error:
        raise TransientError(f"The provider cannot be reached: {error}") from None
    except CutError as error:
        raise AmbiguousError(f"The provider did not confirm: {error}") from None


def _call(request: requests.Request, max_bytes: int, deadline: float, peer: str = "") -> Answer:
    """One request on a connection of its own: a reused one may be dead without saying so."""
    parts = _checked(request.url)
    request.headers = {
        "Connection": "close",
        "User-Agent": "Parley",
        **dict(request.headers),
    }
    with aside(), _session(f"{parts.hostname}:{_port(parts)}", peer) as session:
        try:
            prepared = session.prepare_request(request)
        except (requests.RequestException, ValueError) as error:
            raise ForbiddenError(f"not a valid request: {_reason(error)}") from None
        try:
            with session.send(
                prepared,
                timeout=_patience(deadline),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, max_bytes, deadline)
                found = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, found, body)
        except OutboundError as error:
            raise error from None
        except AntiSSRFError:
            raise ForbiddenError("the address is private or not a public one") from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise ForbiddenError(f"not a valid address: {_reason(error)}") from None
        except requests.RequestException as error:
            raise CutError(_reason(error)) from None
        except (
            OSError,
            UnicodeError,
        ) as error:  # name resolution: before any connection
            raise NotSentError(f"the name does not resolve: {_reason(error)}") from None


def _patience(deadline: float) -> tuple[float, float]:
    """How long to wait for a connection and for each part of the answer."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise CutError("no whole answer in the time it was given")
    return min(CONNECT_SECONDS, left), min(READ_SECONDS, left)


def _read(response: requests.Response, max_bytes: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(_CHUNK):
        size += len(part)
        if size > max_bytes:
            raise TooBigError(f"the answer is over {max_bytes} bytes")
        if time.monotonic() > deadline:
            raise CutError("no whole answer in the time it was given")
        parts.append(part)
    return b"".join(parts)


def _checked(url: str) -> SplitResult:
    """The parts of a URL that two parsers cannot read in two ways."""
    try:
        parts = urlsplit(url)
        plain = url.isascii() and url.isprintable() and not set(url) & set('\\ "<>')
        known = parts.scheme in ("http", "https") and parts.hostname and _port(parts)
        if plain and known and "@" not in parts.netloc:
            return parts
    except ValueError:
        pass
    raise ForbiddenError("not a plain http(s) address")


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else 443 if parts.scheme == "https" else 80


def _session(host: str, peer: str = "") -> requests.Session:
    """A session that refuses private addresses, or a plain one for an allowed host:port."""
    session: requests.Session
    if host == peer or host in settings.OUTBOUND_ALLOWED_HOSTS:
        session = requests.Session()
    else:
        session = _policy().get_antissrf_session()
    session.trust_env = False  # no proxy (it would resolve the name again), no .netrc
    for scheme in ("http://", "https://"):
        manager = session.get_adapter(scheme).poolmanager  # type: ignore[attr-defined]
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
    return session


@lru_cache(maxsize=1)
def _policy() -> Any:
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.allow_plain_text_http = True
    policy.add_xff_header = False
    policy.add_denied_addresses(OLD_CLOTHES)
    return policy


def _reason(error: BaseException) -> str:
    """A short cause without any URL in it: the kind of error, never its text."""
    if isinstance(error, requests.exceptions.Timeout | TimeoutError):
        return "timed out"
    name = type(error).__name__
    return {
        "ConnectionError": "connection broken",
        "ChunkedEncodingError": "connection broken",
        "ReadTimeoutError": "timed out",
        "ConnectTimeoutError": "timed out",
        "NewConnectionError": "connection refused",
        "NameResolutionError": "unknown host",
        "gaierror": "unknown host",
        "SSLError": "TLS failed",
        "SSLCertVerificationError": "TLS certificate not valid",
    }.get(name, name)
