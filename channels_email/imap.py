"""An IMAP client as far as fetching needs it, over the standard library's (RFC 3501, 2177, 7628).

Reading never marks anything: folders are examined, bodies are peeked at. Whatever the server
answers ends in one of four errors, so that the fetcher knows whom to blame (A6, A7).
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from channels_email.servers import address_of
from helpdesk import certificates

TIMEOUT: Final = 60.0
MAX_LINE: Final = 4 * 1024 * 1024
WINDOW: Final = 100_000
"""UIDs searched at once: what the server answers fits in one line."""

_NUMBER: Final = re.compile(rb"\d+")
_UID: Final = re.compile(rb"\bUID (\d+)\b", re.IGNORECASE)
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)\b", re.IGNORECASE)
_LISTED: Final = re.compile(
    rb'\((?P<flags>[^)]*)\) (?:"(?:\\.|[^"\\])*"|NIL) (?P<name>"(?:\\.|[^"\\])*"|.+)', re.IGNORECASE
)


class ImapError(Exception):
    """Something is wrong with the mailbox, now."""


class SignInError(ImapError):
    """The server does not let us in: somebody must do something."""


class LostError(ImapError):
    """The connection broke, or never stood: try again later."""


class OddMailError(ImapError):
    """What the server says of one mail makes no sense: pass it by."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder that is open. uidnext: 0 where the server does not tell."""

    uidvalidity: int
    uidnext: int
    exists: int


