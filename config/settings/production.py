"""Behind a TLS proxy; every secret must come from the environment."""

from django.core.exceptions import ImproperlyConfigured

from config import env, keys
from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, MIDDLEWARE, STORAGES

for _name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS"):
    if not getattr(env, _name):
        msg = f"{_name} must be set (see the table of settings in README.md)"
        raise ImproperlyConfigured(msg)

keys.refuse_weak(env.SECRET_KEY, env.FIELD_ENCRYPTION_KEYS)
if not env.PUBLIC_BASE_URL.startswith("https://"):
    msg = "PUBLIC_BASE_URL must be the https address that people and providers use"
    raise ImproperlyConfigured(msg)

INSTALLED_APPS = [*INSTALLED_APPS, "servestatic"]
MIDDLEWARE = [MIDDLEWARE[0], "servestatic.middleware.ServeStaticMiddleware", *MIDDLEWARE[1:]]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "config.staticfiles.HashedStaticFiles"},
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# Asked by the machine itself and by the proxy, without TLS between.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^statusz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = f"__Host-session{env.port_mark()}"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = f"__Host-csrf{env.port_mark()}"
LANGUAGE_COOKIE_NAME = f"__Host-language{env.port_mark()}"
LANGUAGE_COOKIE_SECURE = True
