"""The settings; environment variables decide. `.env.example` documents each variable."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from csp.constants import NONCE
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_language

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_file(BASE_DIR / ".env")

# --- The environment -----------------------------------------------------------------

# The directory of the embedded database and of files that `make run` writes.
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR))).resolve()
DEMO_FILE = DATA_DIR / ".demo.json"
# `make run` generates a key where none is configured; other commands then read it from here.
KEY_FILE = DATA_DIR / ".secret_key"
KEPT_KEY = KEY_FILE.read_text(encoding="utf-8").strip() if KEY_FILE.is_file() else ""

DEBUG = env.flag("DEBUG", default=False)
DEVELOPMENT_KEY = "for development only, refused outside DEBUG"
SECRET_KEY = (
    env.text("SECRET_KEY", KEPT_KEY or DEVELOPMENT_KEY)
    if DEBUG or KEPT_KEY
    else env.required("SECRET_KEY", why="it signs sessions and encrypts keys; use 50 random characters")
)
if SECRET_KEY == DEVELOPMENT_KEY and not DEBUG:
    raise ImproperlyConfigured("SECRET_KEY must be your own outside DEBUG; use 50 random characters")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters; 50 random ones are good")
ENCRYPTION_KEYS = env.secrets("ENCRYPTION_KEYS", least=32)

PORT = env.number("PORT", default=8000, least=1, most=65535)
PUBLIC_URL = env.public_url("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
IS_HTTPS = PUBLIC_URL.startswith("https://")
IS_LOOPBACK = env.is_loopback(PUBLIC_HOST)
ALLOWED_HOSTS = list(
    env.hosts(
        "ALLOWED_HOSTS",
        default=("127.0.0.1", "localhost", "[::1]") if IS_LOOPBACK else (PUBLIC_HOST,),
    )
)
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", default=2, least=1)
TRUST_FORWARDED_HEADERS = env.flag("TRUST_FORWARDED_HEADERS", default=False)
REDIS_URL = env.redis_url("REDIS_URL")

# --- The product's own switches (read through users.conf) ------------------------------

STRICT_LIMITS = env.flag("STRICT_LIMITS", default=False)
METADATA_MAX_BYTES = env.number("METADATA_MAX_BYTES", default=1024 * 1024, least=1024)
SEARCH_TIMEOUT = env.number("SEARCH_TIMEOUT", default=2, least=1, most=600)
API_TOTAL_LIMIT = env.number("API_TOTAL_LIMIT", default=0)
LIST_COLUMNS = env.words(
    "LIST_COLUMNS", ("app_metadata.plan", "status", "logins_count", "last_login", "created_at")
)
METADATA_SAMPLE_SIZE = env.number("METADATA_SAMPLE_SIZE", default=10_000, least=1, most=1_000_000)
API_RATE_LIMIT = env.number("API_RATE_LIMIT", default=1000)
RECORD_IP = env.one_of("RECORD_IP", ("full", "truncated", "off"))
HISTORY_DAYS = env.number("HISTORY_DAYS", default=0, most=36500)
LOG_DAYS = env.number("LOG_DAYS", default=90, most=36500)
LOG_API_READS = env.flag("LOG_API_READS", default=False)
CURRENT_USER_SEES_APP_METADATA = env.flag("CURRENT_USER_SEES_APP_METADATA", default=True)
PROFILE_APP_METADATA_KEYS = env.words("PROFILE_APP_METADATA_KEYS")
PROFILE_JSON_MODE = env.flag("PROFILE_JSON_MODE", default=False)
ALLOWED_LOGOUT_URLS = env.words("ALLOWED_LOGOUT_URLS")
LOGOUT_CONFIRMATION = env.flag("LOGOUT_CONFIRMATION", default=True)
RULES_UPDATE_OTHER_USERS = env.flag("RULES_UPDATE_OTHER_USERS", default=False)
AUTHORIZATION_RESPONSE_ISS = env.flag("AUTHORIZATION_RESPONSE_ISS", default=False)
# How the pages for users look, where an application says nothing else.
BRAND_NAME = env.text("BRAND_NAME", "Profiledesk")
BRAND_LOGO = env.image("BRAND_LOGO", beside=BASE_DIR, most=24 * 1024)
BRAND_ACCENT = env.color("BRAND_ACCENT")
TERMS_URL = env.web_page("TERMS_URL")
PRIVACY_URL = env.web_page("PRIVACY_URL")
SCRIPT_HOSTS = env.request_targets("SCRIPT_HOSTS")
SCRIPT_PRIVATE_HOSTS = env.request_targets("SCRIPT_PRIVATE_HOSTS", with_ports=True)
SCRIPT_PROCESSES = env.number("SCRIPT_PROCESSES", default=4, least=1, most=64)
SCRIPT_WAIT_SECONDS = env.number("SCRIPT_WAIT_SECONDS", default=5, least=1, most=60)
WEBHOOKS_ALLOW_PRIVATE = env.flag("WEBHOOKS_ALLOW_PRIVATE", default=False)
# JSON Schema files, read and validated in AppConfig.ready.
USER_METADATA_SCHEMA = env.path("USER_METADATA_SCHEMA", beside=BASE_DIR)
APP_METADATA_SCHEMA = env.path("APP_METADATA_SCHEMA", beside=BASE_DIR)

# --- Database --------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a second writer waits instead of failing
            "timeout": 5,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        # A file, since threads cannot share an in-memory database.
        "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
    }
else:
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Detect an unreachable server within seconds, not minutes: the timeout of a connection attempt
        # in seconds, of unacknowledged data in milliseconds, and TCP keepalives while a query runs.
        "OPTIONS": {
            "connect_timeout": 5,
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        }
        | DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# "default" counts sign-in attempts, so all workers must share it; "rate_limits" counts API calls, which
# must not cost a database query each. With Redis both use it and, while it is unavailable, fall back to the
# database and to each worker's memory.
_IN_DATABASE = {
    "BACKEND": "users.caching.database.DatabaseCache",
    "LOCATION": "django_cache",
    # Entries above this number are culled. With Django's default of 300, an attacker could evict the counters
    # of failed sign-ins by filling the cache.
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
_IN_MEMORY = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "rate_limits",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
_IN_REDIS = {"BACKEND": "users.caching.redis.RedisWithFallback", "LOCATION": REDIS_URL}
CACHES = (
    {
        "default": _IN_REDIS | {"OPTIONS": {"fallback": "database"}},
        "rate_limits": _IN_REDIS | {"OPTIONS": {"fallback": "memory"}},
        "database": _IN_DATABASE,
        "memory": _IN_MEMORY,
    }
    if REDIS_URL
    else {"default": _IN_DATABASE, "rate_limits": _IN_MEMORY}
)

# --- Application -----------------------------------------------------------------------

INSTALLED_APPS = [
    "users",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.humanize",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "corsheaders",
    "allauth.mfa",
    "rest_framework",
    "django_jsonform",
]
MIDDLEWARE = [
    "users.web.health.HealthMiddleware",
    "users.web.request_id.RequestIdMiddleware",
    # Before every middleware that reads the path.
    "users.web.encoded_path.EncodedPathMiddleware",
    "users.web.request_origin.OriginMiddleware",
    "users.api.framework.middleware.RateLimitHeadersMiddleware",
    # Before any middleware that may refuse: without CORS headers, scripts cannot read the error.
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # After WhiteNoise, which answers static files itself: they need no policy.
    "csp.middleware.CSPMiddleware",
    # Before every middleware that may answer with a page.
    "users.web.language.LanguageMiddleware",
    "users.web.compression.PageCompressionMiddleware",
    "users.web.body_limit.BodyLimitMiddleware",
    "users.web.sso_headers.SsoHeadersMiddleware",
    "users.web.session_cookies.SessionCookieMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "users.web.body_limit.FormLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "users.web.errors.MethodNotAllowedMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["users.web.template_tags"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
LANGUAGE_CODE = "en"
LOCALE_DIR = BASE_DIR / "users/locale"
LOCALE_PATHS = [LOCALE_DIR]
# English, and each language whose catalogue is compiled: a page is never half in one and half in another.
LANGUAGES = [
    ("en", "English"),
    *(
        (code, LANG_INFO.get(code, {}).get("name_local", code))
        for code in sorted(to_language(path.parts[-3]) for path in LOCALE_DIR.glob("*/LC_MESSAGES/django.mo"))
    ),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Accounts --------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["users.sign_in.backend.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    # Auth0 exports bcrypt hashes; they are rehashed at the next sign-in.
    "users.models.hashers.TruncatingBcryptHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "users.sign_in_pages.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "users.sign_in_pages.forms.LoginForm",
    "reset_password": "users.sign_in_pages.forms.ResetPasswordForm",
    "reset_password_from_key": "users.sign_in_pages.forms.ResetPasswordKeyForm",
    "change_password": "users.sign_in_pages.forms.ChangePasswordForm",
    "reauthenticate": "users.sign_in_pages.forms.ReauthenticateForm",
    "user_token": "users.sign_in_pages.forms.UserTokenForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# allauth's own table of email addresses stays empty: User.email and User.email_verified are
# authoritative. Its own token generator would write a row whenever a link is created or followed.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # replaced by User.email_verified
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # mail is sent to stored emails only, never to one that was typed
# None shows the "Remember me" box instead of deciding for the user.
ACCOUNT_SESSION_REMEMBER = None
MFA_ADAPTER = "users.sign_in_pages.second_factor.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "users.sign_in_pages.code_forms.ActivateForm",
    "authenticate": "users.sign_in_pages.code_forms.SignInForm",
    "reauthenticate": "users.sign_in_pages.code_forms.ReauthenticateForm",
}
# allauth's own table of verified emails stays empty, so it cannot ask for one before a second factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Profiledesk" if IS_LOOPBACK else PUBLIC_HOST
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds: typing takes time, and clocks differ
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_FORWARDED_HEADERS else 0

# --- API -------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["users.api.framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["users.api.framework.permissions.HasScope"],
    "DEFAULT_PARSER_CLASSES": [
        "users.api.framework.json.StrictJSONParser",
        "users.api.framework.forms.FormParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["users.api.framework.json.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "users.api.framework.json.JSONContentNegotiation",
    "EXCEPTION_HANDLER": "users.api.framework.errors.exception_handler",
}

# --- Pages elsewhere -------------------------------------------------------------------

# users.web.cors decides which origins are allowed. The documentation page is excluded: it is for browsers
# with a session, and other sites should not read it.
CORS_URLS_REGEX = (
    r"^/(api/v2/(?!docs/)|oauth/(token|revoke)$|userinfo$|mfa/|dbconnections/|usernamepassword/"
    r"|co/authenticate$|user/ssodata$)"
)
CORS_ALLOW_METHODS = ["GET", "POST", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    *("Authorization", "Content-Type", "If-Match", "If-None-Match", "DPoP"),
    *("Auth0-Client", "X-Request-Language", "X-Request-ID", "X-Correlation-ID"),
]
CORS_EXPOSE_HEADERS = [
    *("ETag", "Link", "Warning", "Retry-After", "X-Request-ID"),
    *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
]
# As Auth0 does. It is safe, since none of these paths authenticates by cookie.
CORS_ALLOW_CREDENTIALS = True
CORS_PREFLIGHT_MAX_AGE = 600

# --- Mail ------------------------------------------------------------------------------

_email = env.email("EMAIL_URL")
IS_EMAIL_CONFIGURED = bool(_email)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 10  # a silent mail server must not block a worker
globals().update({name: value for name, value in _email.items() if name.startswith("EMAIL")})
if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "users.availability.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"Profiledesk <no-reply@{PUBLIC_HOST}>")
if "@" not in DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must hold an address, like Desk <desk@example.com>")

# --- Security --------------------------------------------------------------------------

SESSION_ENGINE = "users.sign_in.session_store"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# The `__Host-` prefix makes browsers refuse the cookie from subdomains and over plain HTTP.
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Single sign-on to applications. In frames of other sites browsers send only cookies that say None, and
# those over HTTPS alone.
SSO_COOKIE_NAME = "__Host-sso" if IS_HTTPS else "sso"
# Source of the defaults: Auth0's `session_lifetime` and `idle_session_lifetime`.
SSO_SESSION_HOURS = env.number("SSO_SESSION_HOURS", default=168, least=1, most=8760)
SSO_IDLE_HOURS = env.number("SSO_IDLE_HOURS", default=72, least=1, most=8760)
SSO_COOKIE_SAMESITE: Literal["None", "Lax"] = "None" if IS_HTTPS else "Lax"
# No script of ours reads the cookie: forms carry the token.
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "users.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = IS_HTTPS and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUST_FORWARDED_HEADERS:
    # Only behind a proxy that sets it: anyone else could claim HTTPS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        # The nonce is sent only by pages that use one: those with the JSON editor, which inserts styles.
        "style-src": ["'self'", NONCE],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
}
# A form with two documents, which form encoding lengthens. Users without staff rights may send twice
# METADATA_MAX_BYTES.
DATA_UPLOAD_MAX_MEMORY_SIZE = FORM_MAX_BYTES = 8 * 1024 * 1024
API_MAX_BYTES = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "users.web.uploads.UnnamedFileUploadHandler",
]
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_BYTES", default=256 * 1024 * 1024, least=1024)
OAUTH_MAX_BYTES = 64 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "outages": {"()": "users.availability.report.OutageFilter"},
        "request_id": {"()": "users.web.request_id.RequestIdFilter"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["outages", "request_id"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "propagate": True, "level": "INFO"}},
}
