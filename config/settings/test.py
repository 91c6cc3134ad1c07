"""Tests: real PostgreSQL and Valkey (helpdesk.embedded.testing), fast password hashing."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-and-never-anywhere-else-0123456789")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "dGVzdHMtb25seS1rZXktdGVzdHMtb25seS1rZXktISE=")

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES

DEBUG = False
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"parley-test-media-{os.getpid()}"
DEMO = True
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
MAIL_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
READ_APART = False
