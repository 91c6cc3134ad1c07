"""``up`` from end to end: real servers, toy programs in place of Django, Daphne and Celery."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.embedded.accounts import Account, first_closed
from helpdesk.embedded.process import start_mark

ROOT = Path(__file__).resolve().parents[2]
MANAGE = """
import sys, time
if sys.argv[1] == "up":
    from helpdesk.embedded.up import main
    sys.exit(main(sys.argv[2:]))
print("did", *sys.argv[1:], flush=True)
import os, socket
listens = {"smtpd": "SMTP_PORT", "fakeproviders": "FAKE_PORT"}.get(sys.argv[1])
if listens:
    held = socket.create_server(("127.0.0.1", int(os.environ[listens])))
while sys.argv[1] in ("sweep", "mailfetch", "smppd", "smtpd", "fakeproviders"):
    time.sleep(0.1)
"""
CELERY = "import time\nwhile True: time.sleep(0.1)\n"
DAPHNE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("-p") + 1])), Page).serve_forever()
"""
CHILDREN = {
    "postgres",
    "valkey",
    "web",
    "worker",
    "beat",
    "sweeper",
    "mail",
    "smtp",
    "smpp",
    "fakes",
}


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Checkout:
    """A checkout of ours with toys in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "var"
        names = ("PORT", "SMTP_PORT", "FAKE_PORT", "FAKE_SMTP_PORT")
        self.ports = dict(zip(names, map(str, free_ports(4)), strict=True))
        (folder / "helpdesk").mkdir()
        (folder / "helpdesk" / "__init__.py").touch()
        shutil.copytree(ROOT / "helpdesk/embedded", folder / "helpdesk/embedded")
        (folder / "manage.py").write_text(MANAGE)
        for name, code in (("celery", CELERY), ("daphne", DAPHNE)):
            (folder / name).mkdir()
            (folder / name / "__main__.py").write_text(code)
            (folder / name / "__init__.py").touch()
        (folder / "django").mkdir()
        (folder / "django" / "__init__.py").touch()
        self.running: list[subprocess.Popen[str]] = []

    def up(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *arguments],
            cwd=self.folder,
            env=inherited | self.ports | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(process)
        return process

    def up_and_ready(self, **env: str) -> tuple[subprocess.Popen[str], list[str]]:
        process = self.up(**env)
        assert process.stdout
        lines: list[str] = []
        while not any("Parley is running" in line for line in lines):
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            lines.append(line.rstrip("\n"))
        while sum("+--" in line for line in lines) < 2:
            lines.append(process.stdout.readline().rstrip("\n"))
        return process, lines

    def refusal(self, *arguments: str, **env: str) -> str:
        """Run ``up``, expect exit code 1 and exactly one line on stderr, return it."""
        out, err = (process := self.up(*arguments, **env)).communicate(timeout=60)
        assert process.returncode == 1, out + err
        assert err.count("\n") == 1, err
        return err

    def children(self) -> dict[str, int]:
        stored = json.loads((self.state / "children.json").read_text())
        return {name: pid for name, (pid, _) in stored.items()}

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=60)


@pytest.fixture
def checkout(folder: Path) -> Iterator[Checkout]:
    made = Checkout(folder)
    yield made
    made.close()


def all_dead(pids: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(start_mark(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(start_mark(pid) for pid in pids)


def test_first_start_stop_and_second_start(checkout: Checkout) -> None:
    process, lines = checkout.up_and_ready()
    assert set(checkout.children()) == CHILDREN
    assert (checkout.state / "serving").exists()
    assert "migrate  | did migrate --noinput --skip-checks -v 0" in lines
    assert "seed     | did seed_demo --if-empty" in lines
    text = "\n".join(lines)
    for expected in (
        f"http://127.0.0.1:{checkout.ports['PORT']}/demo/shop/",
        f"127.0.0.1:{checkout.ports['SMTP_PORT']}",
        "marta@parley.example",
        "parley-demo",
    ):
        assert expected in text
    for private in ("secrets.json", "parley.env"):
        assert (checkout.state / private).stat().st_mode & 0o077 == 0
    pids = list(checkout.children().values())
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "parley   | stopped"
    assert all_dead(pids, 0)

    again, lines = checkout.up_and_ready()
    assert not any(line.startswith(("migrate", "seed")) for line in lines)
    again.terminate()
    assert again.wait(60) == 0


KILLED = ("postgres", "valkey", "web")


def restarted(checkout: Checkout, before: dict[str, int]) -> bool:
    now = checkout.children()
    return all(now.get(name) not in (None, before[name]) for name in KILLED)


@pytest.mark.faults
def test_killed_supervisor_and_killed_servers_are_repaired(checkout: Checkout) -> None:
    first, _ = checkout.up_and_ready(DEMO="0")
    before = checkout.children()
    assert set(before) == CHILDREN - {"fakes"}
    for name in KILLED:
        os.kill(before[name], signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not restarted(checkout, before) and time.monotonic() < deadline:
        time.sleep(0.1)
    after = checkout.children()
    assert restarted(checkout, before)

    first.kill()
    second, _ = checkout.up_and_ready(DEMO="0")
    assert all_dead(list(after.values()), 0)
    second.terminate()
    assert second.wait(60) == 0


def test_a_second_up_on_the_same_state_is_refused(checkout: Checkout) -> None:
    process, _ = checkout.up_and_ready()
    assert f"already running on {checkout.state} (process {process.pid})" in checkout.refusal()
    assert all(start_mark(pid) for pid in checkout.children().values())


@pytest.mark.parametrize("setting", ["PORT", "SMTP_PORT", "FAKE_PORT", "FAKE_SMTP_PORT"])
def test_a_busy_port_is_named_with_its_owner_and_the_setting(
    checkout: Checkout, setting: str
) -> None:
    port = checkout.ports[setting]
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(port)))
        other.listen()
        message = checkout.refusal()
    assert message.startswith(
        f"Port {port} on 127.0.0.1 is already in use by process {os.getpid()}, "
    )
    option = "--" + setting.lower().replace("_", "-")
    assert f"set {setting} (or {option}) to another port." in message


def test_a_state_folder_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    (checkout.folder / "file").touch()
    message = checkout.refusal("--state-dir", "file/inside")
    assert message.startswith(f"The state folder {checkout.folder}/file/inside cannot be written")
    assert "STATE_DIR" in message


def test_a_state_folder_the_servers_may_not_enter_is_named(
    checkout: Checkout, account: Account | None
) -> None:
    if account is None:
        pytest.skip("only root hands the servers to another account")
    closed = checkout.folder / "closed"
    closed.mkdir(mode=0o700)
    assert first_closed(closed / "var", account) == closed
    message = checkout.refusal(STATE_DIR=str(closed / "var"))
    assert f"may not pass {closed}: run 'chmod o+x {closed}'" in message


def test_a_missing_server_is_named_with_the_setting(checkout: Checkout) -> None:
    message = checkout.refusal(HELPDESK_PG_BIN=str(checkout.folder))
    assert message.startswith(f"HELPDESK_PG_BIN is {checkout.folder}, where there is no 'postgres'")


def test_a_failing_migration_stops_everything(checkout: Checkout) -> None:
    manage = checkout.folder / "manage.py"
    manage.write_text(MANAGE + "if sys.argv[1] == 'migrate': sys.exit('broken')\n")
    assert checkout.refusal() == "'manage.py migrate' failed: see its lines above.\n"
    assert not checkout.children()
