"""`make up`: one machine, loopback, everything embedded."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import STORAGES

ALLOWED_HOSTS = env.ALLOWED_HOSTS or ["127.0.0.1", "localhost", "[::1]", env.HOST]
# Their own web server has them: addresses that change with what is installed.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "config.staticfiles.MarkedStaticFiles"}}
# Two desks on one machine would sign each other out.
SESSION_COOKIE_NAME = f"session{env.port_mark()}"
CSRF_COOKIE_NAME = f"csrf{env.port_mark()}"
LANGUAGE_COOKIE_NAME = f"language{env.port_mark()}"
