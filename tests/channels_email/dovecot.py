"""A real Dovecot as a throw-away process: one account, a Maildir, no privileges, a free port."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.stack import free_port, until

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
USER, PASSWORD = "shop", "correct-horse"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
mail_fsync = never
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
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
mailbox_idle_check_interval = 1 secs
imap_idle_notify_interval = 1 mins
"""


class Dovecot:
    """Start it, drop mails into its Maildir, stop it. `pause` holds it as a dead network would."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="parley-dovecot-", dir="/tmp"))
        self.account = pwd.getpwnam("nobody" if os.geteuid() == 0 else pwd.getpwuid(os.getuid())[0])
        self.port = free_port()
        self.number = 0
        self.process: subprocess.Popen[bytes] | None = None
        for name in ("run", "state", "mail/cur", "mail/new", "mail/tmp"):
            (self.folder / name).mkdir(parents=True)
        self._own()

    def _own(self) -> None:
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def start(self) -> None:
        import grp

        text = CONFIGURATION.format(
            folder=self.folder,
            user=self.account.pw_name,
            group=grp.getgrgid(self.account.pw_gid).gr_name,
            port=self.port,
            password=PASSWORD,
        )
        place = self.folder / "dovecot.conf"
        place.write_text(text, encoding="utf-8")
        self._own()
        root = os.geteuid() == 0
        self.process = subprocess.Popen(
            [DOVECOT, "-F", "-c", str(place)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            user=self.account.pw_uid if root else None,
            group=self.account.pw_gid if root else None,
            extra_groups=[] if root else None,
        )
        until(self.answers, 20, f"dovecot listens, see {self.folder}/dovecot.log")

    def answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 1) as s,
        ):
            return s.recv(4) == b"* OK"
        return False

    def stop(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def drop(self, *mails: bytes, age_days: float = 0) -> None:
        """Deliver mails into INBOX as a local agent does."""
        for data in mails:
            self.number += 1
            moment = time.time() - age_days * 86400
            name = f"{int(moment)}.M{self.number:06d}P1.parley"
            draft = self.folder / "mail" / "tmp" / name
            draft.write_bytes(data)
            if os.geteuid() == 0:
                os.chown(draft, self.account.pw_uid, self.account.pw_gid)
            os.utime(draft, (moment, moment))
            draft.rename(self.folder / "mail" / "new" / name)

    def folder_named(self, name: str) -> None:
        """Make a folder beside INBOX."""
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.login(USER, PASSWORD)
            assert client.create(name)[0] == "OK"

    def kept(self, name: str) -> list[bytes]:
        """The mails in a folder that nobody has looked into."""
        found = (self.folder / "mail" / f".{name}").glob("[cn][ue][rw]/*")
        return [one.read_bytes() for one in sorted(found)]

    def new_uidvalidity(self) -> None:
        """As after a restore: all mails are there, under other UIDs."""
        self.stop()
        for path in (self.folder / "mail").glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is the second in which the list is made
        self.start()
