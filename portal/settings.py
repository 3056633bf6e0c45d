"""Settings of the portal: one file, typed, from the environment only.

``DEMO=1`` is the demonstration (``make run``): bundled services, invented data, a movable clock. Without it
the portal is in production: every value in ``REQUIRED_IN_PRODUCTION`` must be given, and all that are
missing are named at once. The test suite imports these settings with ``DEMO=1``.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

django_stubs_ext.monkeypatch()  # before any model or form: generics such as ModelForm[X] are annotations only

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO: bool = env.bool("DEMO", default=True)
DEBUG: bool = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

REQUIRED_IN_PRODUCTION = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "PORTAL_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
)
if not DEMO:
    missing = [name for name in REQUIRED_IN_PRODUCTION if not env.str(name, default="")]
    if missing:
        raise ImproperlyConfigured(
            "These settings are missing from the environment: "
            + ", ".join(missing)
            + ". Set each of them, or DEMO=1 for the demonstration."
        )

SECRET_KEY = env.str("SECRET_KEY", default="demonstration only, never in production: " + "x" * 24)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000").rstrip("/")  # how mail names the portal
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "portal.embedded",
    "portal.workflow",
    "portal.journal",
    "portal.pages",
    "portal.delivery",
    "portal.people",
    "releases.products",
    "releases.publishing",
    "releases.questions",
    "releases.testing",
    "releases.scheduling",
    "releases.holds",
    "releases.issues",
    "releases.ballots",
    "releases.gates",
    "devices.fleet",
    "devices.rollouts",
    "devices.enquiries",
    "devices.alerts",
    "devices.detection",
    "devices.studies",
    "devices.demonstration",
    "portal.people.admin_apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.csp.PolicyExceptionMiddleware",
    "portal.workflow.middleware.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "portal.people.middleware.SessionLimitMiddleware",
    "portal.people.middleware.ActorMiddleware",
    "portal.pages.middleware.WayBackMiddleware",
    "portal.pages.middleware.UnreadableMiddleware",
    "portal.workflow.middleware.RefusalMiddleware",
    "portal.workflow.middleware.OnceMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.context.page",
            ],
        },
    },
]
FORM_RENDERER = "portal.pages.forms.GovFormRenderer"
COTTON_DIR = "components"

# Database: PostgreSQL only. The runtime role cannot change append-only tables (portal.journal.append_only);
# migrations run as the owner.
MIGRATION_DATABASE_URL = env.str("MIGRATION_DATABASE_URL", default="")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres:///portal"),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {
            "NAME": env.str("TEST_DATABASE_NAME", default="test_portal"),
            "TEMPLATE": env.str("TEST_DATABASE_TEMPLATE", default="") or None,  # copied, not migrated anew
        },
    }
}
RUNTIME_DATABASE_ROLE = env.str("RUNTIME_DATABASE_ROLE", default="chf_portal")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Celery: messages are hints, truth is in the database, so results are not kept and nothing dated is an ETA.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_QUEUES = (Queue("celery"), Queue("rollouts"))
CELERY_TASK_ROUTES = {"rollouts.step": {"queue": "rollouts"}}  # no mail and no clock waits behind the batches of a wave
CELERY_TASK_TIME_LIMIT = 120
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "deliver the outbox": {"task": "delivery.deliver_all", "schedule": 5.0},
    "make the daily digests": {"task": "delivery.make_digests", "schedule": 60.0},
    "record service of notices": {"task": "publishing.record_services", "schedule": 5.0},
    "remind of notices not acknowledged": {"task": "publishing.remind", "schedule": 60.0},
    "seal the journal": {"task": "journal.seal", "schedule": 10.0},
    "verify the journal": {"task": "journal.verify", "schedule": 86_400.0},
    "cancel test windows of ended releases": {"task": "testing.cancel_set_aside", "schedule": 5.0},
    "offer places for testing to who waits": {"task": "testing.offer_places", "schedule": 5.0},
    "end ballots and objections of ended releases": {"task": "ballots.end_set_aside", "schedule": 5.0},
    "keep the clocks of ballots": {"task": "ballots.keep_clocks", "schedule": 5.0},
    "keep the clocks of scheduling exercises": {"task": "scheduling.keep_clocks", "schedule": 5.0},
    "keep the clocks of holds": {"task": "holds.keep_clocks", "schedule": 30.0},
    "keep the clocks of issues": {"task": "issues.keep_clocks", "schedule": 30.0},
    "scan images that wait for it": {"task": "products.scan_all", "schedule": 60.0},
    "clear releases whose gate opened": {"task": "gates.clear_all", "schedule": 5.0},
    "forget old writes to what gates read": {"task": "gates.forget_touches", "schedule": 3600.0},
    "advance rollouts": {"task": "rollouts.advance_all", "schedule": 2.0},
    "plan catch-up waves": {"task": "rollouts.catch_up", "schedule": 600.0},
    "forget the keys of forms": {"task": "workflow.forget_submissions", "schedule": 3600.0},
    "republish batches nobody moves": {"task": "rollouts.sweep", "schedule": 10.0},
    "sum up the day's activations": {"task": "alerts.summarise", "schedule": 60.0},
    "send alerts to webhooks": {"task": "alerts.send_webhooks", "schedule": 5.0},
    "put activations in order": {"task": "alerts.number", "schedule": 2.0},
    "listen to activated hubs": {"task": "detection.listen_all", "schedule": 2.0},
    "republish files of hubs nobody works on": {"task": "enquiries.sweep", "schedule": 10.0},
    "republish drafts of schedules": {"task": "scheduling.sweep", "schedule": 20.0},
    "republish studies nobody plays": {"task": "studies.sweep", "schedule": 20.0},
    "delete old answers to files of hubs": {"task": "enquiries.expire_results", "schedule": 3600.0},
    "let days pass in invented homes": {"task": "rollouts.pass_days", "schedule": 20.0},
}

# People
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:home"
ACCOUNT_ADAPTER = "portal.people.accounts.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by invitation, which proves the address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser
# The pause below says more than this limit's sentence: it is for guesses from many addresses or at many accounts.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,20/5m/key"}
ACCOUNT_FORMS = {
    "login": "portal.people.account_forms.SignInForm",
    "reauthenticate": "portal.people.account_forms.ProveForm",
    "reset_password": "portal.people.account_forms.ForgottenPasswordForm",
    "reset_password_from_key": "portal.people.account_forms.NewPasswordForm",
    "change_password": "portal.people.account_forms.OtherPasswordForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Communications Hub Firmware Portal"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "portal.people.accounts.name_at_sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1 / 6  # hours: ten minutes
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=60 * 60)
SIMPLE_HISTORY_REVERT_DISABLED = True  # reverting would bypass the verbs

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.people.authentication.TokenAuthentication",
        "portal.people.authentication.PortalSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "portal.people.parsers.TextJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min"},
    "EXCEPTION_HANDLER": "portal.people.api_errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Communications Hub Firmware Portal",
    "DESCRIPTION": "What a user may see, and each act a user may do, under the same rules as the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.people.api_schema.document_errors",
    ],
}

# Time, language
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# Static files and uploads
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
IMAGE_MAX_BYTES = 64 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "portal.pages.uploads.LimitedUpload",  # first: what is over the limit reaches neither memory nor disk
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
MALWARE_SCANNER = env.str("MALWARE_SCANNER", default="")  # a command that gets the file's path; empty: not scanned
WEBHOOKS_LOOPBACK: bool = env.bool("WEBHOOKS_LOOPBACK", default=DEMO)  # whether webhooks may lead to this machine
ACTIVATION_ALERT_CODE = env.str("ACTIVATION_ALERT_CODE", default="8F43")  # how alerts of activations name their kind
HOMES_CHANGE: bool = env.bool("HOMES_CHANGE", default=True)  # whether days pass in the homes of the demonstration
HUB_RESULTS_KEPT_DAYS = env.int("HUB_RESULTS_KEPT_DAYS", default=14)  # results of files of hubs
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Mail
if DEMO:
    EMAIL_BACKEND = "portal.delivery.mail_files.MailFiles"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
else:
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Firmware Portal <portal@chf.example>")

# Sealed votes: the master key that wraps ballot keys lives outside the database.
BALLOT_MASTER_KEY = env.str("BALLOT_MASTER_KEY", default="")
KEYS_DIR = VAR_DIR / "keys"

# Security headers
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.workflow.middleware.csrf_failure"
SESSION_COOKIE_SECURE = not DEMO
CSRF_COOKIE_SECURE = not DEMO
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEMO)
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"masked": {"()": "portal.masking.MaskingFilter"}},  # no secret address in a log
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
