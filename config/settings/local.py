"""`make up`: one machine, loopback, everything embedded."""

from config import env
from config.settings.base import *  # noqa: F403

ALLOWED_HOSTS = env.ALLOWED_HOSTS or ["127.0.0.1", "localhost", "[::1]", env.HOST]
