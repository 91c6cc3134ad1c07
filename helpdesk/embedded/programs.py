"""The programs that make up a running helpdesk, as data."""

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from .health import answers, listens
from .postgres import Postgres
from .state import BASE_DIR
from .supervisor import Program
from .valkey import Valkey

DATABASE_LEVEL, REDIS_LEVEL, BACKGROUND_LEVEL, FRONT_LEVEL = range(4)
"""Stopped from the last to the first: nobody new comes in before the work is put down."""

AFTER_OTHERS = 5
"""Nice of what may wait while customers and their providers are answered: filing, sweeping."""

ROOT_ADVICE = (
    "SecurityWarning: You're running the worker with superuser privileges",
    "absolutely not recommended!",
    "Please specify a different user using the --uid option.",
    "User information: uid=0",
    "_warn_or_raise_security_error(",
)
"""Celery's; a container's only user is often root, and this is not how one installs Parley."""


@dataclass(frozen=True)
class Options:
    """What ``up`` was asked for."""

    host: str
    port: int
    smtp_port: int
    fake_port: int
    fake_smtp_port: int
    state_dir: str
    demo: bool
    concurrency: int


def postgres_program(server: Postgres) -> Program:
    """Describe the database; SIGINT is its fast shutdown."""
    return Program(
        name="postgres",
        argv=server.argv(),
        env=server.env,
        cwd=server.home,
        level=DATABASE_LEVEL,
        stop_signal=signal.SIGINT,
        grace_seconds=60,
        ready=server.is_ready,
        ready_seconds=120,
        prepare=server.before_start,
        account=server.account,
    )


def valkey_program(server: Valkey) -> Program:
    """Describe the broker, channel layer and cache."""
    return Program(
        name="valkey",
        argv=server.argv(),
        env=server.env,
        cwd=server.home,
        level=REDIS_LEVEL,
        ready=server.is_ready,
        account=server.account,
        # Advice for a kernel setting that a helpdesk's queue is too small to need, and good-byes.
        hush=("Memory overcommit must be enabled", "scheduling shutdown", "now ready to exit"),
    )


def manage(name: str, env: Mapping[str, str], *arguments: str) -> Program:
    """Describe one run of a management command; ``name`` labels its output."""
    argv = (sys.executable, "manage.py", *arguments)
    return Program(name, argv, env, BASE_DIR, level=BACKGROUND_LEVEL)


def listener(program: Program, host: str, port: int) -> Program:
    """Describe a program that is ready as soon as it takes connections."""
    ready = _ignoring_pid(partial(listens, host, port))
    return replace(program, ready=ready, ready_seconds=120)


def web_program(options: Options, env: Mapping[str, str]) -> Program:
    """Describe the web server.

    Sockets end after 80 000 s, before their group membership does (86 400 s).
    """
    argv = (
        *(sys.executable, "-m", "daphne", "-v", "0"),
        *("-b", options.host, "-p", str(options.port)),
        *("--http-timeout", "120", "--websocket_timeout", "80000", "--ping-interval", "20"),
        *("--no-server-name", "config.asgi:application"),
    )
    return Program(
        name="web",
        argv=argv,
        env=env,
        cwd=BASE_DIR,
        level=FRONT_LEVEL,
        ready=_ignoring_pid(partial(answers, options.host, options.port)),
        ready_seconds=120,
    )


def background_programs(options: Options, env: Mapping[str, str], state: Path) -> list[Program]:
    """List what runs beside the web server."""
    celery = (sys.executable, "-m", "celery", "--quiet", "-A", "config")
    worker = (*celery, "worker", "--without-gossip", "--without-mingle", "-l", "warning")
    beat = (*celery, "beat", "-l", "warning", "-s", str(state / "beat-schedule"), "--pidfile=")
    programs = [
        Program(
            name="worker",
            # Threads: one process of some 100 MB instead of three. Tasks wait for networks.
            argv=(*worker, "--pool", "threads", "--concurrency", str(options.concurrency)),
            env=env,
            cwd=BASE_DIR,
            level=BACKGROUND_LEVEL,
            grace_seconds=60,
            hush=ROOT_ADVICE,
            nice=AFTER_OTHERS,
        ),
        Program("beat", beat, env, BASE_DIR, level=FRONT_LEVEL, hush=("is starting.",)),
        replace(manage("sweeper", env, "sweep"), nice=AFTER_OTHERS),
        replace(manage("mail", env, "mailfetch"), grace_seconds=15),
        replace(manage("smpp", env, "smppd"), grace_seconds=15),
        listener(
            replace(manage("smtp", env, "smtpd"), level=FRONT_LEVEL),
            env.get("SMTP_HOST", "127.0.0.1"),
            options.smtp_port,
        ),
    ]
    if options.demo:
        fakes = manage("fakes", env, "fakeproviders")
        programs.append(listener(fakes, "127.0.0.1", options.fake_port))
    return programs


def _ignoring_pid(ready: Callable[[], bool]) -> Callable[[int], bool]:
    return lambda _pid: ready()