class _Wire:
    """Reads through a buffer of our own: a time-out does no harm to it, unlike to a file."""

    sock: socket.socket

    def readline(self) -> bytes:
        """One line with its end; b"" when the connection is closed."""
        while b"\n" not in self._buffer:
            if len(self._buffer) > MAX_LINE:
                raise OSError("a line without end")
            if not self._more():
                return b""
        at = self._buffer.index(b"\n") + 1
        return self._taken(at)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes; fewer when the connection is closed."""
        while len(self._buffer) < size:
            if not self._more():
                return b""
        return self._taken(size)

    def waits(self, seconds: float) -> bool:
        """Whether a whole line comes within `seconds`."""
        until = time.monotonic() + seconds
        try:
            while b"\n" not in self._buffer:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self.sock.settimeout(left)
                if not self._more():
                    raise OSError("closed")
        except TimeoutError:
            return False
        finally:
            self.sock.settimeout(TIMEOUT)
        return True

    @property
    def _buffer(self) -> bytearray:
        if "_bytes" not in self.__dict__:
            self._bytes = bytearray()
        return self._bytes

    def _more(self) -> bool:
        part = self.sock.recv(65536)
        self._buffer.extend(part)
        return bool(part)

    def _taken(self, size: int) -> bytes:
        part = bytes(self._buffer[:size])
        del self._buffer[:size]
        return part


class _Plain(_Wire, imaplib.IMAP4):
    def _create_socket(self, timeout: float | None) -> socket.socket:
        return socket.create_connection((address_of(self.host, self.port), self.port), timeout)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """As usual, but nothing that came before the handshake is believed after it."""
        answer = super().starttls(ssl_context)
        self._buffer.clear()
        return answer


class _Secure(_Wire, imaplib.IMAP4_SSL):
    ssl_context: ssl.SSLContext

    def _create_socket(self, timeout: float | None) -> socket.socket:
        place = address_of(self.host, self.port), self.port
        plain = socket.create_connection(place, timeout)
        return self.ssl_context.wrap_socket(plain, server_hostname=self.host)


class Session:
    """One signed-in connection. Every method raises an ImapError, and nothing else."""

    def __init__(self, host: str, port: int, security: str, *, timeout: float = TIMEOUT) -> None:
        with _telling():
            context = ssl.create_default_context()
            self._imap: _Plain | _Secure
            if security == "tls":
                self._imap = _Secure(host, port, ssl_context=context, timeout=timeout)
            else:
                self._imap = _Plain(host, port, timeout=timeout)
            if security == "starttls":
                self._imap.starttls(context)
            certificates.seen(host, port, self._imap.sock)

    def login(self, username: str, password: str) -> None:
        """Sign in with a password. Raises SignInError when it is refused."""
        self._signed_in(lambda: self._imap.login(username, password))

    def xoauth2(self, username: str, token: str) -> None:
        """Sign in with an access token, as Google and Microsoft want it."""
        words = f"user={username}\x01auth=Bearer {token}\x01\x01".encode()
        told = iter([words])
        self._signed_in(lambda: self._imap.authenticate("XOAUTH2", lambda _: next(told, b"")))

    def folders(self) -> list[tuple[str, str]]:
        """(name, special use) of every folder that can be opened; names in modified UTF-7."""
        found = []
        for line in self._done(self._imap.list()):
            if isinstance(line, tuple):  # a name that came as a literal
                line = line[0].rpartition(b"{")[0] + b'"' + line[1] + b'"'  # noqa: PLW2901
            match = _LISTED.match(line) if isinstance(line, bytes) else None
            if match is None or b"\\noselect" in match["flags"].lower():
                continue
            name = match["name"].strip()
            if name.startswith(b'"'):
                name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
            use = next((one for one in match["flags"].split() if one in _USES), b"")
            found.append((name.decode("ascii", "replace"), use.decode()[1:].lower()))
        return found

    def open(self, folder: str, *, writing: bool = False) -> Opened:
        """Open a folder anew, so that what came meanwhile is seen."""
        with _telling():
            self._done(self._imap.select(_quoted(folder), readonly=not writing))
            told = {name: self._imap.response(name)[1][0] for name in ("UIDVALIDITY", "UIDNEXT")}
            exists: Any = self._imap.untagged_responses.get("EXISTS", [b"0"])[-1]
            return Opened(
                int(told["UIDVALIDITY"] or 0), int(told["UIDNEXT"] or 0), int(exists or 0)
            )

    def uids(self, first: int, below: int, since: date | None = None) -> list[int]:
        """UIDs from `first` (below 0: of all later ones), in order."""
        if not below:
            found = self._search(f"{first}:*", since)
        else:
            found = [
                uid
                for start in range(first, below, WINDOW)
                for uid in self._search(f"{start}:{min(start + WINDOW, below) - 1}", since)
            ]
        # "n:*" names the last mail even where n is higher (RFC 9051, 9).
        return sorted({uid for uid in found if uid >= first and (not below or uid < below)})

    def facts(self, uid: int) -> tuple[int, datetime] | None:
        """RFC822.SIZE and INTERNALDATE; None for a mail that is gone, else OddMailError."""
        for line in self._asked(uid, "(UID RFC822.SIZE INTERNALDATE)"):
            text = line[0] if isinstance(line, tuple) else line
            if isinstance(text, bytes) and _told(text) == uid and (match := _SIZE.search(text)):
                came = imaplib.Internaldate2tuple(text)
                moment = time.mktime(came) if came else time.time()
                return int(match[1]), datetime.fromtimestamp(moment, UTC)
        self._gone(uid, "no size")
        return None

    def body(self, uid: int, most: int, *, size: int) -> bytes | None:
        """The raw mail, at most `most` bytes of it; None if it is gone. Marks nothing."""
        part = f"<0.{most}>" if size > most else ""
        for line in self._asked(uid, f"(UID BODY.PEEK[]{part})"):
            if isinstance(line, tuple) and _told(line[0]) == uid and b"BODY[]" in line[0].upper():
                return bytes(line[1])
        self._gone(uid, "no content")
        return None

    def heads(self, uids: list[int]) -> list[bytes]:
        """Sender, subject and date of a few mails, as raw header lines."""
        if not uids:
            return []
        wanted = "(UID BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])"
        with _telling():
            answer = self._imap.uid("FETCH", ",".join(map(str, uids)), wanted)
            return [line[1] for line in self._done(answer) if isinstance(line, tuple)]

    def seen(self, uid: int) -> None:
        """Mark a mail as read."""
        with _telling():
            self._done(self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)"))

    def move(self, uid: int, folder: str) -> None:
        """Move a mail (RFC 6851); without that extension it is copied: we never expunge."""
        verb = "MOVE" if "MOVE" in self._imap.capabilities else "COPY"
        with _telling():
            self._done(self._imap.uid(verb, str(uid), _quoted(folder)))

    def append(self, folder: str, data: bytes) -> None:
        """Put a mail into a folder, as read."""
        stamp = imaplib.Time2Internaldate(time.time())
        with _telling():
            self._done(self._imap.append(_quoted(folder), r"(\Seen)", stamp, data))

    @property
    def can_idle(self) -> bool:
        """Whether the server calls when something happens."""
        return "IDLE" in self._imap.capabilities

    def idle(self, seconds: float, over: Callable[[], bool]) -> bool:
        """Wait until the open folder changes; False when nothing did within `seconds`.

        over: asked each second, ends the wait (RFC 2177 wants it renewed before 29 minutes).
        """
        with _telling():
            tag = self._imap._new_tag()  # noqa: SLF001  the library learns IDLE in Python 3.14
            self._imap.send(tag + b" IDLE\r\n")
            if not self._line().startswith(b"+"):
                raise LostError("the server refuses to idle")
            until = time.monotonic() + seconds
            called = False
            while not called and time.monotonic() < until and not over():
                called = self._imap.waits(min(1.0, seconds))
            self._imap.send(b"DONE\r\n")
            until = time.monotonic() + TIMEOUT
            while not (line := self._line()).startswith(tag):
                called = called or b"EXISTS" in line
                if time.monotonic() > until:
                    raise LostError("the server does not stop idling")
        return called

    def close(self) -> None:
        """Say good-bye as far as the line allows."""
        with contextlib.suppress(Exception):
            self._imap.sock.settimeout(2)
            self._imap.logout()
        with contextlib.suppress(Exception):
            self._imap.shutdown()

    def _line(self) -> bytes:
        line = self._imap.readline()
        if not line:
            raise LostError("closed")
        return line

    def _signed_in(self, sign_in: Callable[[], Any]) -> None:
        try:
            sign_in()
        except imaplib.IMAP4.abort as error:
            raise LostError(_said(error)) from None
        except imaplib.IMAP4.error as error:
            if "UNAVAILABLE" in str(error).upper():  # RFC 5530: it is not about our password
                raise LostError(_said(error)) from None
            raise SignInError(_said(error)) from None
        except (OSError, ValueError) as error:
            raise LostError(_said(error)) from None
        with _telling():  # what it can do may only be told to who has signed in
            _kind, told = self._imap.capability()
            self._imap.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())

    def _search(self, span: str, since: date | None) -> list[int]:
        words = ["UID", span]
        if since is not None:
            month = _MONTHS[since.month - 1]
            words += ["SINCE", f"{since.day}-{month}-{since.year}"]
        with _telling():
            lines = self._done(self._imap.uid("SEARCH", *words))
        return [int(one) for line in lines if line for one in _NUMBER.findall(line)]

    def _asked(self, uid: int, what: str) -> list[Any]:
        try:
            with _telling():
                kind, lines = self._imap.uid("FETCH", str(uid), what)
        except LostError:
            raise
        except ImapError as error:
            raise OddMailError(str(error)) from None
        if kind != "OK":
            raise OddMailError(_said(lines))
        return list(lines)

    def _gone(self, uid: int, why: str) -> None:
        """Nothing was told of the mail: that is odd, unless somebody took it away meanwhile."""
        if uid in self._search(f"{uid}", None):
            raise OddMailError(f"the server gives {why}")

    def _done(self, answer: tuple[str, Any]) -> list[Any]:
        kind, lines = answer
        if kind != "OK":
            raise ImapError(_said(lines))
        return [line for line in lines if line is not None]


_USES: Final = frozenset((b"\\Sent", b"\\Drafts", b"\\Junk", b"\\Trash", b"\\Archive", b"\\All"))
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip


def _told(text: bytes) -> int:
    match = _UID.search(text)
    return int(match[1]) if match else 0


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Everything that the library and the line raise, as one of our errors."""
    try:
        yield
    except ImapError:
        raise
    except (imaplib.IMAP4.abort, OSError, EOFError) as error:
        raise LostError(_said(error)) from error
    except (imaplib.IMAP4.error, ValueError, TypeError, IndexError, AttributeError) as error:
        raise ImapError(_said(error)) from error


def _said(what: object) -> str:
    """A server's words for people: one short line."""
    if isinstance(what, TimeoutError):
        return "no answer in time"
    if isinstance(what, list):
        what = b" ".join(one for one in what if isinstance(one, bytes))
    if isinstance(what, imaplib.IMAP4.error) and what.args and isinstance(what.args[0], bytes):
        what = what.args[0]
    text = what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)
    return " ".join(text.split())[:200] or type(what).__name__
