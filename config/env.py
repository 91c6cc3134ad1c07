"""Every setting that comes from outside, in one place (README has the same table)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from redis.connection import parse_url

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

DATABASE_URL: str = env.str("DATABASE_URL", default="postgres://parley@127.0.0.1/parley")
DATABASE_POOL: bool = env.bool("DATABASE_POOL", default=False)
REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
SECRET_KEY: str = env.str("SECRET_KEY", default="")
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[])
HOST: str = env.str("HOST", default="127.0.0.1")
PORT: int = env.int("PORT", default=8000)
PUBLIC_BASE_URL: str = env.str("PUBLIC_BASE_URL", default=f"http://{HOST}:{PORT}").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
TRUSTED_COUNTRY_HEADER: str = env.str("TRUSTED_COUNTRY_HEADER", default="")
VISIT_RETENTION_DAYS: int = env.int("VISIT_RETENTION_DAYS", default=30)
VISITOR_RETENTION_DAYS: int = env.int("VISITOR_RETENTION_DAYS", default=396)
STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / "var")))
SERVING_MARK: str = env.str("SERVING_MARK", default="")
SMTP_HOST: str = env.str("SMTP_HOST", default="127.0.0.1")
SMTP_PORT: int = env.int("SMTP_PORT", default=2525)
SMTP_LMTP: bool = env.bool("SMTP_LMTP", default=False)
EMAIL_HOST: str = env.str("EMAIL_HOST", default="127.0.0.1")
EMAIL_PORT: int = env.int("EMAIL_PORT", default=25)
FAKE_PORT: int = env.int("FAKE_PORT", default=8026)
FAKE_SMTP_PORT: int = env.int("FAKE_SMTP_PORT", default=8025)
# Who writes to our own people: new passwords and invitations.
NOTICES_FROM: str = env.str(
    "NOTICES_FROM", default=f"Parley <no-reply@{urlsplit(PUBLIC_BASE_URL).hostname or HOST}>"
)
OIDC_SERVER: str = env.str("OIDC_SERVER", default="").rstrip("/")
OIDC_NAME: str = env.str("OIDC_NAME", default="")
OIDC_CLIENT_ID: str = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET: str = env.str("OIDC_CLIENT_SECRET", default="")
OUTBOX_LEASE_SECONDS: int = env.int("OUTBOX_LEASE_SECONDS", default=45)
OUTBOX_UNCERTAIN_SECONDS: int = env.int("OUTBOX_UNCERTAIN_SECONDS", default=120)
DEMO: bool = env.bool("DEMO", default=False)
DRAIN_SECONDS: float = env.float("DRAIN_SECONDS", default=20.0)
# Where the desk calls itself to see whether visitors can; empty: it does not.
PROBE_URL: str = env.str("PROBE_URL", default=PUBLIC_BASE_URL).rstrip("/")
OPS_TOKEN: str = env.str("OPS_TOKEN", default="")
LOG_FORMAT: str = env.str("LOG_FORMAT", default="line")
SPELLING_URL: str = env.str("SPELLING_URL", default="")
MAIL_ALLOWED_NETWORKS: list[str] = env.list("MAIL_ALLOWED_NETWORKS", default=[])
OUTBOUND_ALLOWED_HOSTS: list[str] = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])


def redis_database(url: str) -> int:
    """The number of the database that an address of Redis or Valkey names; 0 if none."""
    return int(parse_url(url).get("db", 0))  # type: ignore[no-untyped-call]


def port_mark() -> str:
    """For names of cookies, which browsers keep by host: the desks of its ports would share them.

    "-8443" where our own address names a port, "" where it does not.
    """
    port = urlsplit(PUBLIC_BASE_URL).port
    return f"-{port}" if port else ""


def sign_on_origins() -> list[str]:
    """Where the pages of the provider of single sign-on are."""
    parts = urlsplit(OIDC_SERVER)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def single_sign_on() -> dict[str, Any]:
    """The provider of single sign-on as django-allauth wants it; {} without one.

    It is known by its issuer: the same subject of another one is somebody else.
    """
    if not (OIDC_SERVER and OIDC_CLIENT_ID):
        return {}
    known = hashlib.sha256(OIDC_SERVER.encode()).hexdigest()[:16]
    app = {
        "provider_id": f"oidc-{known}",
        "name": OIDC_NAME or urlsplit(OIDC_SERVER).hostname,
        "client_id": OIDC_CLIENT_ID,
        "secret": OIDC_CLIENT_SECRET,
        "settings": {"server_url": OIDC_SERVER},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
