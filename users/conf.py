"""The product's own settings, and what follows from the environment. One property each."""

from __future__ import annotations

from django.conf import settings

from users.crypto.key_ring import KeyRing
from users.metadata.limits import Limits


class Conf:
    """Read live, so that tests may override a setting."""

    @property
    def strict_limits(self) -> bool:
        """Refuse what Auth0 refuses for reasons of capacity, such as paging past 1,000 users."""
        return settings.STRICT_LIMITS

    @property
    def limits(self) -> Limits:
        """Size and depth of each document."""
        return Limits(max_bytes=settings.METADATA_MAX_BYTES)

    @property
    def key_ring(self) -> KeyRing:
        """The keys that encrypt secrets at rest. SECRET_KEY comes last: it encrypts if ENCRYPTION_KEYS is
        empty, and decrypts what was stored before that was set."""
        # Last, so that an installation can set ENCRYPTION_KEYS later without re-encrypting first.
        return KeyRing((*settings.ENCRYPTION_KEYS, settings.SECRET_KEY))

    @property
    def profile_app_metadata_keys(self) -> frozenset[str]:
        """First-level keys of `app_metadata` that users see, read-only, on their own page."""
        return frozenset(settings.PROFILE_APP_METADATA_KEYS)

    @property
    def current_user_sees_app_metadata(self) -> bool:
        """Whether a user's own token shows their `app_metadata`, as Auth0's does."""
        return settings.CURRENT_USER_SEES_APP_METADATA

    @property
    def api_rate_limit(self) -> int:
        """Calls per second that each client may make to the Management API; 0 for no limit."""
        return settings.API_RATE_LIMIT

    @property
    def search_timeout(self) -> int:
        """The time limit of a search in seconds."""
        return settings.SEARCH_TIMEOUT

    @property
    def import_max_bytes(self) -> int:
        """The largest import file, in bytes."""
        return settings.IMPORT_MAX_BYTES

    @property
    def redis_url(self) -> str:
        """The Redis that wakes idle workers; empty without Redis."""
        return settings.REDIS_URL

    @property
    def api_total_limit(self) -> int:
        """Up to how many users the Management API counts for `include_totals`; 0 for all."""
        return settings.API_TOTAL_LIMIT

    @property
    def list_columns(self) -> tuple[str, ...]:
        """The default columns of the list of users, after the user itself; staff may choose others."""
        return settings.LIST_COLUMNS

    @property
    def record_ip(self) -> str:
        """How much of an IP address the history and the log store: "full", "truncated", "off"."""
        return settings.RECORD_IP

    @property
    def history_days(self) -> int:
        """Retention of the history in days; 0 for no limit."""
        return settings.HISTORY_DAYS

    @property
    def log_days(self) -> int:
        """Retention of the log in days; 0 for no limit."""
        return settings.LOG_DAYS

    @property
    def log_api_reads(self) -> bool:
        """Whether the log has an entry for each read of the Management API, too."""
        return settings.LOG_API_READS

    @property
    def metadata_sample_size(self) -> int:
        """How many users are sampled for the metadata map."""
        return settings.METADATA_SAMPLE_SIZE

    @property
    def sso_session_hours(self) -> int:
        """How long after a sign-in a user stays signed in to applications, in hours."""
        return settings.SSO_SESSION_HOURS

    @property
    def sso_idle_hours(self) -> int:
        """After how many hours without use a user is signed out of single sign-on."""
        return settings.SSO_IDLE_HOURS

    @property
    def allowed_logout_urls(self) -> tuple[str, ...]:
        """Where users may be redirected after they signed out, where no client says so."""
        return settings.ALLOWED_LOGOUT_URLS

    @property
    def logout_confirmation(self) -> bool:
        """Whether users confirm to be signed out by an application that sends no ID token. Source: Auth0's
        tenant setting for the end-session endpoint."""
        return settings.LOGOUT_CONFIRMATION

    @property
    def authorization_response_iss(self) -> bool:
        """Whether answers of `/authorize` name the issuer. Source: RFC 9207; Auth0's tenant setting, whose
        default is false as well."""
        return settings.AUTHORIZATION_RESPONSE_ISS

    @property
    def rules_update_other_users(self) -> bool:
        """Whether a rule may change the metadata of other users than the one who signs in, as Auth0's may."""
        return settings.RULES_UPDATE_OTHER_USERS

    @property
    def brand_name(self) -> str:
        """The name of this installation on the pages for users."""
        return settings.BRAND_NAME

    @property
    def brand_logo(self) -> str:
        """Its logo as a data URL; empty for that of Profiledesk."""
        return settings.BRAND_LOGO

    @property
    def brand_accent(self) -> str:
        """Its accent color, as `#0f7f76`; empty for that of Profiledesk."""
        return settings.BRAND_ACCENT

    @property
    def terms_url(self) -> str:
        """Its terms of service, for applications without their own; empty for none."""
        return settings.TERMS_URL

    @property
    def privacy_url(self) -> str:
        """Its privacy policy, for applications without their own; empty for none."""
        return settings.PRIVACY_URL

    @property
    def public_url(self) -> str:
        """Scheme and host under which the installation is reached; links in emails begin with it."""
        # Never a request's Host header, which an attacker can choose: links in emails would lead to them.
        return settings.PUBLIC_URL

    @property
    def schema_paths(self) -> dict[str, str]:
        """The JSON Schema file of each document; empty where it has none."""
        return {"user_metadata": settings.USER_METADATA_SCHEMA, "app_metadata": settings.APP_METADATA_SCHEMA}

    @property
    def profile_json_mode(self) -> bool:
        """Whether users may edit their own document as JSON where a schema makes a form."""
        return settings.PROFILE_JSON_MODE

    @property
    def script_hosts(self) -> frozenset[str]:
        """Hosts that scripts may send requests to, over https: with a port, or `*.` for all names below."""
        return frozenset(settings.SCRIPT_HOSTS)

    @property
    def script_private_hosts(self) -> frozenset[str]:
        """Hosts with ports that scripts may send requests to although they are in a private network."""
        return frozenset(settings.SCRIPT_PRIVATE_HOSTS)

    @property
    def script_processes(self) -> int:
        """The largest number of processes in which one web process runs scripts."""
        return settings.SCRIPT_PROCESSES

    @property
    def script_wait_seconds(self) -> int:
        """How many seconds a script waits for such a process before the sign-in is denied."""
        return settings.SCRIPT_WAIT_SECONDS

    @property
    def webhooks_allow_private(self) -> bool:
        """Whether webhooks may call private networks, and plain http (turns the SSRF guard off)."""
        # Off by default: who may enter a URL could otherwise reach services that trust the network.
        return settings.WEBHOOKS_ALLOW_PRIVATE

    @property
    def issuer(self) -> str:
        """The `iss` of our tokens, with the trailing slash that Auth0's SDKs expect."""
        return f"{self.public_url}/"

    @property
    def userinfo_url(self) -> str:
        """The URL of `/userinfo`, which is also the `aud` of tokens that open it."""
        return f"{self.public_url}/userinfo"

    @property
    def mfa_audience(self) -> str:
        """The `aud` of tokens for the MFA API."""
        return f"{self.public_url}/mfa/"

    @property
    def management_audience(self) -> str:
        """The `aud` of tokens for the Management API."""
        return f"{self.public_url}/api/v2/"

    @property
    def is_email_configured(self) -> bool:
        """Whether this installation can send email."""
        return settings.IS_EMAIL_CONFIGURED


conf = Conf()
