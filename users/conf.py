"""The product's own switches and what follows from the environment. One property each."""

from __future__ import annotations

from django.conf import settings

from users.crypto.key_ring import KeyRing
from users.metadata.limits import Limits


class Conf:
    """Read live, so that tests may override a setting."""

    @property
    def strict_limits(self) -> bool:
        """Refuse what Auth0 refuses for capacity's sake, such as paging past 1,000 users."""
        return settings.STRICT_LIMITS

    @property
    def limits(self) -> Limits:
        """Size and depth of each document."""
        return Limits(max_bytes=settings.METADATA_MAX_BYTES)

    @property
    def key_ring(self) -> KeyRing:
        """What encrypts secrets at rest. SECRET_KEY comes last: it encrypts where ENCRYPTION_KEYS is
        empty, and decrypts what was stored before that was set."""
        return KeyRing((*settings.ENCRYPTION_KEYS, settings.SECRET_KEY))

    @property
    def profile_app_metadata_keys(self) -> frozenset[str]:
        """First-level keys of `app_metadata` that people see, read-only, on their own page."""
        return frozenset(settings.PROFILE_APP_METADATA_KEYS)

    @property
    def current_user_sees_app_metadata(self) -> bool:
        """Whether a person's own token shows their `app_metadata`, as Auth0's does."""
        return settings.CURRENT_USER_SEES_APP_METADATA

    @property
    def api_rate_limit(self) -> int:
        """Calls a second that each client may make to the Management API; 0 for no limit."""
        return settings.API_RATE_LIMIT

    @property
    def search_timeout(self) -> int:
        """Seconds that a search may take."""
        return settings.SEARCH_TIMEOUT

    @property
    def import_max_bytes(self) -> int:
        """The largest file to import, in bytes."""
        return settings.IMPORT_MAX_BYTES

    @property
    def redis_url(self) -> str:
        """Where idle workers are woken; empty where there is no Redis."""
        return settings.REDIS_URL

    @property
    def api_total_limit(self) -> int:
        """To how many users the Management API counts for `include_totals`; 0 for all."""
        return settings.API_TOTAL_LIMIT

    @property
    def list_columns(self) -> tuple[str, ...]:
        """The columns of the users list, besides the user, until a staff member chooses others."""
        return settings.LIST_COLUMNS

    @property
    def record_ip(self) -> str:
        """How much of an address the record of changes and the log keep: "full", "truncated", "off"."""
        return settings.RECORD_IP

    @property
    def history_days(self) -> int:
        """Days that the record of changes is kept; 0 for ever."""
        return settings.HISTORY_DAYS

    @property
    def log_days(self) -> int:
        """Days that the log goes back; 0 for ever."""
        return settings.LOG_DAYS

    @property
    def log_api_reads(self) -> bool:
        """Whether the log has an entry for each read of the Management API, too."""
        return settings.LOG_API_READS

    @property
    def metadata_sample_size(self) -> int:
        """How many people the metadata map is drawn from."""
        return settings.METADATA_SAMPLE_SIZE

    @property
    def public_url(self) -> str:
        """Scheme and host by which the world reaches us; links in mails begin with it."""
        return settings.PUBLIC_URL

    @property
    def schema_paths(self) -> dict[str, str]:
        """The JSON Schema file of each document; empty where it has none."""
        return {"user_metadata": settings.USER_METADATA_SCHEMA, "app_metadata": settings.APP_METADATA_SCHEMA}

    @property
    def profile_json_mode(self) -> bool:
        """Whether people may edit their own document as JSON where a schema draws a form."""
        return settings.PROFILE_JSON_MODE

    @property
    def webhooks_allow_private(self) -> bool:
        """Whether webhooks may lead into our own network, and to plain http."""
        return settings.WEBHOOKS_ALLOW_PRIVATE

    @property
    def issuer(self) -> str:
        """The `iss` of our tokens, with the slash that Auth0's SDKs expect."""
        return f"{self.public_url}/"

    @property
    def management_audience(self) -> str:
        """The `aud` of tokens for the Management API."""
        return f"{self.public_url}/api/v2/"

    @property
    def is_email_configured(self) -> bool:
        """Whether mail can leave at all."""
        return settings.IS_EMAIL_CONFIGURED


conf = Conf()
