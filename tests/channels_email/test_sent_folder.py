"""A copy of what was sent in the Sent folder of a real Dovecot: after it left, never before."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from channels_email import copying, trial
from channels_email.adapter import EmailAdapter
from channels_email.fake import MailboxFake
from helpdesk.adapters import PermanentError
from helpdesk.models import Inbox
from tests.channels_email.samples import make_inbox, make_outgoing
from tests.stack import free_port, until

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
pytestmark = pytest.mark.skipif(not Path(DOVECOT).exists(), reason="there is no Dovecot")
CONFIGURATION = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{place}/mail
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password=right
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={place}/mail
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
  }}
}}
"""


@dataclass
class Server:
    port: int
    place: Path

    def sent(self) -> list[bytes]:
        return [one.read_bytes() for one in (self.place / "mail" / ".Sent" / "cur").glob("*")]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    place = Path(tempfile.mkdtemp(prefix="parley-sent-", dir="/tmp"))
    root = os.geteuid() == 0
    account = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
    port = free_port()
    for name in ("run", "state", "mail"):
        (place / name).mkdir()
    group = grp.getgrgid(account.pw_gid).gr_name
    text = CONFIGURATION.format(place=place, user=account.pw_name, group=group, port=port)
    (place / "conf").write_text(text, encoding="utf-8")
    if root:
        for path in (place, *place.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)
    process = subprocess.Popen(
        [DOVECOT, "-F", "-c", str(place / "conf")],
        start_new_session=True,
        user=account.pw_uid if root else None,
        group=account.pw_gid if root else None,
        extra_groups=[] if root else None,
    )
    found = Server(port, place)
    until(lambda: _answers(found), 20)
    yield found
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(10)
    shutil.rmtree(place, ignore_errors=True)


def _answers(server: Server) -> bool:
    try:
        copying.connect(inbox_of(server)).logout()
    except OSError:
        return False
    return True


@pytest.fixture
def relay() -> Iterator[MailboxFake]:
    fake = MailboxFake()
    fake.start("127.0.0.1", 0)
    yield fake
    fake.stop()


def inbox_of(server: Server, relay: MailboxFake | None = None, **more: object) -> Inbox:
    facts = {"host": relay.host, "port": relay.port} if relay else {}
    inbox = make_inbox(
        **{
            "imap_host": "127.0.0.1",
            "imap_port": server.port,
            "imap_security": "none",
            "imap_username": "help",
            "sent_folder": "Sent",
            **facts,
            **more,
        }
    )
    inbox.secrets = {"imap_password": "right"}
    return inbox


def test_what_was_sent_is_copied_once(server: Server, relay: MailboxFake) -> None:
    before = len(server.sent())
    sent = EmailAdapter().send(inbox_of(server, relay), make_outgoing("Copied."))
    [copy] = server.sent()[before:] or [b""]
    assert sent.provider_id.encode() in copy
    again = make_outgoing("Copied.")
    done = type(again)(
        **{**{name: getattr(again, name) for name in again.__slots__}, "done": sent.done}
    )
    EmailAdapter().send(inbox_of(server, relay), done)
    assert len(server.sent()) == before + 1, "a later attempt for copies makes no second one"


def test_what_was_not_sent_is_not_copied(server: Server, relay: MailboxFake) -> None:
    before = len(server.sent())
    relay.script("reject")
    with pytest.raises(PermanentError):
        EmailAdapter().send(inbox_of(server, relay), make_outgoing())
    assert len(server.sent()) == before


@pytest.mark.parametrize(
    "trouble", [{"imap_port": 1}, {"sent_folder": "None such"}, {"imap_security": "tls"}]
)
def test_trouble_with_the_copy_is_no_trouble_of_the_mail(
    server: Server, relay: MailboxFake, trouble: dict[str, object]
) -> None:
    inbox = inbox_of(server, relay, **trouble)
    assert EmailAdapter().send(inbox, make_outgoing()).provider_id
    assert len(relay.messages()) == 1
    assert copying.keep(inbox, make_outgoing()) is False


def test_live_test_tells_of_a_missing_folder(server: Server, relay: MailboxFake) -> None:
    missing = inbox_of(server, relay, incoming="imap", imap_folder="Nowhere")
    with pytest.raises(trial.TrialError, match="no folder"):
        trial.start(missing)
    wrong = inbox_of(server, relay, incoming="imap")
    wrong.secrets = {"imap_password": "wrong"}
    with pytest.raises(trial.TrialError, match="user name and password"):
        trial.start(wrong)
    assert relay.messages() == []
    trial.start(inbox_of(server, relay, incoming="imap"))
    assert len(relay.messages()) == 1
