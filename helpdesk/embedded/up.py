"""``manage.py up``: the whole helpdesk in one process tree.

Runs without Django: importing it would cost 60 MB and two seconds, and every program that needs
it is a child of its own.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence

from . import binaries
from .accounts import service_account
from .banner import banner
from .failures import StartError
from .health import base_url
from .leftovers import ChildRecord
from .ports import require_free
from .postgres import Postgres
from .programs import (
    Options,
    background_programs,
    manage,
    postgres_program,
    valkey_program,
    web_program,
)
from .stamps import Stamps
from .state import State, choose_root
from .supervisor import Program, Supervisor, stop_signals
from .valkey import Valkey

LOOPBACK = "127.0.0.1"
PORTS = {"PORT": 8000, "SMTP_PORT": 2525, "FAKE_PORT": 8026, "FAKE_SMTP_PORT": 8025}
MIGRATE = ("migrate", "--noinput", "--skip-checks", "-v", "0")
NO = {"0", "false", "no", "off"}


def parse(arguments: Sequence[str]) -> Options:
    """Read the options; each one's default comes from the environment."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("HOST", LOOPBACK))
    for name, default in PORTS.items():
        option = "--" + name.lower().replace("_", "-")
        parser.add_argument(option, default=os.environ.get(name, default), type=_port)
    parser.add_argument("--state-dir", default=os.environ.get("STATE_DIR", ""))
    parser.add_argument("--concurrency", type=int, default=4, help="worker threads")
    demo = os.environ.get("DEMO", "1").lower() not in NO
    parser.add_argument("--no-demo", dest="demo", action="store_false", default=demo)
    return Options(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{number} is not a port between 1 and 65535")
    return number


def main(arguments: Sequence[str]) -> int:
    """Run until stopped; return the exit code. What prevents the start is one line on stderr."""
    options = parse(arguments)
    try:
        if importlib.util.find_spec("django") is None:
            raise StartError(
                f"Django is not installed for {sys.executable}: run 'make up', which does that."
            )
        state = _open_state(options)
        with state.locked():
            record = ChildRecord(state.root)
            record.end_all()
            _check_ports(options)
            return asyncio.run(_Up(options, state, record).run())
    except StartError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _open_state(options: Options) -> State:
    root = choose_root(options.state_dir, service_account())
    return State.open(root, service_account(root / "postgres"))


def _check_ports(options: Options) -> None:
    require_free(options.host, options.port, "PORT")
    require_free(os.environ.get("SMTP_HOST", LOOPBACK), options.smtp_port, "SMTP_PORT")
    if options.demo:
        require_free(LOOPBACK, options.fake_port, "FAKE_PORT")
        require_free(LOOPBACK, options.fake_smtp_port, "FAKE_SMTP_PORT")


class _Up:
    """One run: its stages in order, and the environment that grows with them."""

    def __init__(self, options: Options, state: State, record: ChildRecord) -> None:
        self.options = options
        self.state = state
        self.secrets = state.secrets()
        self.own_database = "DATABASE_URL" not in os.environ
        self.stamps = Stamps(state.root, trusted=self.own_database)
        self.supervisor = Supervisor(record=record)
        self.addresses: dict[str, str] = {}

    async def run(self) -> int:
        """Start everything, wait for a stop signal, stop everything."""
        stop = asyncio.Event()
        with stop_signals(stop.set, self.supervisor.hurry):
            boot = asyncio.create_task(self.boot())
            waiting = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({boot, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if boot.done():
                    boot.result()
                    await waiting
                self.supervisor.say("stopping")
            finally:
                waiting.cancel()
                boot.cancel()
                with contextlib.suppress(asyncio.CancelledError, StartError):
                    await boot
                await self.supervisor.stop()
        self.supervisor.say("stopped")
        return 0

    async def boot(self) -> None:
        """Bring up the servers, the schema, the web server and then the rest.

        /healthz answers 200 from then on: a script that waits for it finds everything serving.
        """
        self.state.serving.unlink(missing_ok=True)
        await asyncio.gather(*map(self.supervisor.start, self.servers()))
        env = self.environment()
        self.state.write_environment(self.addresses)
        await self.step("migrate", manage("migrate", env, *MIGRATE))
        if self.options.demo:
            with contextlib.suppress(StartError):
                await self.step("seed", manage("seed", env, "seed_demo", "--if-empty"))
        await self.supervisor.start(web_program(self.options, env))
        rest = background_programs(self.options, env, self.state.root)
        await asyncio.gather(*map(self.supervisor.start, rest))
        self.state.serving.touch()
        for line in banner(self.options, str(self.state.root)):
            self.supervisor.say(line)

    def servers(self) -> list[Program]:
        """Prepare the embedded servers that no address in the environment replaces."""
        programs = []
        keep, account = self.state.root / "programs", self.state.account
        if self.own_database:
            postgres = Postgres(
                bin=binaries.reachable(binaries.postgres_bin() / "postgres", account, keep).parent,
                home=self.state.folder("postgres"),
                socket_dir=self.state.socket_dir(),
                password=self.secrets.database_password,
                account=account,
            )
            postgres.ensure_cluster()
            self.addresses["DATABASE_URL"] = postgres.url()
            programs.append(postgres_program(postgres))
        if "REDIS_URL" not in os.environ:
            valkey = Valkey(
                program=binaries.reachable(binaries.valkey_server(), account, keep),
                home=self.state.folder("valkey"),
                socket_dir=self.state.socket_dir(),
                password=self.secrets.redis_password,
                account=account,
            )
            valkey.write_configuration()
            self.addresses["REDIS_URL"] = valkey.url()
            programs.append(valkey_program(valkey))
        return programs

    def environment(self) -> Mapping[str, str]:
        """Return the children's environment; what is set outside wins over what is invented."""
        options = self.options
        invented = {
            "SECRET_KEY": self.secrets.secret_key,
            "FIELD_ENCRYPTION_KEYS": self.secrets.field_encryption_keys,
            "PUBLIC_BASE_URL": base_url(options.host, options.port),
            "SMTP_HOST": LOOPBACK,
        }
        if options.demo:
            # Demo data must never write to real people: mail goes to the fake mailbox.
            invented |= {"EMAIL_HOST": LOOPBACK, "EMAIL_PORT": str(options.fake_smtp_port)}
        chosen = {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "HOST": options.host,
            "PORT": str(options.port),
            "SMTP_PORT": str(options.smtp_port),
            "FAKE_PORT": str(options.fake_port),
            "FAKE_SMTP_PORT": str(options.fake_smtp_port),
            "STATE_DIR": str(self.state.root),
            "SERVING_MARK": str(self.state.serving),
            "DEMO": "1" if options.demo else "0",
        }
        for key, value in invented.items():
            self.addresses[key] = os.environ.get(key, value)
        self.addresses |= chosen
        # One machine stops as a whole: nobody is left to come back to.
        tuning = {
            "DRAIN_SECONDS": "0",
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",
            "SKIP_CHECKS": "1",
        }
        return {**tuning, **os.environ, **self.addresses}

    async def step(self, name: str, program: Program) -> None:
        """Run one preparatory command unless it is known to be done; StartError if it fails."""
        if self.stamps.fresh(name):
            return
        self.supervisor.say(f"{name} ...")
        code = await self.supervisor.run_once(program)
        if code:
            self.supervisor.say(f"{name} failed with exit code {code}")
            raise StartError(f"'manage.py {program.argv[2]}' failed: see its lines above.")
        self.stamps.mark(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
