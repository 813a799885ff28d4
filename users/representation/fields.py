"""The registry of root fields: all fields of a user's profile except the two metadata documents.

What other rooms need to know of a field is declared here once. The API's bodies and OpenAPI document, the
write path, search, sorting, import, export, id tokens and the pages derive their lists from it, or name what
they leave out. A new field needs a column in `users.models.user`, a migration, an entry here, and its
documentation. `tests/representation/test_fields.py` compares the registry with the model and with each list.

Source: Auth0 docs, "User profile structure", and Auth0's published OpenAPI document (lengths, patterns).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext_noop as _

from users.metadata.fold import fold
from users.metadata.identifiers import email_key, lower_case
from users.querying.kinds import Kind
from users.representation.locales import MAX_TAG, format_language_tag
from users.representation.schema import ONE_LINE, Schema
from users.rights.may import Verb


@dataclass(frozen=True, kw_only=True)
class ProfileField:
    """One root field. Its name is that of its column and of Auth0."""

    name: str
    # What pages call it: a msgid, which they translate.
    label: str
    # JSON Schema of its values. A type that includes "null" means that null removes the field.
    schema: Schema
    # What one must be allowed to do in order to set it; None for a read-only field.
    verb: Verb | None = None
    # Makes the form in which a valid text is stored; None for text that is stored as given, or in a form that
    # depends on the connection.
    normalize: Callable[[str], str] | None = None
    # Whether an import with upsert overwrites it.
    is_upsertable: bool = False
    # How `q` compares it; None where one cannot search by it.
    kind: Kind | None = None
    # Makes the form in which the column `<name>_folded` holds it for comparisons; None without such a column.
    fold: Callable[[str], str] | None = None
    # Whether `sort` takes it.
    is_sortable: bool = False
    # Whether an export includes it unless it names its fields. (CSV then has fewer, as Auth0's has.)
    is_exported: bool = False
    # The scope that includes it in id tokens.
    claim_scope: str = ""

    @property
    def sort_column(self) -> str:
        """The column to order by: emails, usernames and names are ordered without regard to case."""
        return f"{self.name}_folded" if self.fold else self.name

    @property
    def is_datetime(self) -> bool:
        """Whether it holds a time, which answers have as text in UTC."""
        return self.schema.get("format") == "date-time"

    @property
    def is_boolean(self) -> bool:
        """Whether it holds true or false. Null does not remove such a field."""
        return bool(self.schema["type"] == "boolean")


_LINE: Schema = {"type": ["string", "null"], "minLength": 1, "pattern": ONE_LINE}
# 300 as in Auth0's OpenAPI document; its profile page has 150 for names and 350 for nicknames.
_NAME: Schema = {**_LINE, "maxLength": 300}
_SHORT_NAME: Schema = {**_LINE, "maxLength": 150}
_DATETIME: Schema = {"type": "string", "format": "date-time"}

_FIELDS = (
    ProfileField(
        name="user_id",
        label=_("User ID"),
        schema={"type": "string", "examples": ["auth0|6600aa11bb22cc33dd44ee55"]},
        kind=Kind.TEXT,
        is_sortable=True,
        is_exported=True,
    ),
    ProfileField(
        name="email",
        label=_("Email"),
        schema={"type": ["string", "null"], "format": "email", "description": "The user's email address."},
        verb=Verb.CHANGE_SIGN_IN,
        kind=Kind.NAME,
        fold=email_key,
        is_sortable=True,
        is_exported=True,
        claim_scope="email",
    ),
    ProfileField(
        name="email_verified",
        label=_("Email verified"),
        schema={"type": "boolean", "description": "Whether the email address is verified."},
        verb=Verb.CHANGE_SIGN_IN,
        is_upsertable=True,
        kind=Kind.FLAG,
        is_sortable=True,
        is_exported=True,
        claim_scope="email",
    ),
    ProfileField(
        name="username",
        label=_("Username"),
        schema={
            "type": ["string", "null"],
            "minLength": 1,
            # The most that a connection's `validation` may allow; its own limits are checked on writing.
            "maxLength": 128,
            "pattern": r"^[A-Za-z0-9@^$.!`\-#+'~_]+$",
            "examples": ["jane"],
            "description": "The user's username, where the connection has usernames.",
        },
        verb=Verb.CHANGE_SIGN_IN,
        kind=Kind.TEXT,
        fold=lower_case,
        is_sortable=True,
        # A user without an email is imported again by username or phone number.
        is_exported=True,
    ),
    ProfileField(
        name="name",
        label=_("Name"),
        schema={**_NAME, "description": "The user's full name.", "examples": ["Jane Doe"]},
        verb=Verb.CHANGE_PROFILE,
        is_upsertable=True,
        kind=Kind.NAME,
        fold=fold,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    ProfileField(
        name="given_name",
        label=_("Given name"),
        schema={**_SHORT_NAME, "description": "The user's given name.", "examples": ["Jane"]},
        verb=Verb.CHANGE_PROFILE,
        is_upsertable=True,
        kind=Kind.NAME,
        fold=fold,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    # Source: OpenID Connect Core 1.0, section 5.1, and Auth0 docs, "OpenID Connect scopes".
    ProfileField(
        name="middle_name",
        label=_("Middle name"),
        schema={**_SHORT_NAME, "description": "The user's middle name or names.", "examples": ["Ann"]},
        verb=Verb.CHANGE_PROFILE,
        is_upsertable=True,
        kind=Kind.NAME,
        fold=fold,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    ProfileField(
        name="family_name",
        label=_("Family name"),
        schema={**_SHORT_NAME, "description": "The user's family name.", "examples": ["Doe"]},
        verb=Verb.CHANGE_PROFILE,
        is_upsertable=True,
        kind=Kind.NAME,
        fold=fold,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    ProfileField(
        name="nickname",
        label=_("Nickname"),
        schema={**_NAME, "description": "The user's nickname.", "examples": ["jane"]},
        verb=Verb.CHANGE_PROFILE,
        is_upsertable=True,
        kind=Kind.NAME,
        fold=fold,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    ProfileField(
        name="phone_number",
        label=_("Phone number"),
        schema={
            "type": ["string", "null"],
            "pattern": r"^\+[0-9]{1,15}$",
            "examples": ["+4915112345678"],
            "description": "The user's phone number, following E.164.",
        },
        verb=Verb.CHANGE_SIGN_IN,
        kind=Kind.TEXT,
        is_sortable=True,
        is_exported=True,
    ),
    ProfileField(
        name="phone_verified",
        label=_("Phone verified"),
        schema={"type": "boolean", "description": "Whether the phone number is verified."},
        verb=Verb.CHANGE_SIGN_IN,
        is_upsertable=True,
        kind=Kind.FLAG,
    ),
    ProfileField(
        name="picture",
        label=_("Picture URL"),
        schema={
            "type": ["string", "null"],
            "format": "uri",
            "maxLength": 2048,
            "description": "URL of the user's picture.",
        },
        verb=Verb.CHANGE_PROFILE,
        is_upsertable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    # Source of both: OpenID Connect Core 1.0, section 5.1; Auth0's id tokens lack them.
    ProfileField(
        name="locale",
        label=_("Locale"),
        schema={
            "type": ["string", "null"],
            "format": "language-tag",
            "maxLength": MAX_TAG,
            "examples": ["de-AT"],
            "description": "The user's language and region as a language tag of BCP 47, such as de-AT.",
        },
        verb=Verb.CHANGE_PROFILE,
        normalize=format_language_tag,
        is_upsertable=True,
        kind=Kind.TEXT,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    ProfileField(
        name="zoneinfo",
        label=_("Time zone"),
        schema={
            "type": ["string", "null"],
            "format": "time-zone",
            "maxLength": 64,
            "examples": ["Europe/Berlin"],
            "description": "The user's time zone, by its name in the IANA database, such as Europe/Berlin.",
        },
        verb=Verb.CHANGE_PROFILE,
        is_upsertable=True,
        kind=Kind.TEXT,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
    ProfileField(
        name="blocked",
        label=_("Blocked"),
        schema={"type": "boolean", "description": "Whether the user is blocked by an administrator."},
        verb=Verb.BLOCK,
        kind=Kind.FLAG,
        is_sortable=True,
    ),
    ProfileField(
        name="identities", label=_("Identities"), schema={"type": "array", "items": {"type": "object"}}
    ),
    ProfileField(
        name="multifactor",
        label=_("Second factors"),
        schema={"type": "array", "items": {"type": "string"}},
    ),
    ProfileField(name="multifactor_last_modified", label=_("Second factors changed"), schema=_DATETIME),
    ProfileField(
        name="logins_count",
        label=_("Sign-ins"),
        schema={"type": "integer"},
        kind=Kind.NUMBER,
        is_sortable=True,
    ),
    ProfileField(
        name="last_login", label=_("Last sign-in"), schema=_DATETIME, kind=Kind.DATETIME, is_sortable=True
    ),
    ProfileField(
        name="last_ip",
        label=_("Last IP address"),
        schema={"type": "string", "examples": ["203.0.113.9"]},
        kind=Kind.TEXT,
        is_sortable=True,
    ),
    # Not searchable, as at Auth0; nor are the second factors and the picture.
    ProfileField(name="last_password_reset", label=_("Password changed"), schema=_DATETIME),
    ProfileField(
        name="created_at",
        label=_("Created"),
        schema=_DATETIME,
        kind=Kind.DATETIME,
        is_sortable=True,
        is_exported=True,
    ),
    ProfileField(
        name="updated_at",
        label=_("Updated"),
        schema=_DATETIME,
        kind=Kind.DATETIME,
        is_sortable=True,
        is_exported=True,
        claim_scope="profile",
    ),
)
# By name, in the order in which pages and answers list them.
FIELDS: Mapping[str, ProfileField] = MappingProxyType({field.name: field for field in _FIELDS})
# Those that can be set: what each may hold, and what one must be allowed to do in order to set it.
WRITABLE: dict[str, Schema] = {field.name: field.schema for field in _FIELDS if field.verb}
FIELD_VERBS: dict[str, Verb] = {field.name: field.verb for field in _FIELDS if field.verb}
READ_ONLY = frozenset(FIELDS.keys() - WRITABLE.keys())
# What determines who can sign in as the user, and so is not changed on staff accounts.
SIGN_IN_FIELDS = tuple(name for name, verb in FIELD_VERBS.items() if verb is Verb.CHANGE_SIGN_IN)
# What describes the user. An identity provider may overwrite these at each sign-in.
DESCRIPTIVE_FIELDS = tuple(name for name, verb in FIELD_VERBS.items() if verb is Verb.CHANGE_PROFILE)
# Those of text, which forms and pages show as it is.
TEXT_FIELDS = tuple(name for name in WRITABLE if not FIELDS[name].is_boolean)
# What the user is called.
NAMES = tuple(field.name for field in _FIELDS if field.fold is fold)
