"""Every setting that comes from outside, in one place (README has the same table)."""

from __future__ import annotations

from pathlib import Path

import environ

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
OUTBOX_LEASE_SECONDS: int = env.int("OUTBOX_LEASE_SECONDS", default=45)
OUTBOX_UNCERTAIN_SECONDS: int = env.int("OUTBOX_UNCERTAIN_SECONDS", default=120)
DEMO: bool = env.bool("DEMO", default=False)
DRAIN_SECONDS: float = env.float("DRAIN_SECONDS", default=20.0)
OPS_TOKEN: str = env.str("OPS_TOKEN", default="")
LOG_FORMAT: str = env.str("LOG_FORMAT", default="line")
SPELLING_URL: str = env.str("SPELLING_URL", default="")
MAIL_ALLOWED_NETWORKS: list[str] = env.list("MAIL_ALLOWED_NETWORKS", default=[])
OUTBOUND_ALLOWED_HOSTS: list[str] = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])
