"""Settings shared by every environment; values from outside come through config.env."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = env.BASE_DIR
SECRET_KEY = env.SECRET_KEY
FIELD_ENCRYPTION_KEYS = env.FIELD_ENCRYPTION_KEYS
PUBLIC_BASE_URL = env.PUBLIC_BASE_URL
STATE_DIR = env.STATE_DIR
# Set by `manage.py up`: /healthz says "starting" until this file is there.
SERVING_MARK = env.SERVING_MARK
DEMO = env.DEMO
DEBUG = False
ALLOWED_HOSTS = env.ALLOWED_HOSTS
TRUSTED_PROXIES = env.TRUSTED_PROXIES
TRUSTED_COUNTRY_HEADER = env.TRUSTED_COUNTRY_HEADER
VISIT_RETENTION_DAYS = env.VISIT_RETENTION_DAYS
VISITOR_RETENTION_DAYS = env.VISITOR_RETENTION_DAYS

SMTP_HOST = env.SMTP_HOST
SMTP_PORT = env.SMTP_PORT
SMTP_LMTP = env.SMTP_LMTP
EMAIL_HOST = env.EMAIL_HOST
EMAIL_PORT = env.EMAIL_PORT
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.NOTICES_FROM
FAKE_PORT = env.FAKE_PORT
FAKE_SMTP_PORT = env.FAKE_SMTP_PORT
OUTBOX_LEASE_SECONDS = env.OUTBOX_LEASE_SECONDS
OUTBOX_UNCERTAIN_SECONDS = env.OUTBOX_UNCERTAIN_SECONDS
FAKE_PROVIDERS = (
    "channels_sms.fake.TwilioFake",
    "channels_sms.fake_voice.TwilioVoiceFake",
    "channels_sms.fake_vonage.VonageFake",
    "channels_sms.fake_gateway.GatewayFake",
    "channels_social.fake.TelegramFake",
    "channels_social.fake_networks.WhatsAppFake",
    "channels_social.fake_networks.MessengerFake",
    "channels_social.fake_networks.InstagramFake",
    "channels_social.fake_networks.LineFake",
    "channels_social.fake_viber.ViberFake",
    "channels_email.fake.MailboxFake",
    "channels_email.esp_fakes.MailgunFake",
    "channels_email.esp_fakes.PostmarkFake",
)
# How mailboxes are signed in to by token; an installation may name its own tenant here.
MAIL_OAUTH = {
    "google": {
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_url": "https://oauth2.googleapis.com/token",
        "scope": "https://mail.google.com/",
    },
    "microsoft": {
        "authorize_url": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "token_url": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
    },
}
# Strangers' files are read in processes that may be killed (helpdesk.reader).
READ_APART = True
DRAIN_SECONDS = env.DRAIN_SECONDS
OPS_TOKEN = env.OPS_TOKEN
PROBE_URL = env.PROBE_URL
SPELLING_URL = env.SPELLING_URL
MAIL_ALLOWED_NETWORKS = [*env.MAIL_ALLOWED_NETWORKS]
OUTBOUND_ALLOWED_HOSTS = [*env.OUTBOUND_ALLOWED_HOSTS]
if DEMO:
    OUTBOUND_ALLOWED_HOSTS.append(f"127.0.0.1:{FAKE_PORT}")
    MAIL_ALLOWED_NETWORKS += ["127.0.0.0/8", "::1/128"]

INSTALLED_APPS = [
    "helpdesk.admin.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "helpdesk",
    "chat",
    "chat.visits",
    "chat.invitations",
    "channels_email",
    "channels_sms",
    "channels_social",
]

# Every entry must be async-capable: a sync-only one blocks Daphne's shutdown for ever
# (tests/architecture checks it).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "helpdesk.web.request_facts.RequestFacts",
    "csp.middleware.CSPMiddleware",
    "helpdesk.web.headers.PermissionsPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpdesk.web.sessions.Sessions",
    "helpdesk.web.enrolment.Enrolment",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.env.db_url_config(env.DATABASE_URL),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "parley"},
    }
}
if env.DATABASE_POOL:
    # Under ASGI each request has a thread of its own: kept connections would leak there.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.REDIS_URL,
        "KEY_PREFIX": "parley",
    },
    # What a release's templates say in a language, drawn once by each process.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "process",
        "TIMEOUT": None,
    },
}
# The pub/sub layer: cheap, and what it loses during a Redis restart is found by `seq`.
# Pub/sub knows no databases: desks that share a server are told apart by the prefix alone.
# socket_timeout None: redis-py 8's default of 5 s would cut idle subscriptions.
CHANNEL_PREFIX = f"parley.{env.redis_database(env.REDIS_URL)}."
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "helpdesk.realtime.layer.Layer",
        "CONFIG": {
            "hosts": [{"address": env.REDIS_URL, "socket_timeout": None}],
            "prefix": CHANNEL_PREFIX,
        },
    }
}

AUTH_USER_MODEL = "helpdesk.Agent"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = 4 * 3600
ACCOUNT_ADAPTER = "helpdesk.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # who joins by a link has proved that the address is theirs
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = 12 * 3600
# Passwords have limits of our own (web.accounts.attempts); codes keep allauth's.
ACCOUNT_RATE_LIMITS = {"login": "", "reset_password": "20/m/ip,5/10m/key"}
MFA_ADAPTER = "helpdesk.web.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "helpdesk.web.accounts.second_factor.AuthenticateForm",
    "reauthenticate": "helpdesk.web.accounts.second_factor.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Parley"
MFA_TOTP_TOLERANCE = 1
# Browsers offer passkeys to https only, and to this very machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_BASE_URL.startswith("http://")
SOCIALACCOUNT_ADAPTER = "helpdesk.web.accounts.single_sign_on.SignOnAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
# By issuer: who moves to another one does not meet the accounts of the old one (SEC-26).
SOCIALACCOUNT_PROVIDERS = env.single_sign_on()
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "elsewhere"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        # Browsers ask it for where a form is sent on to as well: single sign-on begins with one.
        "form-action": [SELF, *env.sign_on_origins()],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "helpdesk.api.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_SCHEMA_CLASS": "helpdesk.api.schema.Schema",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["helpdesk.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "helpdesk.api.parsing.OrjsonParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "helpdesk.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["helpdesk.api.schema.with_shapes"],
    "SERVE_INCLUDE_SCHEMA": False,
}

LANGUAGE_CODE = "en"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 86_400  # outlives the browser, as the session does
LANGUAGES = [
    ("en", _("English")),
    ("pl", _("Polish")),
    ("sl", _("Slovenian")),
    ("he", _("Hebrew")),
    ("fi", _("Finnish")),
    ("ru", _("Russian")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = STATE_DIR / "media"
MEDIA_URL = "/media-is-never-served-directly/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
MAX_CHAT_CHARS = 20_000

# Celery only wakes up: every task carries an id of a row that says what is due (DEL-16).
CELERY_BROKER_URL = env.REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=", "?virtual_host="
)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_DEFAULT_QUEUE = "parley"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    # A nudge that fails must fail at once: whoever writes a message does not wait for Redis.
    "max_retries": 0,
}
CELERY_BEAT_SCHEDULE = {
    "pulse": {"task": "helpdesk.pulse", "schedule": 10.0, "options": {"expires": 10}},
    "look-out": {"task": "helpdesk.look_out", "schedule": 60.0, "options": {"expires": 30}},
    "probe": {"task": "helpdesk.probe", "schedule": 60.0, "options": {"expires": 30}},
    "audit": {"task": "helpdesk.verify_audit", "schedule": 3600.0, "options": {"expires": 600}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(levelname)s %(name)s %(message)s"},
        "json": {"()": "helpdesk.json_logs.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": env.LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "helpdesk": {"level": "INFO"},
        # A line for each step of each message: for machines that keep and search them.
        "helpdesk.path": {"level": "INFO" if env.LOG_FORMAT == "json" else "WARNING"},
        "daphne": {"level": "WARNING"},
        "mail.log": {"level": "WARNING"},
    },
}
